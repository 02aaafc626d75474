"""What is said when speech-dispatcher cannot speak."""

from __future__ import annotations

from assistant.messages.translation import translate as _

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
