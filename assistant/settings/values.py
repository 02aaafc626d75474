"""How the text of an option, of a variable or of the settings file becomes a setting's value."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant import messages
from assistant.core.actions import Action, is_key
from assistant.messages import headless as messages_headless
from assistant.messages import settings as messages_settings
from assistant.system.typed_path import typed_path

LAST_GPIO = 27
"""The wires of the 40-pin header have the numbers 0 to 27."""

Parser = Callable[[Any], Any]
"""Takes a text or a TOML value and returns the setting's value; raises ``Unfit``."""


class Unfit(ValueError):
    """A value that cannot be used; the message says what is wanted."""


def whole_number(low: int, high: int) -> Parser:
    """Parse a whole number in a range, both ends included."""

    def parse(value: Any) -> int:
        wanted = messages.wanted_whole_number(low, high)
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise Unfit(wanted)
        try:
            number = int(value)
        except ValueError:
            raise Unfit(wanted) from None
        if not low <= number <= high:
            raise Unfit(wanted)
        return number

    return parse


def number(low: float, high: float) -> Parser:
    """Parse a number in a range, both ends included; never NaN."""

    def parse(value: Any) -> float:
        wanted = messages.wanted_number(low, high)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise Unfit(wanted)
        try:
            result = float(value)
        except (ValueError, OverflowError):
            raise Unfit(wanted) from None
        if not math.isfinite(result) or not low <= result <= high:
            raise Unfit(wanted)
        return result

    return parse


def any_number(value: Any) -> float:
    """Parse a number whose range ``sparc_ggml.config`` knows."""
    try:
        if isinstance(value, bool):
            raise Unfit(messages.WANTED_ANY_NUMBER)
        return float(value)
    except (ValueError, TypeError, OverflowError):
        raise Unfit(messages.WANTED_ANY_NUMBER) from None


def choice(*choices: str) -> Parser:
    """Parse one of a few words."""

    def parse(value: Any) -> str:
        if value not in choices:
            raise Unfit(messages.wanted_choice(choices))
        return str(value)

    return parse


def text(value: Any) -> str:
    """Parse a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise Unfit(messages.WANTED_TEXT)
    return value


def path(value: Any) -> Path:
    """Parse a path; a leading tilde is the home folder."""
    return typed_path(text(value))


def yes_or_no(value: Any) -> bool:
    """Parse true or false; from a text also yes, no, on, off, 1 and 0."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value.lower() in {"true", "yes", "on", "1"}:
            return True
        if value.lower() in {"false", "no", "off", "0"}:
            return False
    raise Unfit(messages.WANTED_BOOL)


def layer_range(value: Any) -> tuple[int, int]:
    """Parse ``"A-B"``: first and last layer, counted from 0."""
    first, dash, last = value.partition("-") if isinstance(value, str) else ("", "", "")
    if not (dash and first.strip().isdecimal() and last.strip().isdecimal()):
        raise Unfit(messages.WANTED_LAYERS)
    return int(first), int(last)


def keys(value: Any) -> str:
    """Parse the keys of an action, with spaces between them."""
    typed = text(value)
    if not all(is_key(key) for key in typed.split()):
        raise Unfit(messages_settings.WANTED_KEYS)
    return typed


def key_pairs(value: Any) -> str:
    """Parse keys of a keypad and what they do: "kp5=brief kpenter=button"."""
    pairs = _pairs(value, messages_headless.WANTED_PAIRS)
    return " ".join(f"{key}={action}" for key, action in pairs)


def pin_pairs(value: Any) -> str:
    """Parse GPIO numbers and what their buttons do: "17=button 27=stop"."""
    wanted = messages_headless.WANTED_PINS
    pairs = _pairs(value, wanted)
    if any(not key.isdigit() or int(key) > LAST_GPIO for key, _action in pairs):
        raise Unfit(wanted)
    return " ".join(f"{int(key)}={action}" for key, action in pairs)


def _pairs(value: Any, wanted: str) -> list[tuple[str, str]]:
    if not isinstance(value, str) or not value.strip():
        raise Unfit(wanted)
    pairs = []
    for part in value.lower().replace(",", " ").split():
        found = re.fullmatch(r"([a-z0-9_]+)=([a-z_]+)", part)
        if found is None or found[2] not in (*Action, "button"):
            raise Unfit(wanted)
        pairs.append((found[1], found[2]))
    return pairs
