"""What is said when speech-dispatcher cannot speak."""

from __future__ import annotations

from assistant.messages.translation import translate as _

NO_SPD_SAY = _("the program spd-say is missing")


NO_SPD_SAY_HINT = _("Install it with: sudo apt install speech-dispatcher")


def spd_say_failed(reason: str) -> str:
    if not reason:
        return _("speech-dispatcher could not speak")
    return _("speech-dispatcher could not speak, it says: {reason}").format(reason=reason)


SPD_SAY_FAILED_HINT = _("Try it alone with: spd-say hello")


def no_place(reason: str) -> str:
    return _("there is no folder for its sound: {reason}").format(reason=reason.rstrip("."))


NO_PLACE_HINT = _("Free some space in the folder /tmp, or name another one in the variable TMPDIR.")


def device_held(name: str, pid: int, *, is_assistant: bool) -> str:
    """Completes the sentence of ``messages.speech_off``."""
    if is_assistant:
        return _("another running assistant, process {pid}, has the sound device").format(pid=pid)
    return _("the program {name}, process {pid}, has the sound device").format(name=name, pid=pid)


DEVICE_HELD_HINT = _("End that program and try again.")
