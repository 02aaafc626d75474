"""What systemd is told, on a socket of a test."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.fronts.headless.service_notify import ServiceNotifier


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5.0)
        yield listener


def received(manager: socket.socket) -> list[str]:
    manager.setblocking(False)
    found = []
    while True:
        try:
            found.append(manager.recv(4096).decode())
        except BlockingIOError:
            return found


def test_the_life_of_a_service(manager: socket.socket) -> None:
    environment = {
        "NOTIFY_SOCKET": manager.getsockname(),
        "WATCHDOG_USEC": "30000000",
        "WATCHDOG_PID": str(os.getpid()),
    }
    notifier = ServiceNotifier(environment)
    assert notifier.watchdog_s == 15.0
    notifier.ready()
    for _ in range(100):  # as often as the loop turns: sent when it is due
        notifier.alive()
    notifier.stopping()
    assert received(manager) == ["READY=1", "WATCHDOG=1", "STOPPING=1"]


def test_an_abstract_socket() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        name = f"sparc-test-{os.getpid()}"
        listener.bind("\0" + name)
        ServiceNotifier({"NOTIFY_SOCKET": "@" + name}).ready()
        assert received(listener) == ["READY=1"]


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NOTIFY_SOCKET": "/nowhere/notify", "WATCHDOG_USEC": "1000"},
        {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": "soon"},
    ],
)
def test_without_a_manager_nothing_happens(environment: dict[str, str]) -> None:
    notifier = ServiceNotifier(environment)
    notifier.ready()
    notifier.alive()
    notifier.stopping()
    if environment.get("WATCHDOG_PID") or environment.get("WATCHDOG_USEC") == "soon":
        assert notifier.watchdog_s is None
