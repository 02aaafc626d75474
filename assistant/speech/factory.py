"""Chooses the speaker: the configured one where it can speak, and silence where not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant import messages
from assistant.core.ports import Earcon, Earcons, Speaker
from assistant.errors import AssistantError, SpeechError
from assistant.messages import speech as words
from assistant.messages.exceptions import describe_exception
from assistant.speech import spd_say
from assistant.speech.silent import SilentEarcons, SilentSpeaker
from assistant.speech.speech_manager import SpeechManager, VoiceOptions
from assistant.speech.voice_process import Voice, VoiceProcess

PLAYER = "aplay"
"""The program by which pyttsx3's espeak driver plays sound on Linux."""


def open_speaker(
    voice: VoiceOptions,
    on_problem: Callable[[AssistantError], None],
    *,
    is_on: bool = True,
    driver: str = "auto",
) -> Speaker:
    """Open the speaker; a failure goes to ``on_problem`` once and is never raised.

    Args:
        voice: rate, voice and volume.
        on_problem: receives a SpeechError; may be called later, from another thread.
        is_on: False opens the speaker that says nothing.
        driver: "pyttsx3", "spd-say" (speech-dispatcher), "silent", or "auto": pyttsx3, and
            speech-dispatcher where pyttsx3 has no player.
    """
    if not is_on or driver == "silent":
        return SilentSpeaker()
    has_spd_say = shutil.which(spd_say.PROGRAM) is not None
    if driver == "auto":
        driver = "spd-say" if shutil.which(PLAYER) is None and has_spd_say else "pyttsx3"
    start: Callable[[dict[str, Any], Path], Voice]
    if driver == "spd-say":
        start, has_program = spd_say.SpdSayProcess, has_spd_say
        reason, hint = words.NO_SPD_SAY, words.NO_SPD_SAY_HINT
    else:
        start, has_program = VoiceProcess, shutil.which(PLAYER) is not None
        reason, hint = messages.NO_PLAYER, messages.NO_PLAYER_HINT
    if has_program:
        try:
            return SpeechManager(voice, on_problem, start)
        except OSError as error:  # no folder can be written to
            reason, hint = words.no_place(error.strerror or str(error)), words.NO_PLACE_HINT
        except RuntimeError as error:  # no thread can be started
            described = describe_exception(error)
            reason, hint = described.message, described.hint
    on_problem(SpeechError(messages.speech_off(reason), hint))
    return SilentSpeaker()


def open_earcons(*, is_on: bool) -> Earcons:
    """Open the player of signs; a silent one where there is no program or no signs are wanted."""
    if not is_on or shutil.which(PLAYER) is None:
        return SilentEarcons()
    from assistant.speech.earcons import PlayedEarcons

    return PlayedEarcons(PLAYER)


class LateEarcons:
    """Signs whose player is opened by the first of them: what is said first must not wait for NumPy."""

    def __init__(self, *, is_on: bool) -> None:
        self._is_on = is_on
        self._opened: Earcons | None = None

    def play(self, earcon: Earcon) -> None:
        if self._opened is None:
            self._opened = open_earcons(is_on=self._is_on)
        self._opened.play(earcon)

    def cancel(self) -> None:
        if self._opened is not None:
            self._opened.cancel()

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._opened = SilentEarcons()
