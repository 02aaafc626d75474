"""Which processes are a screen reader."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from assistant.system.screen_reader import find_screen_reader
from tests.support.waiting import wait_until


def add_process(root: Path, pid: int, comm: str, *command: str) -> None:
    folder = root / "proc" / str(pid)
    folder.mkdir(parents=True)
    (folder / "comm").write_text(comm + "\n")
    (folder / "cmdline").write_text("".join(word + "\0" for word in command))


@pytest.mark.parametrize(
    ("comm", "command", "name"),
    [
        ("orca", ("/usr/bin/python3", "/usr/bin/orca", "--replace"), "Orca"),
        ("python3", ("/usr/bin/python3", "-u", "/usr/bin/orca"), "Orca"),
        ("brltty", ("/bin/brltty", "-b", "auto"), "BRLTTY"),
        ("speech-dispatch", ("/usr/bin/speech-dispatcher", "-s"), "speech-dispatcher"),
        ("espeakup", ("/usr/bin/espeakup",), "Espeakup"),
        ("python3", ("/usr/bin/python3", "/usr/bin/fenrir"), "Fenrir"),
        ("vim", ("vim", "orca"), ""),
        ("cat", ("cat", "/usr/bin/brltty"), ""),
        ("kthreadd", (), ""),
    ],
)
def test_a_screen_reader_is_known_by_its_program(
    tmp_path: Path, comm: str, command: tuple[str, ...], name: str
) -> None:
    add_process(tmp_path, 7, "bash", "-bash")
    add_process(tmp_path, 8, comm, *command)
    assert find_screen_reader(tmp_path) == name


def test_the_best_known_name_is_said(tmp_path: Path) -> None:
    add_process(tmp_path, 7, "speech-dispatch", "/usr/bin/speech-dispatcher")
    assert find_screen_reader(tmp_path, uses_dispatcher=True) == ""
    add_process(tmp_path, 8, "orca", "orca")
    assert find_screen_reader(tmp_path) == "Orca"


def test_the_kernels_own_and_another_users(tmp_path: Path) -> None:
    assert find_screen_reader(tmp_path) == ""
    (tmp_path / "sys/accessibility/speakup").mkdir(parents=True)
    (tmp_path / "sys/accessibility/speakup/synth").write_text("soft\n")
    assert find_screen_reader(tmp_path) == "Speakup"
    if os.getuid() == 0:  # the system's processes are this user's here
        add_process(tmp_path, 9, "orca", "orca")
        os.chown(tmp_path / "proc/9", 12345, 12345)
        assert find_screen_reader(tmp_path) == "Speakup"
        assert find_screen_reader(tmp_path, user=12345) == "Orca"


def test_a_real_process_is_found(tmp_path: Path) -> None:
    script = tmp_path / "orca"
    script.write_text("#!/bin/sh\nread line\n")
    script.chmod(0o755)
    with subprocess.Popen([script], stdin=subprocess.PIPE) as process:
        wait_until(lambda: find_screen_reader() == "Orca")
        process.kill()
