"""What the keys of a keyboard type, on the English (US) layout: the kernel names places, not letters."""

from __future__ import annotations

_PLAIN = {
    "space": "space", "esc": "escape", "comma": ",", "dot": ".", "slash": "/", "minus": "-",
    "equal": "=", "semicolon": ";", "apostrophe": "'",
}  # fmt: skip
_SHIFTED = {"comma": "<", "dot": ">", "slash": "?", "minus": "_", "equal": "+", "semicolon": ":"}
SHIFTS = frozenset({"leftshift", "rightshift"})
OTHER_MODIFIERS = frozenset(
    {"leftctrl", "rightctrl", "leftalt", "rightalt", "leftmeta", "rightmeta"}
)


def text_of(key: str, *, has_shift: bool, has_other: bool) -> str:
    """What a key types, as ``assistant.core.actions`` names keys; empty where it types nothing.

    Args:
        key: the kernel's name in small letters, without ``KEY_``.
        has_shift: whether Shift is held.
        has_other: whether Ctrl, Alt or the like is held: then it is a command and types nothing.
    """
    if has_other:
        return ""
    if len(key) == 1 and key.isascii() and key.isalnum():
        return key.upper() if has_shift else key
    return (_SHIFTED if has_shift else _PLAIN).get(
        key, _PLAIN.get(key, "") if not has_shift else ""
    )
