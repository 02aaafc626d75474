"""Who holds a device is found, and another running assistant is called so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.camera import devices
from assistant.speech.voice_process import VoiceProcess
from assistant.system.process_state import Holder, find_holder

NOBODY = 0
CODE = "import sys; f = open(sys.argv[1]); print('open', flush=True); input()"


@contextmanager
def opened_by(path: Path, *command: str) -> Iterator[int]:
    with subprocess.Popen(
        [*command, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        yield other.pid
        other.communicate(b"\n")


@pytest.fixture
def device(tmp_path: Path) -> Path:
    path = tmp_path / "video0"
    path.touch()
    return path


def grabber(folder: Path) -> Path:
    script = folder / "assistant" / "camera" / "grabber.py"
    script.parent.mkdir(parents=True)
    script.write_text(CODE)
    return script


def test_another_program_is_named(device: Path) -> None:
    assert find_holder(device) is None
    with opened_by(device, sys.executable, "-c", CODE) as pid:
        holder = find_holder(device, own_pid=NOBODY)
        assert holder is not None
        assert (holder.pid, holder.is_assistant) == (pid, False)
        assert holder.name.startswith("python")
        assert find_holder(device) is None, "this program's own children hold it for this program"


def test_another_assistant_is_called_so(device: Path, tmp_path: Path) -> None:
    with opened_by(device, sys.executable, str(grabber(tmp_path))) as pid:
        assert find_holder(device, own_pid=NOBODY) == Holder(pid, "sparc-assistant", True)


def test_the_front_is_meant_and_not_its_child(device: Path, tmp_path: Path) -> None:
    front = tmp_path / "sparc-assistant"
    front.write_text(
        "import subprocess, sys; sys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))"
    )
    with opened_by(device, sys.executable, str(front), str(grabber(tmp_path))) as pid:
        assert find_holder(device, own_pid=NOBODY) == Holder(pid, "sparc-assistant", True)


def test_a_camera_says_which_process_has_it(
    device: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "check", lambda *_: None)  # a plain file stands in for the device
    held = Holder(123, "sparc-assistant", True)
    for holder, said in (
        (held, "in use by another running assistant, process 123"),
        (Holder(7, "cheese"), "in use by the program cheese"),
    ):
        monkeypatch.setattr(devices, "find_holder", lambda _path, found=holder: found)
        error = devices.explain(device, "webcam 0")
        assert said in error.message
        assert error.hint


def test_a_voice_says_who_has_the_sound_device(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("assistant.speech.voice_process.DEVICES", tmp_path)
    (tmp_path / "pcmC0D0p").touch()
    voice = VoiceProcess({"rate_wpm": 180, "voice": None, "volume": 1.0}, tmp_path)
    try:
        assert "could not be played" in voice.describe_failure("Device or resource busy")[0]
        held = Holder(123, "sparc-assistant", True)
        monkeypatch.setattr("assistant.speech.voice_process.find_holder", lambda _path: held)
        assert (
            "another running assistant, process 123"
            in voice.describe_failure("Device or resource busy")[0]
        )
        assert "could not be played" in voice.describe_failure("No such device")[0]
    finally:
        voice.end()
