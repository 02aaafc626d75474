"""What each of the program's processes forbids itself."""

from __future__ import annotations

import contextlib
import ctypes
import resource

_PR_SET_DUMPABLE = 4
"""``prctl(2)``"""


def limit(what: int, at_most: int) -> None:
    """Set a limit of ``setrlimit`` for this process and its children; a lower one stays."""
    _, hard = resource.getrlimit(what)
    value = at_most if hard == resource.RLIM_INFINITY else min(at_most, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(what, (value, value))


def hide_memory() -> None:
    """Keep pictures and words in memory from core dumps, and from this user's other programs (Linux).

    The limit alone does not hold where the kernel pipes core dumps to a program.
    """
    limit(resource.RLIMIT_CORE, 0)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
