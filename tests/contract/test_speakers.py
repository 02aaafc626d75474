"""Every Speaker keeps the port's promises: the real one, the silent one and the public fake."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.app import wiring
from assistant.app.live_voice import LiveSpeaker
from assistant.core.ports import Priority, Speaker
from assistant.errors import AssistantError
from assistant.settings.table import Settings
from assistant.speech.factory import open_speaker
from assistant.speech.silent import SilentSpeaker
from assistant.speech.speech_manager import VoiceOptions
from assistant.testing import RecordingSpeaker
from tests.support.fake_player import FakePlayer
from tests.support.fake_spd_say import install_fake_spd_say

MANY = 1000
"""So many sentences take longer than the tests wait: the player sleeps a tenth of a second for each."""


@pytest.fixture(params=["pyttsx3", "spd-say", "live", "silent", "recording"])
def speaker(
    request: pytest.FixtureRequest,
    player: FakePlayer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Speaker]:
    player.behave("sleep 0.1")
    problems: list[AssistantError] = []
    opened: Speaker
    match request.param:
        case "pyttsx3":
            opened = open_speaker(VoiceOptions(), problems.append)
        case "spd-say":
            install_fake_spd_say(tmp_path / "spd", monkeypatch).behave("sleep 0.1")
            opened = open_speaker(VoiceOptions(), problems.append, driver="spd-say")
        case "live":
            opened = LiveSpeaker(Settings(), lambda now: wiring.speaker(now, problems.append))
        case "silent":
            opened = SilentSpeaker()
        case _:
            opened = RecordingSpeaker(seconds_per_utterance=0.1)
    yield opened
    opened.close()
    assert problems == []


def test_it_is_a_speaker(speaker: Speaker) -> None:
    assert isinstance(speaker, Speaker)


def test_say_does_not_wait_and_wait_waits(speaker: Speaker) -> None:
    for _ in range(MANY):
        speaker.say("A dog.")
    assert not speaker.wait(0) or isinstance(speaker, SilentSpeaker)
    speaker.cancel()
    speaker.say("A cat.")
    assert speaker.wait(60.0)
    assert speaker.wait(0)


def test_cancel_empties(speaker: Speaker) -> None:
    for _ in range(MANY):
        speaker.say("A long sentence that takes its time to be spoken.")
    speaker.cancel()
    assert speaker.wait(60.0), "they were not spoken to the end"
    speaker.say("After the stop.")
    assert speaker.wait(60.0)


def test_cancel_from_another_thread(speaker: Speaker) -> None:
    for _ in range(MANY):
        speaker.say("A sentence.")
    canceller = threading.Timer(0.05, speaker.cancel)
    canceller.start()
    assert speaker.wait(60.0), "they were not spoken to the end"
    canceller.join()


def test_close_may_come_twice_and_early(speaker: Speaker) -> None:
    speaker.say("A dog.")
    speaker.close()
    speaker.close()
    speaker.say("Too late.")
    speaker.cancel()
    assert speaker.wait(60.0)


def test_nothing_to_say(speaker: Speaker) -> None:
    for utterance in ("", "  ", "...", "\n"):
        speaker.say(utterance)
    assert speaker.wait(60.0)


def test_a_pause_holds_descriptions_and_lets_status_through(speaker: Speaker) -> None:
    speaker.say("A dog.", position=1)
    speaker.pause()
    speaker.say("A cat.", position=2)
    speaker.say("Paused.", Priority.STATUS)
    assert _is_paused(speaker)
    assert speaker.wait(60.0)  # what waits in a pause is not waited for
    speaker.resume()
    assert not _is_paused(speaker)
    assert speaker.wait(60.0)
    assert speaker.position in {2, None}  # None: nothing is heard


def test_a_hush_holds_descriptions_and_drops_the_rest(speaker: Speaker) -> None:
    is_silent = isinstance(speaker, SilentSpeaker)
    for _ in range(MANY):
        speaker.say("Status that nobody needs any more.", Priority.STATUS)
    speaker.say("A dog.", position=1)
    assert speaker.hush() is not is_silent
    assert speaker.is_paused is not is_silent
    assert speaker.wait(60.0), "what is held is not waited for, and the status is gone"
    speaker.say("The answer to a key.", Priority.STATUS)
    assert speaker.wait(60.0)
    assert speaker.hush() is not is_silent, "the description is still held"
    speaker.resume()
    assert speaker.wait(60.0)
    assert speaker.position == (None if is_silent else 1)


def test_a_hush_with_nothing_to_hold_is_no_pause(speaker: Speaker) -> None:
    speaker.say("Status.", Priority.STATUS)
    assert not speaker.hush()
    assert not speaker.is_paused
    speaker.say("Done.")
    speaker.hush()
    assert not speaker.hush(), "what has no position is no sentence of an answer"
    speaker.cancel()
    assert speaker.wait(60.0)


def _is_paused(speaker: Speaker) -> bool:
    return speaker.is_paused


def test_cancel_ends_a_pause(speaker: Speaker) -> None:
    speaker.pause()
    speaker.say("A dog.")
    speaker.cancel()
    assert not speaker.is_paused
    assert speaker.wait(60.0)


def test_the_position_stays_when_an_utterance_has_none(speaker: Speaker) -> None:
    assert speaker.position is None
    speaker.say("A dog.", position=7)
    speaker.say("Done.")
    assert speaker.wait(60.0)
    assert speaker.position in {7, None}


def test_the_rate_may_change_at_any_time(speaker: Speaker) -> None:
    speaker.say("A dog.")
    speaker.set_rate(300)
    speaker.say("A cat.")
    assert speaker.wait(60.0)
