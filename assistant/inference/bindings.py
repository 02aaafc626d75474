"""llama-cpp-python without its high-level API, for a process that uses only the functions of llama.cpp.

``llama_cpp/__init__.py`` imports chat formats, Jinja and a cache on disk, which takes a fifteenth of a small model's
start. Its low-level modules need none of it.
"""

from __future__ import annotations

import importlib.util
import sys


def leave_out_high_level() -> None:
    """Make ``from llama_cpp import llama_cpp, mtmd_cpp`` import these two alone; call before the first import.

    The package itself stays empty: nothing else can be taken from it in this process.
    """
    spec = None if "llama_cpp" in sys.modules else importlib.util.find_spec("llama_cpp")
    if spec is not None:  # where it is not installed, the import says so
        sys.modules["llama_cpp"] = importlib.util.module_from_spec(spec)
