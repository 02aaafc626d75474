"""Turns what a model wrote into words that can be shown, spoken and felt alike.

The same string goes to the screen, the voice and a braille line, so marks that only mean something to
the eye (asterisks, number signs, links) go, and control characters never reach a terminal.
"""

from __future__ import annotations

import re
import unicodedata

from assistant.messages.session import KEY_NAMES
from assistant.system.printable import printable

_IMAGE_OR_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_BULLET = re.compile(r"^\s*[-*+•‣◦]\s+")
_QUOTED = re.compile(r"^\s*>\s?")
_RULE = re.compile(r"^\s*([-*_=])(?:\s*\1){2,}\s*$")
_STRONG = re.compile(r"\*\*|__|~~|`+")
_EMPHASIS = re.compile(r"(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])")
_SPACE = re.compile(r"\s+")
_MARKS = frozenset("*_~`#>|\\.,;:\u2026\u2022\u2023\u25e6\"'")
"""What belongs to other words, and says nothing where it stands alone; so do all brackets, quotes and dashes."""
_FIRST_EMOJI = "\U0001f300"
"""From here on voices know the names themselves, in their own language."""
_MARK_KINDS = frozenset({"Ps", "Pe", "Pi", "Pf", "Pd"})


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
    text, before = printable(sentence), None
    while before != text:  # taking one mark away can bring another to the front
        before, text = text, _without_marks(text)
    return text if says_something(text) else ""


def says_something(text: str) -> bool:
    """Return whether there is something to hear: a letter, a digit, or a sign that has a name, as an arrow has."""
    return any(map(_has_name, text))


def _without_marks(text: str) -> str:
    if _RULE.match(text):
        return ""
    for mark in (_QUOTED, _HEADING, _BULLET):
        text = mark.sub("", text)
    text = _IMAGE_OR_LINK.sub(r"\1", text)
    text = _EMPHASIS.sub("", _STRONG.sub("", text))
    return _SPACE.sub(" ", text).strip()


def name_signs(text: str) -> str:
    """Return the text for a voice: signs that stand alone by their names, which voices often leave out."""
    if any(c.isalnum() for c in text):
        return text
    return " ".join(name_sign(c) if _has_name(c) else c for c in text if not c.isspace())


def name_sign(sign: str) -> str:
    """Return how a single sign is called; letters, digits and emoji are left to the voice."""
    if sign.isalnum():
        return sign
    if sign in KEY_NAMES:
        return KEY_NAMES[sign]
    if sign >= _FIRST_EMOJI:
        return sign
    name = unicodedata.name(sign, "").lower().removesuffix(" sign")
    return name.removeprefix("black ").removeprefix("white ") or sign


def _has_name(character: str) -> bool:
    if character.isalnum():
        return True
    kind = unicodedata.category(character)
    return kind[0] in "SP" and kind not in _MARK_KINDS and character not in _MARKS
