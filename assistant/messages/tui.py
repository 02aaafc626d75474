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


# Typing


def deleted(what: str) -> str:
    return _("{what}, deleted.").format(what=what)


def selected(what: str) -> str:
    return _("{what}, selected.").format(what=what)


NOTHING_TO_DELETE = _("There is nothing to delete.")
LINE_EMPTY = _("Nothing is typed yet.")
LINE_END = _("End of the line.")
NOT_READABLE = _("That character cannot be read.")
UNREADABLE = _("a character that cannot be read")


# Lists

LIST_KEYS = _("Use the arrow keys to move through the list. Enter chooses the line read last.")
SETTINGS_KEYS = _(
    "Use the arrow keys to move through the settings, or type a word to search. Enter changes the setting."
)
GROUP_CHOSEN = _("This is the name of a group. Use the arrow keys to choose a setting.")


def settings_found(total: int) -> str:
    if not total:
        return _("No setting found.")
    return translate_plural("{total} setting.", "{total} settings.", total).format(total=total)


def settings_to_choose(total: int) -> str:
    if not total:
        return _("No setting found. Type another word, or Escape to go back.")
    return _("{total} settings. Use the arrow keys to choose one.").format(total=total)


def type_value(line: str) -> str:
    return _(
        "{line} Type the new value and press Enter. Type default to put it back. Escape goes back."
    ).format(line=line)


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
