"""What each of the program's processes forbids itself."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import threading
import time

_PR_SET_DUMPABLE = 4
"""``prctl(2)``"""
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


class Niceness:
    """How far the threads of this process leave the processor to other programs.

    Where the kernel groups processes by session (``sched_autogroup_enabled``), the niceness of a thread counts within
    its session alone, and each process of ours has one of its own: there the session's niceness decides (``sched(7)``).
    """

    def __init__(self) -> None:
        """Open the session's niceness; before ``hide_memory``, after which only root may."""
        self._session: int | None = None
        with contextlib.suppress(OSError):  # the kernel has no such groups
            self._session = os.open(f"/proc/{os.getpid()}/autogroup", os.O_WRONLY | os.O_CLOEXEC)

    def set(self, niceness: int) -> None:
        """Set that of this thread and of the session; a thread's can only grow.

        Args:
            niceness: 10 leaves a tenth of a core beside a program that uses all.
        """
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
        if self._session is None:
            return
        for _ in range(_TRIES):
            try:
                os.write(self._session, str(niceness).encode())
            except (
                BlockingIOError
            ):  # one change every tenth of a second is allowed, on the whole machine
                time.sleep(0.05)
            except OSError:
                return
            else:
                return
