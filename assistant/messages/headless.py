"""What is said where there are keys and buttons and no screen."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages import session
from assistant.messages.translation import translate as _

COMMAND = _("The assistant without a screen: a keypad or buttons in, speech out.")


COMMAND_LONG = _(
    "Is driven by a USB keypad or keyboard, or by buttons on a Raspberry Pi, and answers in speech alone. It is "
    "what the service runs. Errors go to standard error; descriptions are written nowhere, unless --lines asks for "
    "it."
)


LINES_OPTION = _(
    "Write everything that is said, too; under the service it would end up in the log."
)


LIST_OPTION = _("List the keyboards and keypads that can be seen, and end.")


READY = _("Ready. Press the button short for one sentence, or longer, until the click, for more.")


NOTICE_ACKNOWLEDGE = _(
    "Press any key when you have heard this. It is said once; the list of keys repeats it."
)


NOTICE = session.NOTICE


GOODBYE = session.GOODBYE


GONE_BACK = session.GONE_BACK


NOTHING_BEGUN = _("Nothing was begun.")


QUIT_AGAIN = _("Press it once more to end the assistant.")


# Choosing by ear


def menu_line(number: int, total: int, line: str) -> str:
    return _("{number} of {total}: {line}").format(number=number, total=total, line=line)


MENU_END = _("The list ends here.")


_CHOOSE = _("Next and previous go through them, the button takes one, stop goes back.")


CHOOSE_QUESTION = _("Questions. {how}").format(how=_CHOOSE)


def choose_history(total: int) -> str:
    return _("Answers, newest first: {total}. {how}").format(total=total, how=_CHOOSE)


def choose_model(total: int) -> str:
    return _("Models: {total}. {how}").format(total=total, how=_CHOOSE)


SETTINGS_ELSEWHERE = _("Settings are changed in a terminal, with: sparc-assistant settings.")


READY_QUESTIONS = (
    _("What is directly in front of me?"),
    _("Is there a person in the picture?"),
    _("What is on the left?"),
    _("What is on the right?"),
    _("What does the writing say?"),
    _("Which colours are there?"),
    _("Is this place indoors or outdoors?"),
)
"""Questions for those who have no letters to type one with."""


# Keys


def help_button(keys: Sequence[str]) -> str:
    return _(
        "{keys}: short, one sentence; longer, until the click, in detail; held until the second sign, nothing. While "
        "something is said, any press of it stops that."
    ).format(keys=_(" or ").join(keys))


def help_key(keys: Sequence[str], what: str) -> str:
    return _("{keys}: {what}.").format(keys=_(" or ").join(keys), what=what)


def key_name(key: str) -> str:
    """How a key is called aloud, from the kernel's name."""
    names = {
        "kpenter": _("keypad enter"),
        "kpdot": _("keypad point"),
        "kpplus": _("keypad plus"),
        "kpminus": _("keypad minus"),
        "kpasterisk": _("keypad star"),
        "kpslash": _("keypad slash"),
        "numlock": _("num lock"),
        "playpause": _("play"),
        "nextsong": _("next track"),
        "previoussong": _("previous track"),
        "stopcd": _("stop track"),
    }
    if key in names:
        return names[key]
    if key.startswith("kp") and key[2:].isdigit():
        return _("keypad {number}").format(number=key[2:])
    if key.startswith("gpio"):
        return _("the button on wire {number}").format(number=key[4:])
    return key


# Devices


def keys_from(name: str) -> str:
    return _("Keys from: {name}.").format(name=name)


def keypad_gone(name: str) -> str:
    return _("{name} is gone. Plug it in again.").format(name=name)


def keypad_back(name: str) -> str:
    return _("{name} is back.").format(name=name)


KEYPAD_MISSING = _("No keypad is plugged in. It is used as soon as it is.")


KEYPAD_FORBIDDEN = _(
    "Keypads may not be read by you. Join the group with: sudo usermod -aG input $USER. Then start anew."
)


def keypad_not_grabbed(name: str) -> str:
    return _("{name} is used by another program too; what is pressed may go there as well.").format(
        name=name
    )


EVDEV_MISSING = _("A keypad cannot be read: the package evdev is not installed.")


GPIO_MISSING = _("Buttons on wires cannot be read: the package gpiozero is not installed.")


PI_PACKAGES_HINT = _(
    "Run scripts/install-pi, or install the packages with: pip install sparc-assistant[pi]"
)


def gpio_impossible(reason: str) -> str:
    return _("Buttons on wires cannot be read: {reason}.").format(reason=reason.rstrip(".!"))


GPIO_IMPOSSIBLE_HINT = _(
    "They need a Raspberry Pi, the group gpio, and wires that nothing else uses."
)


def buttons_from(pins: Sequence[int]) -> str:
    return _("Buttons on wires: {pins}.").format(pins=", ".join(map(str, pins)))


NO_INPUT = _("There is nothing to press: keypads are off, and no button is set.")


NO_INPUT_HINT = _("Use --keypad auto, or say which wire has a button, for example --gpio 17=button")


HOLD_TOO_SHORT = _("The setting hold-ms must be longer than long-press-ms.")


HOLD_HINT = _("For example: --long-press-ms 600 --hold-ms 1500")


def device_line(name: str, path: str, kind: str) -> str:
    return _("{name}, {kind}, {path}").format(name=name, kind=kind, path=path)


KIND_KEYPAD = _("keypad")


KIND_KEYBOARD = _("keyboard")


KIND_OTHER = _("other keys")


NO_DEVICES = _("No keyboard or keypad can be seen.")


# Settings


WANTED_PAIRS = _("pairs of a key and an action, for example: kp5=brief kpenter=button")


WANTED_PINS = _("pairs of a wire's number and an action, for example: 17=button 27=stop")
