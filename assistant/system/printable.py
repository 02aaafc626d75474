"""Makes one harmless line of a text: nothing that was typed, or that a file is called, may steer a terminal.

Whoever writes to a terminal sends texts through here, and whoever speaks them too, so that both stay the same.
"""

from __future__ import annotations

import re
import unicodedata

_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor and arrow keys, mouse
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"  # titles, links, clipboard
    r"|\x1b[ -/]*[0-~]"
)
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the writing direction around; the single marks that Arabic and Hebrew need are not among them."""

_BYTES = re.compile("[\udc80-\udcff]+")
"""Bytes of a command line or a file's name that were not UTF-8, as Python keeps them (PEP 383)."""


def printable(text: str) -> str:
    r"""Return the text without line breaks, escape sequences and other signs that steer a terminal.

    >>> printable("no\nsuch\x1b[2Jfile.png")
    'no suchfile.png'
    """
    if text.isprintable():
        return text
    return "".join(" " if _steers(sign) else sign for sign in _SEQUENCE.sub("", read_bytes(text)))


def read_bytes(text: str) -> str:
    """Read what was not UTF-8 as the older Western encoding, which it nearly always is."""
    return _BYTES.sub(
        lambda found: found[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace"), text
    )


def _steers(sign: str) -> bool:
    """Return whether a sign is a control, a line break, half a character or none, or turns the direction around."""
    return unicodedata.category(sign) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} or sign in _DIRECTION
