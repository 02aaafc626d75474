"""The settings: what each is called, and how a text becomes its value.

One row serves the option ``--name``, the variable ``SPARC_ASSISTANT_NAME`` and the key in the settings
file, so that all three refuse the same values with the same words.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import messages
from assistant.core.languages import LANGUAGES
from assistant.messages import headless as messages_headless
from assistant.system.typed_path import typed_path

ACTIONS = (
    "describe", "brief", "ask", "follow_up", "stop", "pause", "repeat", "next", "previous", "spell",
    "status", "check", "history", "save", "copy", "camera", "faster", "slower", "steering", "model",
    "settings", "help", "quit",
)  # fmt: skip
"""What can be put on another key: the names in ``assistant.core.actions``, which a test compares."""

LAST_GPIO = 27
"""The wires of the 40-pin header have the numbers 0 to 27."""

Parser = Callable[[Any], Any]
"""Takes a text or a TOML value and returns the setting's value; raises ``Unfit``."""


class Unfit(ValueError):
    """A value that cannot be used; the message says what is wanted."""


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        section: table of the settings file.
        key: key in that table, and the name of the field in ``assistant.settings.tree``.
        name: name of the option without dashes, which also gives the environment variable.
        parse: makes the value.
        short_name: its key in the settings file where that differs from ``name``.
    """

    section: str
    key: str
    name: str
    parse: Parser
    short_name: str = ""

    @property
    def option(self) -> str:
        """As typed: ``--max-tokens``."""
        return f"--{self.name}"

    @property
    def file_key(self) -> str:
        """As written in its table of the settings file: ``max_tokens``."""
        return self.short_name or self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """As exported: ``SPARC_ASSISTANT_MAX_TOKENS``."""
        return f"SPARC_ASSISTANT_{self.name.upper().replace('-', '_')}"


def whole_number(low: int, high: int) -> Parser:
    """A whole number in a range, both ends included."""

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
    """A number in a range, both ends included; never NaN."""

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
    """A number whose range another module knows (steering: ``sparc_ggml.config`` gives the reason)."""
    try:
        if isinstance(value, bool):
            raise Unfit(messages.WANTED_ANY_NUMBER)
        return float(value)
    except (ValueError, TypeError, OverflowError):
        raise Unfit(messages.WANTED_ANY_NUMBER) from None


def choice(*choices: str) -> Parser:
    """One of a few words."""

    def parse(value: Any) -> str:
        if value not in choices:
            raise Unfit(messages.wanted_choice(choices))
        return str(value)

    return parse


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise Unfit(messages.WANTED_TEXT)
    return value


def path(value: Any) -> Path:
    """A path; a leading tilde is the home folder."""
    return typed_path(text(value))


def yes_or_no(value: Any) -> bool:
    """True or false; from a text also yes, no, on, off, 1 and 0."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value.lower() in {"true", "yes", "on", "1"}:
            return True
        if value.lower() in {"false", "no", "off", "0"}:
            return False
    raise Unfit(messages.WANTED_BOOL)


def layer_range(value: Any) -> tuple[int, int]:
    """``"A-B"``: first and last layer, counted from 0."""
    first, dash, last = value.partition("-") if isinstance(value, str) else ("", "", "")
    if not (dash and first.strip().isdecimal() and last.strip().isdecimal()):
        raise Unfit(messages.WANTED_LAYERS)
    return int(first), int(last)


def key_pairs(value: Any) -> str:
    """Keys of a keypad and what they do: "kp5=brief kpenter=button"."""
    pairs = _pairs(value, messages_headless.WANTED_PAIRS)
    return " ".join(f"{key}={action}" for key, action in pairs)


def pin_pairs(value: Any) -> str:
    """Wires and what their buttons do: "17=button 27=stop"; wires are counted as the Raspberry Pi's maker does."""
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
        if found is None or found[2] not in (*ACTIONS, "button"):
            raise Unfit(wanted)
        pairs.append((found[1], found[2]))
    return pairs


SETTINGS: tuple[Setting, ...] = (
    Setting("model", "model_path", "model", path),
    Setting("model", "mmproj_path", "mmproj", path),
    Setting("model", "template", "template", text),
    Setting("model", "n_threads", "threads", whole_number(1, 1024)),
    Setting("model", "n_ctx", "n-ctx", whole_number(128, 1_048_576)),
    Setting("model", "flash_attn", "flash-attn", choice("auto", "on", "off")),
    # Any text: with a number type that is not known the description comes all the same, unsteered.
    Setting("model", "kv_type", "kv-type", text),
    Setting("model", "locks_memory", "mlock", yes_or_no),
    Setting("model", "checks_memory", "memory-check", yes_or_no),
    Setting("answer", "style", "style", choice("detailed", "brief")),
    Setting("answer", "prompt", "prompt", text),
    Setting("answer", "language", "language", choice(*LANGUAGES)),
    Setting("answer", "max_tokens", "max-tokens", whole_number(1, 1_000_000)),
    Setting("answer", "temperature", "temperature", number(0.0, 5.0)),
    Setting("answer", "top_p", "top-p", number(0.0, 1.0)),
    Setting("answer", "seed", "seed", whole_number(0, 2**32 - 1)),
    Setting("steering", "method", "method", choice("none", "uniform", "sparc")),
    Setting("steering", "alpha", "alpha", any_number),
    Setting("steering", "beta", "beta", any_number),
    Setting("steering", "tau", "tau", any_number),
    Setting("steering", "layer", "layer", whole_number(-(2**31), 2**31)),
    Setting("steering", "layers", "layers", layer_range),
    Setting("speech", "is_on", "speech", yes_or_no),
    Setting("speech", "rate_wpm", "rate", whole_number(80, 449)),
    Setting("speech", "voice", "voice", text),
    Setting("speech", "volume", "volume", number(0.0, 1.0)),
    Setting(
        "speech",
        "driver",
        "speech-driver",
        choice("auto", "pyttsx3", "spd-say", "silent"),
        "driver",
    ),
    Setting("speech", "has_earcons", "earcons", yes_or_no),
    Setting("camera", "source", "camera", text),
    Setting("camera", "look_ahead", "look-ahead", choice("auto", "on", "off")),
    Setting("assistant", "plain", "plain", choice("auto", "on", "off")),
    Setting("assistant", "save_folder", "save-folder", path),
    Setting("assistant", "history_size", "history-size", whole_number(1, 10_000)),
    Setting("assistant", "notice_acknowledged", "notice-acknowledged", yes_or_no),
    Setting("headless", "keypad", "keypad", text),
    Setting("headless", "keypad_keys", "keypad-keys", key_pairs),
    Setting("headless", "gpio", "gpio", pin_pairs),
    Setting("headless", "long_press_ms", "long-press-ms", whole_number(200, 5000)),
    Setting("headless", "hold_ms", "hold-ms", whole_number(400, 10_000)),
    *(Setting("keys", name, f"key-{name.replace('_', '-')}", text, name) for name in ACTIONS),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


def setting_values(options: argparse.Namespace) -> dict[str, Any]:
    """The settings among the parsed options, by name; None where not given."""
    return {name: getattr(options, name.replace("-", "_"), None) for name in BY_NAME}
