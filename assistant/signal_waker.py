"""Sees to it that a signal is heard while the main thread waits for a line.

Python runs a signal's handler between two steps of the main thread. A signal that comes just before a blocking read,
or that the kernel gives to another thread, would be heard only when the read ends: with the next line, or never.
"""

from __future__ import annotations

import os
import signal
import threading
import time

from assistant import spare_thread

_PATIENCE_S = 0.2
"""Time in which handlers run by themselves where nothing blocks."""


def start() -> None:
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

    spare_thread.start(wake, "signals")
