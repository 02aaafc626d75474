"""Chooses the speaker: the one that is wished for where it can speak, silence where not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant import messages
from assistant.core.ports import Earcons, Speaker
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
    """Opens the speaker; trouble is told once through ``on_problem`` and never raised.

    Args:
        voice: rate, voice and volume.
        on_problem: hears a SpeechError; may be called later, from another thread.
        is_on: False gives the speaker that says nothing.
        driver: "pyttsx3", "spd-say" (speech-dispatcher), "silent", or "auto": pyttsx3, and
            speech-dispatcher where pyttsx3 has no player.
    """
    if not is_on or driver == "silent":
        return SilentSpeaker()
    has_spd_say = shutil.which(spd_say.PROGRAM) is not None
    if driver == "auto":
        driver = "spd-say" if shutil.which(PLAYER) is None and has_spd_say else "pyttsx3"
    if driver == "spd-say":
        if has_spd_say:
            return _managed(voice, on_problem, spd_say.SpdSayProcess)
        message = messages.speech_off(words.NO_SPD_SAY)
        on_problem(SpeechError(message, words.NO_SPD_SAY_HINT))
        return SilentSpeaker()
    if shutil.which(PLAYER) is None:
        message = messages.speech_off(messages.NO_PLAYER)
        on_problem(SpeechError(message, messages.NO_PLAYER_HINT))
        return SilentSpeaker()
    return _managed(voice, on_problem, VoiceProcess)


def _managed(
    voice: VoiceOptions,
    on_problem: Callable[[AssistantError], None],
    starter: Callable[[dict[str, Any], Path], Voice],
) -> Speaker:
    try:
        return SpeechManager(voice, on_problem, starter)
    except OSError as error:  # no folder can be written to
        reason = error.strerror or str(error)
        on_problem(SpeechError(messages.speech_off(words.no_place(reason)), words.NO_PLACE_HINT))
        return SilentSpeaker()
    except RuntimeError as error:  # no thread can be started
        told = describe_exception(error)
        on_problem(SpeechError(messages.speech_off(told.message), told.hint))
        return SilentSpeaker()


def open_earcons(*, is_on: bool) -> Earcons:
    """Opens the player of signs; silent where there is no player or no signs are wanted."""
    if not is_on or shutil.which(PLAYER) is None:
        return SilentEarcons()
    from assistant.speech.earcons import PlayedEarcons

    return PlayedEarcons(PLAYER)
