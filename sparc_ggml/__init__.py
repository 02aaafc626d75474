"""SPARC on llama.cpp, and LLaVA's picture encoding put right. Never imports ``assistant``."""
