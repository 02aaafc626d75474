"""The benchmarks: each makes figures of a page in docs, and says which with ``--help``."""
