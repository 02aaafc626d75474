"""One screen a task; each gives its result back by ``dismiss``."""
