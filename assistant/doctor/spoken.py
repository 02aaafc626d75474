"""Whether something is really spoken: the voice, the player and the sound device together, by one sentence aloud."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping

from assistant.app import wiring
from assistant.doctor.findings import Finding, State
from assistant.errors import AssistantError, SpeechError
from assistant.messages import doctor as words
from assistant.settings.table import Settings
from assistant.speech import spd_say
from assistant.speech.factory import PLAYER

HEARD_S = 12.0
"""How long the sentence may take: it lasts three seconds at the usual rate, and the voice must be started for it."""
Speak = Callable[[Settings], list[AssistantError]]


def speak_once(settings: Settings, heard_s: float = HEARD_S) -> list[AssistantError]:
    """Speaks one sentence as everything else is spoken; returns what went wrong.

    Args:
        settings: of the voice.
        heard_s: how long is waited for its end, in seconds.
    """
    problems: list[AssistantError] = []
    speaker = wiring.speaker(settings, problems.append)
    try:
        speaker.say(words.SPEECH_SAMPLE)
        is_spoken = speaker.wait(heard_s)
    finally:
        speaker.close()
    if not is_spoken and not problems:
        problems.append(SpeechError(words.speech_silent(round(heard_s)), words.SPEECH_REMEDY))
    return problems


def speech(settings: Settings, environment: Mapping[str, str], speak: Speak) -> list[Finding]:
    """Has the sentence spoken where it is wanted; where no program plays sound, the check of the player tells it.

    Args:
        settings: whether speech is wanted, and how.
        environment: the variables, PATH among them.
        speak: speaks; ``speak_once``, or a test's.
    """
    if not settings.speech.is_on or settings.speech.driver == "silent":
        return [Finding("speech", State.OK, words.SPEECH_UNWANTED)]
    path = environment.get("PATH", "")
    if not any(shutil.which(program, path=path) for program in (PLAYER, spd_say.PROGRAM)):
        return []
    problems = speak(settings)
    return [
        Finding("speech", State.WARNING, error.message, error.hint or words.SPEECH_REMEDY)
        for error in problems
    ] or [Finding("speech", State.OK, words.speech_ok(words.SPEECH_SAMPLE))]
