"""What only the full screen says or shows."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages.translation import translate as _
from assistant.messages.translation import translate_plural

TITLE = _("Sparc assistant")


def stage_line(stage: str) -> str:
    return _("Now: {stage}.").format(stage=stage or _("nothing is happening"))


# The line of keys at the foot; "?" speaks all keys


def key_bar(parts: Sequence[str]) -> str:
    return ", ".join(parts)


def key_bar_part(key: str, what: str) -> str:
    return _("{key} {what}").format(key=key, what=what)


BAR_DESCRIBE = _("describe")
BAR_BRIEF = _("briefly")
BAR_ASK = _("ask")
BAR_FOLLOW_UP = _("ask more")
BAR_STOP = _("stop")
BAR_HELP = _("all keys")
BAR_QUIT = _("quit")


# Keys that stand for no character


def key_control(key: str) -> str:
    return _("control {key}").format(key=key)


KEY_NAMES = {
    "left": _("left arrow"),
    "right": _("right arrow"),
    "backspace": _("backspace"),
    "delete": _("delete"),
    "insert": _("insert"),
    "enter": _("enter"),
    "tab": _("tab"),
}
"""Spoken names of keys, by the name that the terminal library gives them."""


# Lists

LIST_KEYS = _("Use the arrow keys to move through the list. Enter chooses the line read last.")
SETTINGS_KEYS = _(
    "Use the arrow keys to move through the settings. Then type the new value and press Enter."
)
FIRST_LINE = _("This is the first line.")
LAST_LINE = _("This is the last line.")
NOTHING_TO_READ = _("There is nothing to read here yet.")


# Help


def help_title(total: int) -> str:
    return translate_plural(
        "{total} key. Press it to hear what it does. Escape goes back.",
        "{total} keys. Use the arrow keys to read them one by one. Press a key to hear what it does. "
        "Escape goes back.",
        total,
    ).format(total=total)


# Faults

SCREEN_FAILED = _("The full screen stopped because of an error in this program.")
SCREEN_FAILED_HINT = _("Start again, or use line mode: sparc-assistant plain")
