"""How a child process ends when the front does, even in the middle of native code."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket


def end_with(connection: socket.socket, is_on: bool) -> None:
    """Have the kernel end this process, stopped or in native code, once the front's end of the socket closes.

    While a child works the front sends it nothing, so the signal that something came, which ends a process that does
    not handle it, can only mean that.

    Args:
        connection: the child's end.
        is_on: whether to do so from now on, or no longer.
    """
    fcntl.fcntl(connection, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(connection, fcntl.F_SETSIG, signal.SIGKILL)
    flags = fcntl.fcntl(connection, fcntl.F_GETFL)
    wanted = flags | os.O_ASYNC if is_on else flags & ~os.O_ASYNC
    fcntl.fcntl(connection, fcntl.F_SETFL, wanted)
    if is_on and select.select([connection], [], [], 0)[0]:  # it closed just before
        os._exit(0)
