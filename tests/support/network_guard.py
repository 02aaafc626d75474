"""Keeps the tests off the network: only loopback ports that a test opened itself may be connected to."""

from __future__ import annotations

import sys
from typing import Any

ALLOWED_PORTS: set[int] = set()
"""Ports of the test's own servers."""
_INTERNET_FAMILIES = {2, 10}  # AF_INET, AF_INET6


def refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook."""
    if event != "socket.connect" or int(arguments[0].family) not in _INTERNET_FAMILIES:
        return
    host, port = arguments[1][:2]
    if host not in ("127.0.0.1", "::1", "localhost") or port not in ALLOWED_PORTS:
        raise AssertionError(f"a test opened a network connection to {arguments[1]!r}")


def install() -> None:
    """For the rest of the process."""
    sys.addaudithook(refuse_network)
