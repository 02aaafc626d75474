"""Speech and signs follow the settings while the program runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant.app.live_voice import LiveEarcons, LiveSpeaker
from assistant.core.ports import Earcon, Speaker
from assistant.settings.table import Settings
from assistant.speech.silent import SilentEarcons, SilentSpeaker
from assistant.testing import RecordingEarcons, RecordingSpeaker


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


@pytest.mark.parametrize("change", [{"voice": "de"}, {"volume": 0.5}, {"driver": "spd-say"}])
def test_another_voice_is_another_speaker_at_the_rate_of_the_keys(change: dict[str, Any]) -> None:
    opened = Opened()
    speaker = LiveSpeaker(settings(), opened)
    speaker.set_rate(260)
    speaker.apply(settings(**change))
    speaker.say("voice is now de.")
    assert opened.said(1) == ["voice is now de."]
    second = opened.speakers[1]
    assert isinstance(second, RecordingSpeaker)
    assert second.rates == [260]
    speaker.apply(settings(**change, has_earcons=False))
    assert len(opened.speakers) == 2


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
