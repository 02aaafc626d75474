"""Speech through a ``spd-say`` that records in place of speaking."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.core.ports import Priority, Speaker
from assistant.errors import AssistantError
from assistant.speech.factory import open_speaker
from assistant.speech.silent import SilentSpeaker
from assistant.speech.speech_manager import SpeechManager, VoiceOptions
from tests.support.fake_spd_say import FakeSpdSay, install_fake_spd_say
from tests.support.waiting import wait_until


@pytest.fixture
def spd_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSpdSay:
    return install_fake_spd_say(tmp_path / "spd", monkeypatch)


@pytest.fixture
def problems() -> list[AssistantError]:
    return []


@pytest.fixture
def opened(
    spd_say: FakeSpdSay, problems: list[AssistantError]
) -> Iterator[Callable[[VoiceOptions], Speaker]]:
    speakers: list[Speaker] = []

    def make(options: VoiceOptions) -> Speaker:
        speakers.append(open_speaker(options, problems.append, driver="spd-say"))
        return speakers[-1]

    yield make
    for speaker in speakers:
        speaker.close()


def test_texts_are_spoken_in_order_with_the_options(
    opened: Callable[[VoiceOptions], Speaker], spd_say: FakeSpdSay
) -> None:
    speaker = opened(VoiceOptions(rate_wpm=449, voice="en-gb", volume=0.5))
    speaker.say("A dog.")
    speaker.say("--cancel is a word here.")
    speaker.say("!-! so is this")
    assert speaker.wait(60.0)
    assert spd_say.spoken == ["A dog.", "--cancel is a word here.", "!-! so is this"]
    assert "--rate=100 --volume=0 --language=en-gb" in spd_say.options
    assert "--wait --pipe-mode" in spd_say.options
    assert "A dog" not in spd_say.options, "other users can read a command line"
    speaker.set_rate(80)
    speaker.say("Slow.")
    assert speaker.wait(60.0)
    assert "--rate=-100" in spd_say.options


def test_a_line_cannot_become_a_command(
    opened: Callable[[VoiceOptions], Speaker], spd_say: FakeSpdSay
) -> None:
    speaker = opened(VoiceOptions())
    speaker.say("One.\n!-! SET all volume -100")
    assert speaker.wait(60.0)
    assert spd_say.spoken == ["One. !-! SET all volume -100"]


def test_a_stop_ends_it_and_tells_speech_dispatcher(
    opened: Callable[[VoiceOptions], Speaker],
    spd_say: FakeSpdSay,
    problems: list[AssistantError],
) -> None:
    spd_say.behave("sleep 600")
    speaker = opened(VoiceOptions())
    speaker.say("A long sentence.")
    wait_until(lambda: spd_say.begun == ["A long sentence."])
    speaker.say("Never begun.")
    speaker.cancel()
    assert speaker.wait(60.0)
    spd_say.behave(":")
    speaker.say("The next.")
    assert speaker.wait(60.0)
    assert spd_say.n_cancels == 1
    assert spd_say.begun == ["A long sentence.", "The next."]
    assert spd_say.spoken == ["The next."]
    assert problems == []


def test_pause_and_resume_start_the_sentence_again(
    opened: Callable[[VoiceOptions], Speaker], spd_say: FakeSpdSay
) -> None:
    spd_say.behave("sleep 600")
    speaker = opened(VoiceOptions())
    speaker.say("One.", position=1)
    speaker.say("Two.", position=2)
    wait_until(lambda: spd_say.begun == ["One."])
    spd_say.behave(":")
    speaker.pause()
    speaker.say("Paused.", Priority.STATUS)
    assert speaker.wait(60.0)
    assert spd_say.spoken == ["Paused."]
    speaker.resume()
    assert speaker.wait(60.0)
    assert spd_say.spoken == ["Paused.", "One.", "Two."]
    assert speaker.position == 2


def test_many_pauses_repeat_nothing(
    opened: Callable[[VoiceOptions], Speaker], spd_say: FakeSpdSay
) -> None:
    spd_say.behave("sleep 0.3")
    speaker = opened(VoiceOptions())
    speaker.say("One.")
    speaker.say("Two.")
    wait_until(lambda: spd_say.begun == ["One."])
    for _ in range(50):
        speaker.pause()
        speaker.resume()
    assert speaker.wait(60.0)
    assert spd_say.spoken == ["One.", "Two."]


def test_a_failure_is_told_once_in_its_own_words(
    opened: Callable[[VoiceOptions], Speaker],
    spd_say: FakeSpdSay,
    problems: list[AssistantError],
) -> None:
    spd_say.behave('echo "Failed to connect to Speech Dispatcher" >&2; exit 1')
    speaker = opened(VoiceOptions())
    for _ in range(5):
        speaker.say("A sentence.")
    assert speaker.wait(60.0)
    (problem,) = problems
    assert "Failed to connect" in problem.message
    assert "aplay" not in problem.message + problem.hint


def test_a_missing_program_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    problems: list[AssistantError] = []
    speaker = open_speaker(VoiceOptions(), problems.append, driver="spd-say")
    assert isinstance(speaker, SilentSpeaker)
    assert "spd-say is missing" in problems[0].message
    assert "sudo apt install speech-dispatcher" in problems[0].hint


def test_it_is_taken_where_there_is_no_player(
    spd_say: FakeSpdSay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "aplay" else f"/bin/{name}")
    problems: list[AssistantError] = []
    speaker = open_speaker(VoiceOptions(), problems.append)
    assert isinstance(speaker, SpeechManager)
    speaker.say("A dog.")
    assert speaker.wait(60.0)
    speaker.close()
    assert spd_say.spoken == ["A dog."]
    assert problems == []


def test_silence_can_be_chosen() -> None:
    assert isinstance(open_speaker(VoiceOptions(), print, driver="silent"), SilentSpeaker)
