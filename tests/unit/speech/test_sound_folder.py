"""Sound lies in memory where that can be had."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from assistant.speech.sound_folder import is_in_memory, private_folder

MOUNTS = """/dev/sda1 / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
tmpfs /run/user/1000 tmpfs rw 0 0
/dev/sdb1 /run/media ext4 rw 0 0
tmpfs /a\\040b tmpfs rw 0 0
tmpfs /twice tmpfs rw 0 0
/dev/sdc1 /twice ext4 rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("folder", "is_memory"),
    [("/home/me", False), ("/run/user/1000", True), ("/run/user/1000/x", True), ("/run/media/x", False),
     ("/running", False), ("/a b/c", True), ("/twice/x", False)],
)  # fmt: skip
def test_the_innermost_mount_counts(tmp_path: Path, folder: str, is_memory: bool) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    assert is_in_memory(folder, tmp_path / "mounts") == is_memory


def test_without_a_list_nothing_is_in_memory(tmp_path: Path) -> None:
    assert not is_in_memory("/dev/shm", tmp_path / "none")


def test_memory_comes_before_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_in_memory("/dev/shm") or is_in_memory(str(tmp_path)):
        pytest.skip("this machine has no such folders")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = private_folder()
    try:
        assert folder.parent == Path("/dev/shm")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == os.getuid()
    finally:
        folder.rmdir()


def test_where_no_folder_can_be_made_speech_is_off_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.speech import factory
    from assistant.speech.silent import SilentSpeaker
    from assistant.speech.voice_process import VoiceOptions

    def full(**_options: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    problems: list[Exception] = []
    speaker = factory.open_speaker(VoiceOptions(), problems.append, driver="pyttsx3")
    assert isinstance(speaker, SilentSpeaker)
    assert "No space left on device" in str(problems[0])
