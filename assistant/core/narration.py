"""Turns what a model wrote into words that can be shown, spoken and felt alike.

The same string goes to the screen, the voice and a braille line, so marks that only mean something to
the eye (asterisks, number signs, links) go, and control characters never reach a terminal.
"""

from __future__ import annotations

import re
import unicodedata

_IMAGE_OR_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_BULLET = re.compile(r"^\s*[-*+•‣◦]\s+")
_QUOTED = re.compile(r"^\s*>\s?")
_RULE = re.compile(r"^\s*([-*_=])(?:\s*\1){2,}\s*$")
_STRONG = re.compile(r"\*\*|__|~~|`+")
_EMPHASIS = re.compile(r"(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])")
_SPACE = re.compile(r"\s+")
_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


_PREAMBLE = re.compile(
    r"(?:The|This|In the|In this) (?:image|picture|photo|photograph)(?:,)? "
    r"(?:shows|depicts|features|displays|contains|showcases|is of|there (?:is|are)|we (?:can )?see) "
    r"(?=(?:an?|the|one|two|three|four|five|six|seven|eight|nine|ten|several|many|some|multiple|various|numerous)\b)"
)


def content_first(sentence: str) -> str:
    """Return the sentence without "The image shows", where what is left can stand alone; else unchanged."""
    preamble = _PREAMBLE.match(sentence)
    if preamble is None:
        return sentence
    rest = sentence[preamble.end() :]
    return rest[:1].upper() + rest[1:]


def plain_words(sentence: str) -> str:
    """Return a sentence without markup and control characters; empty when only marks were there."""
    text = "".join(" " if _is_control(c) else c for c in _ANSI.sub("", sentence))
    before = None
    while before != text:  # taking one mark away can bring another to the front
        before, text = text, _without_marks(text)
    return text if any(c.isalnum() for c in text) else ""


def _without_marks(text: str) -> str:
    if _RULE.match(text):
        return ""
    for mark in (_QUOTED, _HEADING, _BULLET):
        text = mark.sub("", text)
    text = _IMAGE_OR_LINK.sub(r"\1", text)
    text = _EMPHASIS.sub("", _STRONG.sub("", text))
    return _SPACE.sub(" ", text).strip()


def _is_control(character: str) -> bool:
    """Control, surrogate, private and unassigned characters, and marks that reverse the writing direction."""
    category = unicodedata.category(character)
    return category in {"Cc", "Cs", "Co", "Cn"} or character in _BIDI
