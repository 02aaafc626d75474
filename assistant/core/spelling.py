"""How single characters are said: letters so that they sound like letters, and every sign by its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from assistant.messages import session as words

_JOINER = "\u200d"
_SELECTORS = frozenset("\ufe0e\ufe0f")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_EAST_ASIAN = ("CJK ", "HIRAGANA ", "KATAKANA ", "HANGUL ", "BOPOMOFO ")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
_MARKS = ".,;:!?()[]'\"\u2018\u2019\u201c\u201d\u2026\u3001\u3002\uff0c\uff01\uff1f\u0964\u060c\u061f\u06d4"
"""Signs that stand around words."""
_FIRST_EMOJI = "\u2600"
_CHINESE = "CJK UNIFIED IDEOGRAPH-"


def split_characters(text: str) -> Iterator[str]:
    """Yield what a person takes for one character: accents and the parts of an emoji stay with their base."""
    found = ""
    for sign in text:
        if found and not _belongs_to(found, sign):
            yield found
            found = ""
        found += sign
    if found:
        yield found


def _belongs_to(before: str, sign: str) -> bool:
    if sign in _SELECTORS or sign == _JOINER or ord(sign) in _SKIN_TONES:
        return True
    if before.endswith(_JOINER) or unicodedata.category(sign).startswith("M"):
        return True
    return len(before) == 1 and ord(before) in _FLAG_LETTERS and ord(sign) in _FLAG_LETTERS


def name_character(character: str, *, is_in_word: bool = True) -> str:
    """Return how one character is said: a, capital A, e-acute, comma, emoji dog face.

    Args:
        character: one of ``split_characters``.
        is_in_word: whether a minus is a hyphen.
    """
    if character == "-" and is_in_word:
        return words.HYPHEN
    known = words.KEY_NAMES.get(character)
    if known:
        return known
    parts = list(unicodedata.normalize("NFD", character))
    base, marks = parts[0], parts[1:]
    if unicodedata.name(base, "").startswith("LATIN"):
        # With a hyphen: voices say "a" before another word as the word, "uh".
        return "-".join([_name_sign(base), *map(_name_mark, marks)])
    if len(character) == 1:
        return _name_sign(character)
    if all(ord(c) in _FLAG_LETTERS for c in character):
        return words.flag(" ".join(unicodedata.name(c)[-1] for c in character))
    if unicodedata.category(base) == "So":
        things = [c for c in character if c not in _SELECTORS and ord(c) not in _SKIN_TONES]
        return words.emoji(", ".join(_bare_name(c) for c in things if c != _JOINER))
    return character


def _name_sign(sign: str) -> str:
    name = unicodedata.name(sign, "")
    if sign.isupper() and sign.lower() != sign:
        return words.key_capital(sign)
    if name.startswith(_CHINESE):
        code = " ".join(name.removeprefix(_CHINESE))
        return words.east_asian(sign, words.chinese_character(code))
    if name.startswith(_EAST_ASIAN):
        return words.east_asian(sign, name.lower())
    if unicodedata.category(sign) == "So":
        return words.emoji(_bare_name(sign)) if sign >= _FIRST_EMOJI else name.lower()
    if sign.isalpha() or sign.isdecimal():
        return sign  # a voice of its language knows how it is said
    return name.lower() or words.nameless(f"{ord(sign):X}")


def _bare_name(sign: str) -> str:
    return unicodedata.name(sign, sign).lower().removeprefix("emoji component ")


def _name_mark(mark: str) -> str:
    """Return what an accent is called: acute, for COMBINING ACUTE ACCENT."""
    name = unicodedata.name(mark, "").lower().removeprefix("combining ")
    return name.removesuffix(" accent")


def find_words(text: str) -> list[tuple[int, int]]:
    """Return where each word begins and ends; each Chinese or Japanese character is one, as no spaces tell."""
    return [match.span() for match in _WORD.finditer(text)]


def strip_marks(word: str) -> str:
    """Return a word without the marks around it, which are the sentence's; a mark by itself is left."""
    return word.strip(_MARKS) or word


def spell(text: str, *, is_phonetic: bool = False) -> str:
    """Return the characters of a text one by one.

    Each is followed by a pause: without one, voices say "a" before another letter as the word.

    Args:
        text: words; between two of them is a longer pause.
        is_phonetic: whether letters come with a word of the spelling alphabet.
    """
    if is_phonetic:
        return "; ".join(map(_name_phonetically, split_characters("".join(text.split()))))
    return "; ".join(
        ", ".join(map(name_character, split_characters(word))) for word in text.split()
    )


def _name_phonetically(character: str) -> str:
    named = name_character(character)
    base = unicodedata.normalize("NFD", character)[0]
    word = words.PHONETIC.get(base.lower())
    if word:
        return words.as_in(named, word)
    # A letter of another script has no such word, but a name.
    if named == character and character.isalpha():
        return words.as_in(named, unicodedata.name(character, "").lower().replace(" small", ""))
    return named
