"""The real pyttsx3 and the real espeak, with a player that records instead of a sound card."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from assistant.errors import AssistantError, ExitCode
from assistant.speech.factory import open_speaker
from assistant.speech.silent import SilentSpeaker
from assistant.speech.speech_manager import MOST_FAILURES, SpeechManager, VoiceOptions
from tests.support.fake_player import FakePlayer
from tests.support.waiting import wait_until

OURS = "sparc-speech-*"
"""Our folders; a system's espeak may make one of its own for the sound server."""


@pytest.fixture
def sound_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where all sound files of a test live, if they live at all: in memory, as a runtime folder is."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


class Fixture:
    def __init__(self, options: VoiceOptions) -> None:
        self.problems: list[AssistantError] = []
        self.manager = SpeechManager(options, self.problems.append)


@pytest.fixture
def speech(player: FakePlayer, sound_folder: Path) -> Iterator[Callable[..., Fixture]]:
    opened: list[Fixture] = []

    def make(options: VoiceOptions | None = None) -> Fixture:
        opened.append(Fixture(options or VoiceOptions()))
        return opened[-1]

    yield make
    for fixture in opened:
        fixture.manager.close()


def _alive(folder: Path) -> list[int]:
    """Processes whose environment or command mentions the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                is_zombie = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
            except OSError:
                continue
            if f"TMPDIR={folder}".encode() in text and not is_zombie:
                found.append(int(entry.name))
    return found


def test_each_sentence_is_a_sound_of_its_own_in_order(
    speech: Callable[..., Fixture], player: FakePlayer
) -> None:
    fixture = speech()
    sentences = ["Dog.", "There is a large red car to the right of the dog.", "A tree is behind."]
    for sentence in sentences:
        fixture.manager.say(sentence)
    assert fixture.manager.wait(60.0)
    assert player.finished == 3
    short, long, middle = player.durations_s
    assert 0.2 < short < middle < long
    assert fixture.problems == []


def test_sentences_do_not_overlap(speech: Callable[..., Fixture], player: FakePlayer) -> None:
    player.behave("sleep 0.2")
    fixture = speech()
    fixture.manager.say("One.")
    fixture.manager.say("Two.")
    assert fixture.manager.wait(60.0)
    first, second = player.starts_s()
    assert second - first >= 0.2


def test_rate_and_volume_are_heard(speech: Callable[..., Fixture], player: FakePlayer) -> None:
    for rate in (80, 180, 449):
        fixture = speech(VoiceOptions(rate_wpm=rate))
        fixture.manager.say("There is a large red car to the right of the dog.")
        assert fixture.manager.wait(60.0)
    slow, usual, fast = player.durations_s
    assert slow > 1.5 * usual > 1.5 * 1.5 * fast


def test_a_stop_kills_the_sound(
    speech: Callable[..., Fixture], player: FakePlayer, sound_folder: Path
) -> None:
    fixture = speech()
    for attempt in (1, 2, 3):
        player.behave(f'echo $$ > "$folder/pid{attempt}"; exec sleep 300')
        fixture.manager.say("A very long sentence.")
        fixture.manager.say("Another one.")
        note = player.records / f"pid{attempt}"
        wait_until(partial(_is_written, note))
        pid = int(note.read_text())
        fixture.manager.cancel()
        wait_until(partial(_has_ended, pid))
        assert fixture.manager.wait(60.0)
    player.behave(":")
    fixture.manager.say("The next.")
    assert fixture.manager.wait(60.0)
    assert player.finished == 1
    assert player.started == 4, "what was queued behind a stop is never begun"
    fixture.manager.close()
    assert list(sound_folder.glob(OURS)) == []


def _is_written(note: Path) -> bool:
    return note.exists() and note.read_text().strip() != ""


def _has_ended(pid: int) -> bool:
    return not _is_running(pid)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_nothing_stays_behind(
    speech: Callable[..., Fixture], player: FakePlayer, sound_folder: Path
) -> None:
    player.behave("sleep 0.05")
    fixture = speech()
    fixture.manager.say("One.")
    assert fixture.manager.wait(60.0)
    (base,) = sound_folder.glob(OURS)
    assert base.stat().st_mode & 0o777 == 0o700
    assert list(base.rglob("*.wav")) == [], "no sound of a spoken sentence is kept"
    fixture.manager.say("Two.")
    wait_until(lambda: player.started == 2)
    fixture.manager.close()
    assert list(sound_folder.glob(OURS)) == []
    wait_until(lambda: not _alive(sound_folder))


def test_a_killed_front_leaves_no_sound_and_no_process(
    player: FakePlayer, sound_folder: Path
) -> None:
    player.behave("exec sleep 300")
    code = (
        "import time\n"
        "from assistant.speech.speech_manager import SpeechManager, VoiceOptions\n"
        "m = SpeechManager(VoiceOptions(), print)\n"
        "m.say('A long sentence.')\n"
        "time.sleep(60)\n"
    )
    front = subprocess.Popen([sys.executable, "-c", code])
    try:
        wait_until(lambda: player.started == 1)
        assert _alive(sound_folder)
    finally:
        front.send_signal(signal.SIGKILL)
        front.wait()
    wait_until(lambda: not _alive(sound_folder))
    wait_until(lambda: list(sound_folder.glob(OURS)) == [])


def test_a_speech_process_that_dies_is_replaced(
    speech: Callable[..., Fixture], player: FakePlayer, sound_folder: Path
) -> None:
    fixture = speech()
    fixture.manager.say("One.")
    assert fixture.manager.wait(60.0)
    for pid in _alive(sound_folder):
        os.kill(pid, signal.SIGKILL)
        break
    fixture.manager.say("Two.")
    fixture.manager.say("Three.")
    assert fixture.manager.wait(60.0)
    assert player.finished == 3
    assert fixture.problems == []


def test_a_player_that_fails_is_told_once(
    speech: Callable[..., Fixture], player: FakePlayer
) -> None:
    player.behave('echo "aplay: main:850: audio open error: No such device" >&2; exit 1')
    fixture = speech()
    for _ in range(MOST_FAILURES + 3):
        fixture.manager.say("A sentence.")
    assert fixture.manager.wait(60.0)
    wait_until(lambda: len(fixture.problems) == 1)
    problem = fixture.problems[0]
    assert "No such device" in problem.message
    assert "aplay: main" not in problem.message
    assert "You still get the text" in problem.message
    assert problem.exit_code is ExitCode.OK
    assert player.started == MOST_FAILURES


def test_a_sound_device_that_comes_back_is_used_again(
    speech: Callable[..., Fixture], player: FakePlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.speech.speech_manager.REST_S", 0.3)
    player.behave("exit 1")
    fixture = speech()
    for _ in range(MOST_FAILURES + 3):
        fixture.manager.say("A sentence.")
    assert fixture.manager.wait(60.0)
    assert player.started == MOST_FAILURES
    time.sleep(0.4)
    fixture.manager.say("Still gone.")
    assert fixture.manager.wait(60.0)
    fixture.manager.say("Said too soon, so it is only shown.")
    assert fixture.manager.wait(60.0)
    assert player.started == MOST_FAILURES + 1
    assert len(fixture.problems) == 1, "told once while it lasts"
    player.behave(":")
    time.sleep(0.4)
    fixture.manager.say("Back again.")
    assert fixture.manager.wait(60.0)
    assert player.finished == 1
    player.behave("exit 1")
    fixture.manager.say("Gone again.")
    assert fixture.manager.wait(60.0)
    wait_until(lambda: len(fixture.problems) == 2)


def test_an_unknown_voice_is_told_and_the_usual_one_speaks(
    speech: Callable[..., Fixture], player: FakePlayer
) -> None:
    fixture = speech(VoiceOptions(voice="no-such-voice"))
    fixture.manager.say("A sentence.")
    assert fixture.manager.wait(60.0)
    assert player.finished == 2, "which voice is unknown can be heard: another one speaks"
    assert "no-such-voice" in fixture.problems[0].message


def test_a_voice_by_language(speech: Callable[..., Fixture], player: FakePlayer) -> None:
    fixture = speech(VoiceOptions(voice="de"))
    fixture.manager.say("Ein Hund.")
    assert fixture.manager.wait(60.0)
    assert fixture.problems == []
    assert player.finished == 1


def test_a_variant_is_heard(speech: Callable[..., Fixture], player: FakePlayer) -> None:
    for voice in ("en-us", "en_US.UTF-8", "en_US+f3", "zh"):
        fixture = speech(VoiceOptions(voice=voice))
        fixture.manager.say("A dog.")
        assert fixture.manager.wait(60.0)
        assert fixture.problems == []
    plain, locale, variant, chinese = (
        path.read_bytes() for path in sorted(player.records.glob("*.wav"))
    )
    assert plain == locale
    assert len({plain, variant, chinese}) == 3


def test_no_espeak_is_told(
    speech: Callable[..., Fixture], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "none"
    (empty / "espeakng_loader").mkdir(parents=True)
    (empty / "espeakng_loader" / "__init__.py").write_text("raise ImportError('not here')\n")
    (empty / "sitecustomize.py").write_text(
        "import ctypes\n_real = ctypes.CDLL.__init__\n"
        "def _none(self, name=None, *a, **k):\n"
        "    if 'espeak' in str(name): raise OSError('no ' + str(name))\n"
        "    _real(self, name, *a, **k)\n"
        "ctypes.CDLL.__init__ = _none\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(empty))
    fixture = speech()
    fixture.manager.say("A sentence.")
    assert fixture.manager.wait(60.0)
    wait_until(lambda: len(fixture.problems) == 1)
    assert "espeak is missing" in fixture.problems[0].message
    assert "apt install espeak-ng" in fixture.problems[0].hint


def test_no_player_is_told_and_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    problems: list[AssistantError] = []
    speaker = open_speaker(VoiceOptions(), problems.append)
    assert isinstance(speaker, SilentSpeaker)
    assert "aplay is missing" in problems[0].message
    assert "sudo apt install alsa-utils" in problems[0].hint
