"""From what the terminal reports of a key to the names that the keymap uses, and numbers of two digits."""

from __future__ import annotations

from assistant.core.actions import NAMED_KEYS, Action, spoken_key
from assistant.messages import tui as words

UNREADABLE = "\ufffd"
"""What the terminal library gives for bytes that are no text."""


def keymap_key(key: str, character: str | None) -> str:
    """Return the key as the keymap calls it, from its name in Textual and the character that it types."""
    if key in NAMED_KEYS:
        return key
    return character if character is not None and character.isprintable() else key


def called_aloud(key: str) -> str:
    """Return what a key of the keymap or of the terminal is called in speech."""
    if (len(key) == 1 and key != UNREADABLE) or key in NAMED_KEYS:
        return spoken_key(key)
    if key.startswith("ctrl+"):
        return words.key_control(called_aloud(key.removeprefix("ctrl+")))
    if key == UNREADABLE:
        return words.UNREADABLE
    known = words.KEY_NAMES.get(key)
    return known or key.replace("+", " ").replace("_", " ")


class NumberEntry:
    """Digits typed one after another, as far as they may still become the number of an action."""

    def __init__(self) -> None:
        self._typed = ""

    @property
    def is_pending(self) -> bool:
        """Whether a digit waits for a second one."""
        return bool(self._typed)

    def add(self, digit: str) -> str | None:
        """Take a digit; return the number once no further digit could make another one."""
        self._typed += digit
        is_whole = self._typed == "0" or int(self._typed) * 10 > len(Action)
        return self.complete() if is_whole else None

    def complete(self) -> str:
        """Return what was typed and forget it."""
        typed, self._typed = self._typed, ""
        return typed
