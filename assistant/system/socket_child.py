"""A child process that is asked over a socket which no other process can open: the front's end of it.

Requests are lines of JSON; files go with them as descriptors. ``front_end`` is what the child does.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Sequence
from typing import Any

from assistant.system.child_process import PICTURES_GIVE_WAY, ChildProcess, command


class SocketChild(ChildProcess):
    """One process and the front's end of its socket."""

    def __init__(self, module: str) -> None:
        """Start the ``main`` of a module; raises OSError when that cannot be done."""
        self._socket, theirs = socket.socketpair()
        try:
            super().__init__(
                [*command(module), str(theirs.fileno())],
                gives_way_by=PICTURES_GIVE_WAY,
                pass_fds=(theirs.fileno(),),
                # Threads of a library that is not used take address space, which is limited.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
        except OSError:
            self._socket.close()
            raise
        finally:
            theirs.close()

    def send(self, request: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Send a request; raises OSError when the process is gone."""
        socket.send_fds(self._socket, [json.dumps(request).encode() + b"\n"], list(descriptors))

    def receive_more(self, buffer: bytearray, end: float) -> None:
        """Add what comes next to a buffer, until a time of ``time.monotonic``.

        Raises:
            TimeoutError: nothing came in time.
            EOFError: the process is gone or was stopped.
            OSError: it went while it was being read from.
        """
        try:
            self.wait_for(self._socket, end - time.monotonic())
        except ValueError as error:  # closed meanwhile
            raise EOFError from error
        part = self._socket.recv(1 << 20)
        if not part:
            raise EOFError
        buffer += part

    def end(self, timeout_s: float | None = None) -> None:
        super().end(timeout_s)
        self._socket.close()
