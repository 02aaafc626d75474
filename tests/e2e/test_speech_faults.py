"""What happens to words when the process that speaks them is killed, hangs, or is given odd text."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.core.ports import Priority
from assistant.errors import AssistantError
from assistant.speech import speech_manager
from assistant.speech.speech_manager import SpeechManager, VoiceOptions
from assistant.speech.voice_process import VoiceProcess
from assistant.system.process_state import state_of
from tests.support.assistant_command import ROOT
from tests.support.fake_player import FakePlayer
from tests.support.waiting import wait_until


class Opened:
    """A manager, what it told, and the processes that it started."""

    def __init__(self, starter: Callable[[dict[str, Any], Path], VoiceProcess]) -> None:
        self.problems: list[AssistantError] = []
        self.voices: list[VoiceProcess] = []

        def start(options: dict[str, Any], base: Path) -> VoiceProcess:
            self.voices.append(starter(options, base))
            return self.voices[-1]

        self.manager = SpeechManager(VoiceOptions(), self.problems.append, start)


@pytest.fixture
def speech(player: FakePlayer) -> Iterator[Callable[..., Opened]]:
    opened: list[Opened] = []

    def make(starter: Callable[[dict[str, Any], Path], VoiceProcess] = VoiceProcess) -> Opened:
        opened.append(Opened(starter))
        return opened[-1]

    yield make
    for each in opened:
        each.manager.close()


def test_killed_in_a_sentence_it_is_said_again_by_the_spare(
    speech: Callable[..., Opened], player: FakePlayer
) -> None:
    player.behave("sleep 600")
    opened = speech()
    opened.manager.say("A long sentence.", position=4)
    opened.manager.say("The next.", position=5)
    wait_until(lambda: player.started == 1)
    player.behave(":")
    os.killpg(opened.voices[0]._process.pid, signal.SIGKILL)
    assert opened.manager.wait(60.0)
    assert player.finished == 2
    assert player.started == 3
    long, again, _ = player.durations_s
    assert long == again, "the whole sentence again"
    assert opened.manager.position == 5
    assert opened.problems == []


def test_stopped_in_a_sentence_it_is_said_again_by_the_spare(
    speech: Callable[..., Opened], player: FakePlayer
) -> None:
    player.behave("sleep 1.5")
    opened = speech()
    opened.manager.say("A sentence.")
    wait_until(lambda: player.started == 1)
    player.behave(":")
    os.kill(opened.voices[0]._process.pid, signal.SIGSTOP)
    assert opened.manager.wait(60.0)
    wait_until(lambda: player.started == 2)
    assert opened.problems == []


def test_a_stopped_spare_is_passed_over(
    speech: Callable[..., Opened], player: FakePlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Were the sentence given to it, it would be waited for so long.
    monkeypatch.setattr("assistant.speech.utterance_queue.Utterance.longest_s", lambda *_: 600.0)
    player.behave("sleep 600")
    opened = speech()
    opened.manager.say("A sentence.")
    wait_until(lambda: player.started == 1 and len(opened.voices) == 2)
    player.behave(":")
    os.kill(opened.voices[1]._process.pid, signal.SIGSTOP)
    opened.manager.cancel()
    opened.manager.say("The next.")
    assert opened.manager.wait(60.0)
    assert player.finished == 1
    assert opened.problems == []


def test_a_spare_that_died_is_replaced_before_it_is_needed(
    speech: Callable[..., Opened], player: FakePlayer
) -> None:
    opened = speech()
    opened.manager.say("A sentence.")
    assert opened.manager.wait(60.0)
    spare = opened.voices[1]._process.pid
    os.kill(spare, signal.SIGKILL)
    wait_until(lambda: state_of(spare).letter == "Z")
    opened.manager.say("The next.")
    assert opened.manager.wait(60.0)
    assert state_of(spare).letter == "", "no dead process stays listed"
    assert len(opened.voices) == 3
    assert player.finished == 2
    assert opened.problems == []


def test_killed_again_and_again_is_told_once(
    speech: Callable[..., Opened], player: FakePlayer
) -> None:
    player.behave("kill -9 $PPID; sleep 0.1")
    opened = speech()
    for _ in range(5):
        opened.manager.say("A sentence.")
    assert opened.manager.wait(60.0)
    wait_until(lambda: len(opened.problems) == 1)
    opened.manager.say("Too late.")
    assert opened.manager.wait(60.0)
    assert len(opened.problems) == 1


def test_a_process_that_never_becomes_ready_is_left(
    speech: Callable[..., Opened], player: FakePlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech_manager, "START_TIMEOUT_S", 0.5)

    def stuck(options: dict[str, Any], base: Path) -> VoiceProcess:
        voice = VoiceProcess(options, base)
        os.kill(voice._process.pid, signal.SIGSTOP)
        return voice

    opened = speech(stuck)
    opened.manager.say("A sentence.")
    opened.manager.cancel()  # a stop works while it is waited for
    opened.manager.say("Another.")
    opened.manager.say("A third.")
    opened.manager.say("A fourth.")
    assert opened.manager.wait(60.0)
    wait_until(lambda: len(opened.problems) == 1)
    assert "does not answer" in opened.problems[0].message


def test_a_player_that_hangs_is_left_at_once_and_a_stop_works_meanwhile(
    speech: Callable[..., Opened], player: FakePlayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One text is waited for, not one after the other; then speech rests, and what is said meanwhile is dropped."""
    monkeypatch.setattr("assistant.speech.speech_manager.REST_S", 0.0)
    player.behave("exec sleep 600")
    opened = speech()
    opened.manager.say("A sentence.")
    opened.manager.say("Another.")
    assert opened.manager.wait(60.0)
    (problem,) = opened.problems
    assert "does not answer" in problem.message
    assert player.started == 1
    opened.manager.say("A sentence.")
    wait_until(lambda: player.started == 2)
    opened.manager.cancel()
    assert opened.manager.wait(60.0)
    player.behave(":")
    opened.manager.say("The device is back.")
    assert opened.manager.wait(60.0)
    assert player.finished == 1


