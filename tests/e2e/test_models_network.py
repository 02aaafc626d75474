"""Everything but ``models pull`` works without a network, and opens no connection."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.assistant_command import STREET
from tests.support.hub_server import Hub
from tests.support.models_command import ASSISTANT, PULL
from tests.support.tiny_catalogue import TINY

_TYPED = b"d\nq\n"
"""Typed into the line mode: describe, quit."""


def test_without_a_network_interface_all_but_pull_works(
    hub: Hub, folder: Path, tmp_path: Path
) -> None:
    unshare = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode != 0:
        pytest.skip("this machine does not let a user make a network namespace")
    ASSISTANT.run(*PULL)

    def alone(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        line = [*unshare, *ASSISTANT.line(*arguments)]
        return subprocess.run(line, capture_output=True, timeout=120, input=_TYPED)

    short = ("--no-speech", "--max-tokens", "4")
    model, mmproj = (tmp_path / "hub" / f"tiny-{part}.gguf" for part in ("model", "mmproj"))
    for arguments in (
        ("describe", STREET, *short),
        ("ask", STREET, "What is this?", *short),
        ("models", "list"),
        ("models", "verify"),
        ("models", "use", TINY),
        ("models", "path", TINY),
        ("models", "bench"),
        ("models", "add", "mine", "--model", model, "--mmproj", mmproj, "--template", "vicuna_v1"),
        ("plain", "--camera", STREET, "--notice-acknowledged", "yes", "--no-speech"),
        ("doctor",),
        ("settings",),
        ("models", "remove", TINY),
    ):
        done = alone(*arguments)
        assert done.returncode == 0, (arguments, done.stderr.decode())
    pulled = alone(*PULL)
    assert pulled.returncode == 4
    assert b"cannot be reached" in pulled.stderr


_WATCH = """
import os, sys
def _watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo") or (
        event == "socket.__new__" and arguments[1] in (2, 10)
    ):
        with open(os.environ["SOCKET_LOG"], "a") as log:
            log.write(f"{event} {arguments[1:]} {sys.argv}\\n")
sys.addaudithook(_watch)
"""


def test_no_command_but_pull_opens_a_socket(
    hub: Hub, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every Python process of every command is watched, the workers too."""
    watch, log = tmp_path / "watch", tmp_path / "sockets.log"
    watch.mkdir()
    (watch / "sitecustomize.py").write_text(_WATCH)
    monkeypatch.setenv("PYTHONPATH", str(watch))
    monkeypatch.setenv("SOCKET_LOG", str(log))
    assert ASSISTANT.run(*PULL).returncode == 0
    assert "socket.connect" in log.read_text()  # the watch works
    log.unlink()
    for arguments in (
        ("describe", STREET, "--max-tokens", "4"),
        ("ask", STREET, "What is this?", "--max-tokens", "4"),
        ("models", "list"),
        ("models", "verify"),
        ("models", "use", "demo"),
        ("models", "use", "best"),
        ("models", "path", TINY),
        ("models", "bench"),
        ("plain", "--camera", STREET, "--notice-acknowledged", "yes"),
        ("doctor",),
        ("settings",),
        ("models", "remove", TINY),
        ("--help",),
        ("--version",),
    ):
        done = ASSISTANT.run(*arguments, stdin=_TYPED)
        assert done.returncode == 0, (arguments, done.stderr)
    assert not log.exists(), log.read_text()
