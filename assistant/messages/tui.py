"""What only the full screen says or shows."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages.translation import translate as _


def title() -> str:
    return _("Sparc assistant")


def stage_line(stage: str) -> str:
    return _("Now: {stage}.").format(stage=stage or _("nothing is going on"))


# The line of keys at the foot; "?" speaks all keys


def key_bar(parts: Sequence[str]) -> str:
    return ", ".join(parts)


def key_bar_part(key: str, what: str) -> str:
    return _("{key} {what}").format(key=key, what=what)


def bar_describe() -> str:
    return _("describe")


def bar_brief() -> str:
    return _("briefly")


def bar_ask() -> str:
    return _("ask")


def bar_follow_up() -> str:
    return _("ask further")


def bar_stop() -> str:
    return _("stop")


def bar_help() -> str:
    return _("all keys")


def bar_quit() -> str:
    return _("quit")


# Keys that stand for no character


def key_control(key: str) -> str:
    return _("control {key}").format(key=key)


def key_names() -> dict[str, str]:
    """Spoken names of keys, by the name that the terminal library gives them."""
    return {
        "left": _("left arrow"),
        "right": _("right arrow"),
        "backspace": _("backspace"),
        "delete": _("delete"),
        "insert": _("insert"),
        "enter": _("enter"),
        "tab": _("tab"),
    }


# Lists


def list_keys() -> str:
    return _("The arrow keys go through the list, and Enter takes the line that was read last.")


def settings_keys() -> str:
    return _("The arrow keys go through the settings; then type the new value and press Enter.")


def first_line() -> str:
    return _("This is the first line.")


def last_line() -> str:
    return _("This is the last line.")


def nothing_to_read() -> str:
    return _("There is nothing to read here yet.")


# Help


def help_title(total: int) -> str:
    return _(
        "{total} keys. The arrow keys read them one by one; a key says what it does; Escape goes back."
    ).format(total=total)


# Faults


def screen_failed() -> str:
    return _("The full screen stopped because of an error of this program.")


def screen_failed_hint() -> str:
    return _('Start again, or use the line mode: "sparc-assistant plain".')
