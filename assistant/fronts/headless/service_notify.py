"""Tells systemd that the service is ready, alive and ending (sd_notify(3)): a datagram to a local socket."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Mapping


class ServiceNotifier:
    """The way to a service manager; silent where none listens, and about errors, which do no harm.

    Attributes:
        watchdog_s: time between two signs of life, half of what systemd allows; None where it wants none.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        path = environment.get("NOTIFY_SOCKET", "")
        # A leading @ stands for the zero byte of Linux's abstract socket names.
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self.watchdog_s: float | None = None
        wanted, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
        if wanted.isdigit() and int(wanted) > 0 and pid in {"", str(os.getpid())}:
            self.watchdog_s = int(wanted) / 1e6 / 2
        self._last_alive_s = float("-inf")

    def ready(self) -> None:
        self._send("READY=1")

    def alive(self) -> None:
        """Give a sign of life when one is due; call it on every turn of the loop."""
        if self.watchdog_s is None or time.monotonic() - self._last_alive_s < self.watchdog_s / 2:
            return
        self._last_alive_s = time.monotonic()
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender,
        ):
            sender.setblocking(False)
            sender.sendto(message.encode(), self._address)
