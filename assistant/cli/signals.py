"""Sees to it that a signal is heard while the main thread waits for a line.

Python runs a signal's handler between two steps of the main thread. A signal that comes just before a blocking read,
or that the kernel gives to another thread, would be heard only when the read ends: with the next line, or never.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from assistant.system import threads

_PATIENCE_S = 0.2
"""Time in which handlers run by themselves where nothing blocks."""


def interrupt_blocking_calls() -> None:
    """From now on a blocking call of the main thread is interrupted by every signal that has a handler."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    # Of no other use here; its handler does nothing, but it ends the call, and then all handlers run.
    signal.signal(signal.SIGURG, lambda *_: None)
    main = threading.main_thread().ident
    assert main is not None

    def wake() -> None:
        while numbers := os.read(read, 64):
            if any(number != signal.SIGURG for number in numbers):
                time.sleep(_PATIENCE_S)
                signal.pthread_kill(main, signal.SIGURG)

    threads.start(wake, "signals")


def fill_missing_streams() -> None:
    """Call first: else the next file or socket takes the number, and what is written goes there."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            mode = "r" if number == 0 else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
