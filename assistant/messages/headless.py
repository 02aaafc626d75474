"""What is said where there are keys and buttons and no screen."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages import session
from assistant.messages.translation import translate as _


def command() -> str:
    return _("The assistant without a screen: a keypad or buttons in, speech out.")


def command_long() -> str:
    return _(
        "Is driven by a USB keypad or keyboard, or by buttons on a Raspberry Pi, and answers in speech alone. It is "
        "what the service runs. Errors go to standard error; descriptions are written nowhere, unless --lines asks for "
        "it."
    )


def lines_option() -> str:
    return _("Write everything that is said, too; under the service it would end up in the log.")


def list_option() -> str:
    return _("List the keyboards and keypads that can be seen, and end.")


def ready() -> str:
    return _(
        "Ready. Press the button short for one sentence, or longer, until the click, for more."
    )


def notice_acknowledge() -> str:
    return _(
        "Press any key when you have heard this. It is said once; the list of keys repeats it."
    )


def notice() -> str:
    return session.notice()


def goodbye() -> str:
    return session.goodbye()


def gone_back() -> str:
    return session.gone_back()


def nothing_begun() -> str:
    return _("Nothing was begun.")


def quit_again() -> str:
    return _("Press it once more to end the assistant.")


# Choosing by ear


def menu_line(number: int, total: int, line: str) -> str:
    return _("{number} of {total}: {line}").format(number=number, total=total, line=line)


def menu_end() -> str:
    return _("The list ends here.")


def _choose() -> str:
    return _("Next and previous go through them, the button takes one, stop goes back.")


def choose_question() -> str:
    return _("Questions. {how}").format(how=_choose())


def choose_history(total: int) -> str:
    return _("Answers, newest first: {total}. {how}").format(total=total, how=_choose())


def choose_model(total: int) -> str:
    return _("Models: {total}. {how}").format(total=total, how=_choose())


def settings_elsewhere() -> str:
    return _("Settings are changed in a terminal, with: sparc-assistant settings.")


def ready_questions() -> Sequence[str]:
    """Questions for those who have no letters to type one with."""
    return (
        _("What is directly in front of me?"),
        _("Is there a person in the picture?"),
        _("What is on the left?"),
        _("What is on the right?"),
        _("What does the writing say?"),
        _("Which colours are there?"),
        _("Is this place indoors or outdoors?"),
    )


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


def keypad_missing() -> str:
    return _("No keypad is plugged in. It is used as soon as it is.")


def keypad_forbidden() -> str:
    return _(
        "Keypads may not be read by you. Join the group with: sudo usermod -aG input $USER. Then start anew."
    )


def keypad_not_grabbed(name: str) -> str:
    return _("{name} is used by another program too; what is pressed may go there as well.").format(
        name=name
    )


def evdev_missing() -> str:
    return _("A keypad cannot be read: the package evdev is not installed.")


def gpio_missing() -> str:
    return _("Buttons on wires cannot be read: the package gpiozero is not installed.")


def pi_packages_hint() -> str:
    return _(
        "Run scripts/install-pi, or install the packages with: pip install sparc-assistant[pi]"
    )


def gpio_impossible(reason: str) -> str:
    return _("Buttons on wires cannot be read: {reason}.").format(reason=reason.rstrip(".!"))


def gpio_impossible_hint() -> str:
    return _("They need a Raspberry Pi, the group gpio, and wires that nothing else uses.")


def buttons_from(pins: Sequence[int]) -> str:
    return _("Buttons on wires: {pins}.").format(pins=", ".join(map(str, pins)))


def no_input() -> str:
    return _("There is nothing to press: keypads are off, and no button is set.")


def no_input_hint() -> str:
    return _("Use --keypad auto, or say which wire has a button, for example --gpio 17=button")


def hold_too_short() -> str:
    return _("The setting hold-ms must be longer than long-press-ms.")


def hold_hint() -> str:
    return _("For example: --long-press-ms 600 --hold-ms 1500")


def device_line(name: str, path: str, kind: str) -> str:
    return _("{name}, {kind}, {path}").format(name=name, kind=kind, path=path)


def kind_keypad() -> str:
    return _("keypad")


def kind_keyboard() -> str:
    return _("keyboard")


def kind_other() -> str:
    return _("other keys")


def no_devices() -> str:
    return _("No keyboard or keypad can be seen.")


# Settings


def wanted_pairs() -> str:
    return _("pairs of a key and an action, for example: kp5=brief kpenter=button")


def wanted_pins() -> str:
    return _("pairs of a wire's number and an action, for example: 17=button 27=stop")
