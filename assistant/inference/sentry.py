"""Ends the worker where this process is kept from running for want of memory: keys come before the answer.

Where memory is so short that the code of programs is read from disk over and over, a thread of Python waits for its
own code, or for the lock of another thread that waits for its own. So the sentry is a thread of C (``sentry.c``), which
needs neither. It is built with the package where there is a C compiler; without it, nobody is ended.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path

PATIENCE_S = 5.0
"""So late may beats be, taken together; four seconds on time make one good."""
MIN_MAJOR_FAULTS = 50
"""Pages that had to be read from disk meanwhile: without those it is not memory that this process waits for."""


class Sentry:
    """Stands over one process, from its making to ``end``."""

    def __init__(
        self, pid: int, patience_s: float = PATIENCE_S, min_major_faults: int = MIN_MAJOR_FAULTS
    ) -> None:
        """Begins at once, as far as this system and machine have what it takes.

        Args:
            pid: a child of this process that was not waited for yet.
            patience_s: how late beats may be.
            min_major_faults: of this process, while they were.
        """
        self._library = _library()
        self._sentry: int | None = None
        if self._library is None or not hasattr(os, "pidfd_open"):
            return
        try:
            process = os.pidfd_open(pid)
        except OSError:
            return
        ticks = round(patience_s * self._library.sentry_ticks_per_second())
        self._sentry = self._library.sentry_start(process, ticks, min_major_faults)

    @property
    def is_standing(self) -> bool:
        """Whether there is one."""
        return self._sentry is not None

    def beat(self) -> None:
        """This process runs; to be called twice a second, from the thread that calls ``end``."""
        if self._library is not None and self._sentry is not None:
            self._library.sentry_beat(self._sentry)

    def end(self) -> None:
        """Nobody is to be ended any more; idempotent."""
        if self._library is not None and self._sentry is not None:
            self._library.sentry_end(self._sentry)
        self._sentry = None


@cache
def _library() -> ctypes.CDLL | None:
    for file in sorted(Path(__file__).resolve().parent.glob("_sentry.*so")):
        try:
            library = ctypes.CDLL(str(file))
            library.sentry_ticks_per_second.restype = ctypes.c_int32
            library.sentry_start.argtypes = [ctypes.c_int32, ctypes.c_int32, ctypes.c_int64]
            library.sentry_start.restype = ctypes.c_void_p
            for function in (library.sentry_beat, library.sentry_end):
                function.argtypes, function.restype = [ctypes.c_void_p], None
        except (OSError, AttributeError):  # built for another system or version
            continue
        return library
    return None
