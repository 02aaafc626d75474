"""What is said when speech-dispatcher cannot speak."""

from __future__ import annotations

import shlex

from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural

NO_SPD_SAY = _("the program spd-say is missing")
NO_SPD_SAY_HINT = _("Install it with: sudo apt install speech-dispatcher")
SPD_SAY_FAILED_HINT = _("Try it alone with: spd-say hello")
NO_PLACE_HINT = _(
    "Free some space in the folder /tmp, or set the variable TMPDIR to another folder."
)
DEVICE_HELD_HINT = _("Close that program and try again.")


def spd_say_failed(reason: str) -> str:
    if not reason:
        return _("speech-dispatcher could not speak")
    return _("speech-dispatcher could not speak: {reason}").format(reason=reason)


def no_voices(reason: str) -> str:
    return _("The voices cannot be listed: {reason}.").format(reason=reason.rstrip("."))


def voice(short: str, name: str) -> str:
    return _("{short}: {name}.").format(short=short, name=name)


def voice_heard(line: str) -> str:
    return _("{line} This is how it sounds.").format(line=line)


def voices_listed(total: int) -> str:
    return translate_plural(
        "{total} voice. Hear it with: sparc-assistant voices --listen",
        "{total} voices. Hear those of a language with, for example: sparc-assistant voices English. Hear them all "
        "with: sparc-assistant voices --listen",
        total,
    ).format(total=total)


def variants_listed(total: int) -> str:
    return translate_plural(
        "{total} variant. Hear it with a voice, for example: sparc-assistant voices en+f3",
        "{total} variants. Hear one with a voice, for example: sparc-assistant voices en+f3. Hear them all with: "
        "sparc-assistant voices --variants --listen",
        total,
    ).format(total=total)


def voice_use(short: str) -> str:
    return _("To keep a voice, for example: sparc-assistant settings voice {short}").format(
        short=shlex.quote(short)
    )


def voice_unknown(name: str) -> str:
    return _("There is no voice named {name}.").format(name=name)


VOICE_UNKNOWN_HINT = _("List the voices with: sparc-assistant voices")


def no_place(reason: str) -> str:
    return _("there is no folder for the sound: {reason}").format(reason=reason.rstrip("."))


def device_held(name: str, pid: int, *, is_assistant: bool) -> str:
    """Completes the sentence of ``messages.speech_off``."""
    if is_assistant:
        return _("another running assistant, process {pid}, is using the sound device").format(
            pid=pid
        )
    return _("the program {name}, process {pid}, is using the sound device").format(
        name=name, pid=pid
    )
