"""llama.cpp's and mtmd's own log lines, into ``logging`` instead of onto the terminal."""

from __future__ import annotations

import ctypes
import logging
import re
import threading
from collections import deque
from typing import Any

_LOGGER = logging.getLogger("llama.cpp")
# enum ggml_log_level of ggml/include/ggml.h: 1 debug, 2 info, 3 warning, 4 error, 5 continues the line before.
_LEVELS = {1: logging.DEBUG, 2: logging.INFO, 3: logging.WARNING, 4: logging.ERROR}
_CONTINUES = 5
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""A model file's metadata is logged, and must not steer the terminal."""
_LogCallback = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
_lock = threading.Lock()
"""Model and projector are loaded by two threads."""
_level, _line = logging.DEBUG, ""
_errors: deque[str] = deque(maxlen=32)


def take_errors() -> list[str]:
    """Return the errors that were logged since the last time, oldest first."""
    with _lock:
        taken = list(_errors)
        _errors.clear()
    return taken


def _on_mtmd_log(level: int, text: bytes, user: Any) -> None:
    # At debug level, mtmd writes down the whole prompt, and with it what was asked.
    if level in _LEVELS and level > 1:
        _on_log(level, text, user)


def _on_log(level: int, text: bytes, _user: Any) -> None:
    global _level, _line
    with _lock:
        if level != _CONTINUES or not _line:
            _flush()
            _level = _LEVELS.get(level, logging.DEBUG)
        _line += text.decode("utf-8", "replace")
        if _line.endswith("\n"):
            _flush()


def _flush() -> None:
    global _line
    if _line.strip(" .\n"):
        line = _CONTROL.sub("?", _line.rstrip())
        if _level >= logging.ERROR:
            _errors.append(line)
        _LOGGER.log(_level, "%s", line)
    _line = ""


_callback, _mtmd_callback = _LogCallback(_on_log), _LogCallback(_on_mtmd_log)


def redirect() -> None:
    """Send native log lines to the logger ``llama.cpp``, but no prompt; call before anything is loaded."""
    from llama_cpp import llama_cpp, mtmd_cpp

    for library, callback, names in (
        (llama_cpp._lib, _callback, ("llama_log_set",)),
        (mtmd_cpp._libmtmd, _mtmd_callback, ("mtmd_log_set", "mtmd_helper_log_set")),
    ):
        pointer = ctypes.cast(callback, ctypes.c_void_p)
        for name in names:
            function = getattr(library, name)
            function.argtypes, function.restype = [ctypes.c_void_p, ctypes.c_void_p], None
            function(pointer, None)
