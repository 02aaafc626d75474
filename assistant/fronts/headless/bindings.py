"""Which key of a keypad or keyboard, and which wire, does what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from assistant.core.actions import Action, Keymap
from assistant.fronts.headless.presses import KeyEvent


class Special(Enum):
    """What is no action of its own."""

    BUTTON = "button"
    """Short: brief; long: in detail; held: stop. While something is said, any press of it stops that."""


Binding = Action | Special

KEYPAD_KEYS: Mapping[str, Binding] = {
    "kpenter": Special.BUTTON,
    "enter": Special.BUTTON,
    "kp0": Action.STOP,
    "kp1": Action.STATUS,
    "kp2": Action.BRIEF,
    "kp3": Action.TEXT,
    "kp4": Action.PREVIOUS,
    "kp5": Action.DESCRIBE,
    "kp6": Action.NEXT,
    "kp7": Action.GLANCE,
    "kp8": Action.REPEAT,
    "kp9": Action.HISTORY,
    "kpdot": Action.PAUSE,
    "kpplus": Action.FASTER,
    "kpminus": Action.SLOWER,
    "kpasterisk": Action.SPELL,
    "kpslash": Action.ASK,
    "numlock": Action.HELP,
    "backspace": Action.FOLLOW_UP,
    # Keys that only larger keypads have.
    "tab": Action.CAMERA,
    "kpequal": Action.CHECK,
    # What a headset or a remote shutter sends.
    "playpause": Special.BUTTON,
    "nextsong": Action.NEXT,
    "previoussong": Action.PREVIOUS,
    "stopcd": Action.STOP,
}
"""The usual keypad, by the kernel's names without KEY_. They name places: the Num Lock light changes nothing."""

_PAIR = re.compile(r"([a-z0-9_]+)=([a-z_]+)")


def parse_pairs(text: str) -> dict[str, Binding]:
    """Read "kp5=brief kpenter=describe".

    Raises:
        ValueError: it cannot be read; the message is the part that cannot.
    """
    bindings: dict[str, Binding] = {}
    for part in text.replace(",", " ").split():
        found = _PAIR.fullmatch(part.lower())
        if found is None:
            raise ValueError(part)
        name = found[2]
        try:
            bindings[found[1]] = Special.BUTTON if name == "button" else Action(name)
        except ValueError:
            raise ValueError(part) from None
    return bindings


class Bindings:
    """Keypad and wires first, then what the key types, as on every other front."""

    def __init__(self, keymap: Keymap, changes: Mapping[str, Binding] | None = None) -> None:
        self._keymap = keymap
        self.keys: Mapping[str, Binding] = {**KEYPAD_KEYS, **(changes or {})}

    def lookup(self, event: KeyEvent) -> Binding | None:
        bound = self.keys.get(event.key)
        if bound is None and event.text and not event.text.isdigit():
            bound = self._keymap.lookup(event.text)
        return bound

    def keys_of(self, binding: Binding) -> list[str]:
        """Return the keys that do this, in the order of the table."""
        return [key for key, bound in self.keys.items() if bound is binding]