def test_a_long_sentence_is_no_hang(speech: Callable[..., Opened], player: FakePlayer) -> None:
    """The player may take as long as the sound does, and some seconds more."""
    player.behave("sleep 6.5")
    opened = speech()
    opened.manager.say("The same words again and again, " * 8)
    assert opened.manager.wait(60.0)
    assert player.durations_s[0] > 6.0
    assert player.finished == 1
    assert opened.problems == []


def test_each_change_of_the_rate_is_heard_in_the_next_text(
    speech: Callable[..., Opened], player: FakePlayer
) -> None:
    opened = speech()
    for rate_wpm in (180, 360, 180, 360, 180):
        opened.manager.set_rate(rate_wpm)
        opened.manager.say("The same words, slower or faster.")
        assert opened.manager.wait(60.0)
    slow, fast, *others = player.durations_s
    assert fast < 0.8 * slow
    assert others == pytest.approx([slow, fast, slow], rel=0.01)


def test_a_very_long_text_begins_at_once_and_stops(
    speech: Callable[..., Opened], player: FakePlayer
) -> None:
    player.behave("sleep 600")
    opened = speech()
    opened.manager.say("There is a large red car to the right of a tree. " * 205, position=1)
    wait_until(lambda: player.started == 1)
    wait_until(lambda: len(player.durations_s) == 1 and player.durations_s[0] < 60)
    opened.manager.say("Stopping.", Priority.STATUS)
    opened.manager.cancel()
    assert opened.manager.wait(60.0)
    assert player.started == 1


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b\x07c\x1b[31md",
        "\ud800 surrogate",
        "line\nline\r\nline\tend",
        "<speak>&amp;</speak>",
        "[[k3n]] 'quoted' \"twice\" $(exit 1) `exit 1` %s {}",
        "\u202ebackwards\u200b \U0001f600 7",
    ],
)
def test_odd_characters_are_spoken(
    speech: Callable[..., Opened], player: FakePlayer, text: str
) -> None:
    opened = speech()
    opened.manager.say(text)
    opened.manager.say("The next.")
    assert opened.manager.wait(60.0)
    assert player.finished == 2
    assert opened.problems == []


