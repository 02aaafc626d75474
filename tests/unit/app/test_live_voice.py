"""Speech and signs follow the settings while the program runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.app import wiring
from assistant.app.live_voice import LiveEarcons, LiveSpeaker
from assistant.core.ports import Earcon, Priority, Speaker
from assistant.errors import AssistantError
from assistant.settings.table import Settings
from assistant.speech.silent import SilentEarcons, SilentSpeaker
from assistant.testing import RecordingEarcons, RecordingSpeaker
from tests.support.fake_spd_say import install_fake_spd_say
from tests.support.waiting import wait_until


def settings(**speech: Any) -> Settings:
    return replace(Settings(), speech=replace(Settings().speech, **speech))


class Opened:
    """Counts the speakers that were opened."""

    def __init__(self) -> None:
        self.speakers: list[Speaker] = []

    def __call__(self, now: Settings) -> Speaker:
        speaker = RecordingSpeaker() if now.speech.is_on else SilentSpeaker()
        self.speakers.append(speaker)
        return speaker

    def said(self, index: int) -> list[str]:
        speaker = self.speakers[index]
        assert isinstance(speaker, RecordingSpeaker)
        speaker.wait()
        return speaker.spoken


def test_switching_off_is_said_and_then_nothing() -> None:
    opened = Opened()
    speaker = LiveSpeaker(settings(), opened)
    speaker.say("Ready.")
    speaker.wait()
    speaker.apply(settings(is_on=False))
    speaker.say("speech is now no.")
    speaker.say("Looking.")
    assert opened.said(0) == ["Ready.", "speech is now no."]
    speaker.apply(settings())
    speaker.say("speech is now yes.")
    assert opened.said(0)[-1] == "speech is now yes."
    assert len(opened.speakers) == 1
    speaker.close()


def test_what_started_silent_can_be_switched_on() -> None:
    opened = Opened()
    speaker = LiveSpeaker(settings(is_on=False), opened)
    speaker.say("Ready.")
    speaker.apply(settings())
    speaker.say("speech is now yes.")
    assert opened.said(1) == ["speech is now yes."]


def test_another_driver_is_another_speaker_at_the_rate_of_the_keys() -> None:
    opened = Opened()
    speaker = LiveSpeaker(settings(), opened)
    speaker.set_rate(260)
    speaker.apply(settings(driver="spd-say"))
    speaker.say("speech-driver is now spd-say.")
    assert opened.said(1) == ["speech-driver is now spd-say."]
    second = opened.speakers[1]
    assert isinstance(second, RecordingSpeaker)
    assert second.rates == [260]
    speaker.apply(settings(driver="spd-say", has_earcons=False))
    assert len(opened.speakers) == 2


@pytest.mark.parametrize("change", [{"voice": "de"}, {"volume": 0.5}])
def test_another_voice_says_what_was_held(
    change: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = install_fake_spd_say(tmp_path / "voice", monkeypatch)
    said.behave("sleep 0.3")
    base = {"driver": "spd-say"}
    problems: list[AssistantError] = []
    speaker = LiveSpeaker(
        settings(**base, voice="fr"), lambda now: wiring.speaker(now, problems.append)
    )
    speaker.say("A dog is on the left.", position=0)
    speaker.say("A cat is on the right.", position=1)
    wait_until(lambda: said.begun == ["A dog is on the left."])
    assert speaker.hush()
    speaker.apply(settings(**{"voice": "fr", **base, **change}))
    speaker.say("It is changed.", Priority.STATUS)
    wait_until(lambda: said.spoken == ["It is changed."])
    assert ("--language=de" in said.options.split()) == ("voice" in change)
    speaker.resume()
    assert speaker.wait(30)
    assert said.spoken[1:] == ["A dog is on the left.", "A cat is on the right."]
    speaker.close()
    assert problems == []


def test_signs_are_switched_off_and_on() -> None:
    made: list[RecordingEarcons] = []

    def open_earcons(is_on: bool) -> RecordingEarcons | SilentEarcons:
        if not is_on:
            return SilentEarcons()
        made.append(RecordingEarcons())
        return made[-1]

    earcons = LiveEarcons(settings(has_earcons=False), open_earcons)
    earcons.play(Earcon.READY)
    earcons.apply(settings())
    earcons.play(Earcon.SHUTTER)
    earcons.apply(settings(has_earcons=False))
    earcons.play(Earcon.READY)
    earcons.apply(settings())
    earcons.play(Earcon.ERROR)
    earcons.apply(settings(is_on=False))
    earcons.play(Earcon.READY)
    assert [list(one.played) for one in made] == [[Earcon.SHUTTER, Earcon.ERROR]]
