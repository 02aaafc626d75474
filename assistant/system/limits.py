"""What each of the program's processes forbids itself."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import threading
import time
from pathlib import Path

_PR_SET_DUMPABLE = 4
"""``prctl(2)``"""
_SESSION = Path("/proc/self/autogroup")
_TRIES = 20


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


def leave_processor_to_others(niceness: int) -> None:
    """Have this thread compute only as far as other programs leave the processor.

    Where the kernel groups processes by session (``sched_autogroup_enabled``), the niceness of a thread counts within
    its session alone, and each process of ours has one of its own: there the session's niceness decides (``sched(7)``).
    That one can be taken back, a thread's cannot.

    Args:
        niceness: 10 leaves a tenth of a core beside a program that uses all; 0 takes the session's back.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
    for _ in range(_TRIES):
        try:
            _SESSION.write_text(str(niceness))
        except (
            BlockingIOError
        ):  # the kernel allows a change every tenth of a second, on the whole machine
            time.sleep(0.05)
        except OSError:  # it has no such groups
            return
        else:
            return