def test_close_right_after_the_start(player: FakePlayer) -> None:
    code = (
        "from assistant.speech.speech_manager import SpeechManager, VoiceOptions\n"
        "for _ in range(5):\n"
        "    m = SpeechManager(VoiceOptions(), print); m.say('A.'); m.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True)
    assert done.stdout + done.stderr == b""


def test_no_shell_is_started_and_no_text_is_on_a_command_line(
    player: FakePlayer, tmp_path: Path
) -> None:
    """Every program that speaking starts is recorded by its audit event, in the speech process itself."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        f"log = os.open({str(tmp_path / 'events')!r}, os.O_CREAT | os.O_WRONLY | os.O_APPEND)\n"
        "def note(event, arguments):\n"
        "    if event in ('subprocess.Popen', 'os.system', 'os.exec', 'os.posix_spawn'):\n"
        "        os.write(log, (repr((event, arguments[:2])) + '\\n').encode())\n"
        "sys.addaudithook(note)\n"
    )
    code = (
        "from assistant.speech.speech_manager import SpeechManager, VoiceOptions\n"
        "m = SpeechManager(VoiceOptions(voice='en; touch hurt'), print)\n"
        "m.say('Now $(touch hurt) `touch hurt` ; touch hurt | hurt'); m.wait(20); m.close()\n"
    )
    place = tmp_path / "odd $(touch hurt); folder"
    place.mkdir()
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}", "TMPDIR": str(place)}
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=place, check=True, timeout=60)
    events = (tmp_path / "events").read_text().splitlines()
    spoken = [event for event in events if "aplay" in event]
    assert len(spoken) == 2, "the text, and that the voice is unknown"
    for event in spoken:
        assert event.startswith("('subprocess.Popen', ('aplay', ['aplay', '/")
    assert not [event for event in events if "os.system" in event or "'sh'" in event]
    assert not [event for event in events if "hurt" in event and "voice" not in event]
    assert list(place.iterdir()) == []
    assert player.finished == 2


def test_a_full_sound_folder_is_told(player: FakePlayer) -> None:
    """A limit on the size of files stands in for the full folder: writing the sound fails."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "from assistant.speech.speech_manager import SpeechManager, VoiceOptions\n"
        "m = SpeechManager(VoiceOptions(), lambda error: print(error.message, flush=True))\n"
        "m.say('There is a large red car to the right of the dog.'); m.wait(20); m.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60)
    assert done.stdout.decode().splitlines() == [
        "Speech does not work: the sound could not be played: File too large. You still get the text."
    ]
    assert player.started == 0


def test_on_a_busy_machine_no_sentence_is_silent(
    speech: Callable[..., Opened],
    player: FakePlayer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the driver does after "finished" must not end the next sentence, however late it comes to do it."""
    (tmp_path / "sitecustomize.py").write_text(
        "import threading, time\n"
        "from pyttsx3 import driver\n"
        "at_once = driver.DriverProxy.setBusy\n"
        "def late(self, busy):\n"
        "    if threading.current_thread() is not threading.main_thread():\n"
        "        time.sleep(0.1)\n"
        "    at_once(self, busy)\n"
        "driver.DriverProxy.setBusy = late\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    opened = speech()
    for number in range(4):
        opened.manager.say(f"There is a car number {number}.")
    assert opened.manager.wait(60.0)
    assert len(player.durations_s) == 4
    assert min(player.durations_s) > 0.5
    assert opened.problems == []
