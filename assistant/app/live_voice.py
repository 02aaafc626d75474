"""A voice and signs that follow the settings while they are used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from assistant.app.wiring import voice_options
from assistant.core.ports import Earcon, Earcons, Priority, Speaker
from assistant.settings.table import Settings
from assistant.speech.passing_on import PassingOnSpeaker
from assistant.speech.silent import SilentSpeaker
from assistant.speech.speech_manager import SpeechManager


class LiveSpeaker(PassingOnSpeaker):
    """A ``Speaker`` that is switched on and off, and whose voice, volume and driver can be changed."""

    def __init__(self, settings: Settings, open_speaker: Callable[[Settings], Speaker]) -> None:
        """Open the speaker of these settings."""
        self._open = open_speaker
        self._voice = settings.speech
        self._rate_wpm = settings.speech.rate_wpm
        self._lock = threading.Lock()
        super().__init__(open_speaker(settings))
        self._has_farewell = False
        """Speech was switched off, and that is still to be said."""

    def apply(self, settings: Settings) -> None:
        """Speak by these settings from the next utterance on; where it is now switched off, after that one."""
        old, new = self._voice, settings.speech
        self._voice = new
        if old.is_on and not new.is_on:
            self._speaker.cancel()
            self._has_farewell = True
            return
        with self._lock:
            self._has_farewell = False
            if old.driver != new.driver or (new.is_on and isinstance(self._speaker, SilentSpeaker)):
                self._speaker.close()
                self._speaker = self._open(settings)
                self._speaker.set_rate(self._rate_wpm)  # which keys may have changed
            elif (old.voice, old.volume) != (new.voice, new.volume):
                voice = replace(voice_options(settings), rate_wpm=self._rate_wpm)
                if isinstance(self._speaker, SpeechManager):
                    self._speaker.set_voice(voice)

    def say(
        self,
        utterance: str,
        priority: Priority = Priority.DESCRIPTION,
        position: int | None = None,
    ) -> None:
        with self._lock:
            if self._voice.is_on or self._has_farewell:
                self._has_farewell = False
                self._speaker.say(utterance, priority, position)

    @property
    def position(self) -> int | None:
        return self._speaker.position if self._voice.is_on else None

    def set_rate(self, rate_wpm: int) -> None:
        self._rate_wpm = rate_wpm
        super().set_rate(rate_wpm)


class LiveEarcons:
    """Signs that can be switched on and off."""

    def __init__(self, settings: Settings, open_earcons: Callable[[bool], Earcons]) -> None:
        """Open the player; ``open_earcons`` takes whether signs are wanted."""
        self._open = open_earcons
        self._is_on = self._has_opened = _are_on(settings)
        self._earcons = open_earcons(self._is_on)

    def apply(self, settings: Settings) -> None:
        """Play by these settings from the next sign on."""
        self._is_on = _are_on(settings)
        if self._is_on and not self._has_opened:
            self._has_opened = True
            self._earcons = self._open(True)
        if not self._is_on:
            self._earcons.cancel()

    def play(self, earcon: Earcon) -> None:
        if self._is_on:
            self._earcons.play(earcon)

    def cancel(self) -> None:
        self._earcons.cancel()

    def close(self) -> None:
        self._earcons.close()


def _are_on(settings: Settings) -> bool:
    return settings.speech.is_on and settings.speech.has_earcons
