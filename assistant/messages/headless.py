"""What is said when there are keys and buttons but no screen."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages import install_command, session
from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural

COMMAND = _("Run without a screen: press keys or buttons, and hear the answers.")
COMMAND_LONG = _(
    "Use it with a USB keypad or keyboard, or with buttons on a Raspberry Pi. It answers in speech only. This is "
    "the command that the service runs. Errors go to standard error. Descriptions are not written anywhere, unless "
    "you add --lines."
)
LINES_OPTION = _("Also print everything that is said. When the service runs, this goes to its log.")
LIST_OPTION = _("List the keyboards and keypads that were found.")
READY = _("Ready. Tap the button for one sentence; hold it until the click for more.")
NOTICE_ACKNOWLEDGE = _(
    "Press any key when you have heard this. You can hear it again in the list of keys."
)
NOTICE = session.NOTICE
GOODBYE = session.GOODBYE
GONE_BACK = session.GONE_BACK
NOTHING_BEGUN = _("Nothing was started.")
QUIT_AGAIN = _("Press it again to quit.")


# Choosing by ear


def menu_line(number: int, total: int, line: str) -> str:
    return _("{number} of {total}: {line}").format(number=number, total=total, line=line)


MENU_END = _("There are no more.")
_CHOOSE = _("Next and previous move through the list. The button chooses. Stop goes back.")
CHOOSE_QUESTION = _("Questions. {how}").format(how=_CHOOSE)


def choose_history(total: int) -> str:
    return translate_plural(
        "{total} answer. {how}", "{total} answers, newest first. {how}", total
    ).format(total=total, how=_CHOOSE)


def choose_model(total: int) -> str:
    return translate_plural("{total} model. {how}", "{total} models. {how}", total).format(
        total=total, how=_CHOOSE
    )


READ_ON = _("Press the pause key to read on.")
READ_ALL = _("Press the text key to hear all of it.")
SETTINGS_ELSEWHERE = _("To change settings, use a terminal: sparc-assistant settings")
READY_QUESTIONS = (
    _("What is directly in front of me?"),
    _("Is there a person in the picture?"),
    _("What is on the left?"),
    _("What is on the right?"),
    _("What does the writing say?"),
    _("Which colours are there?"),
    _("Is this place indoors or outdoors?"),
)
"""Questions for people who have no keyboard to type their own."""


# Keys


def help_button(keys: Sequence[str]) -> str:
    return _(
        "{keys}: tap for one sentence. Hold until the click for more. Hold until the second sound to cancel. While "
        "anything is being said, a press stops it."
    ).format(keys=_(" or ").join(keys))


def help_key(keys: Sequence[str], what: str) -> str:
    return _("{keys}: {what}.").format(keys=_(" or ").join(keys), what=what)


def key_name(key: str) -> str:
    """Return the spoken name of a key, from the kernel's name for it."""
    names = {
        "kpenter": _("keypad enter"),
        "kpdot": _("keypad point"),
        "kpplus": _("keypad plus"),
        "kpminus": _("keypad minus"),
        "kpasterisk": _("keypad star"),
        "kpslash": _("keypad slash"),
        "kpequal": _("keypad equals"),
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
    return _("Using the keys of {name}.").format(name=name)


def keypad_gone(name: str) -> str:
    return _("{name} was unplugged. Plug it in again.").format(name=name)


def keypad_back(name: str) -> str:
    return _("{name} is plugged in again.").format(name=name)


KEYPAD_MISSING = _("No keypad is plugged in. You can plug one in at any time.")
KEYPAD_FORBIDDEN = _(
    "Keypads cannot be read (no permission). Join the group with: sudo usermod -aG input $USER. Then start again."
)


def keypad_not_grabbed(name: str) -> str:
    return _("Another program is using {name} too. It may also get what you press.").format(
        name=name
    )


EVDEV_MISSING = _("Keypads cannot be read: the package evdev is not installed.")
GPIO_MISSING = _("Buttons on wires cannot be read: the package gpiozero is not installed.")


def pi_package_hint(package: str) -> str:
    return _(
        "On a Raspberry Pi, run scripts/install-pi. Elsewhere, install it with: {command}"
    ).format(command=install_command(package))


def gpio_impossible(reason: str) -> str:
    return _("Buttons on wires cannot be read: {reason}.").format(reason=reason.rstrip(".!"))


GPIO_IMPOSSIBLE_HINT = _(
    "They need a Raspberry Pi, membership in the group gpio, and wires that nothing else uses."
)


def buttons_from(pins: Sequence[int]) -> str:
    return _("Buttons on wires: {pins}.").format(pins=", ".join(map(str, pins)))


NO_INPUT = _("There is nothing to press: keypads are turned off, and no button is set up.")
NO_INPUT_HINT = _("Use --keypad auto, or name the wire of a button, for example --gpio 17=button")
KEYPAD_TAKEN = _(
    "The settings leave nothing to press: keypad is off, and gpio names no button. Keypads are used."
)
HOLD_TOO_SHORT = _("The setting hold-ms must be greater than long-press-ms.")
HOLD_HINT = _("For example: --long-press-ms 600 --hold-ms 1500")


def device_line(name: str, path: str, kind: str) -> str:
    return _("{name}, {kind}, {path}").format(name=name, kind=kind, path=path)


KIND_KEYPAD = _("keypad")
KIND_KEYBOARD = _("keyboard")
KIND_OTHER = _("other keys")
NO_DEVICES = _("No keyboard or keypad was found.")


# Settings


WANTED_PAIRS = _("pairs of a key and an action, for example: kp5=brief kpenter=button")
WANTED_PINS = _("pairs of a wire's number and an action, for example: 17=button 27=stop")
