"""A child that is asked over a socket (``socket_child``): its limits, its requests, and its end when the front ends."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import select
import signal
import socket
import sys
from typing import Any

from assistant.system import limits


def connect(memory_bytes: int) -> socket.socket:
    """Return the inherited socket; this process may write no file from now on, and take so much address space."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the front decides what Ctrl-C means
    limits.hide_memory()
    limits.limit(resource.RLIMIT_AS, memory_bytes)
    limits.limit(resource.RLIMIT_FSIZE, 0)
    return socket.socket(fileno=int(sys.argv[1]))


def receive_request(connection: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Return the next request with the descriptors that came with it; None at the end."""
    line, descriptors = b"", list[int]()
    while not line.endswith(b"\n"):
        part, found, _, _ = socket.recv_fds(connection, 1 << 16, 1)
        if not part:
            return None
        line += part
        descriptors += found
    request: dict[str, Any] = json.loads(line)
    return request, descriptors


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
