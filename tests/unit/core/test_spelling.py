"""How characters are said one by one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.spelling import find_words, name_character, spell, split_characters


@pytest.mark.parametrize(
    ("character", "said"),
    [
        ("a", "a"), ("D", "capital D"), ("7", "7"), (" ", "space"), (".", "full stop"), ("-", "hyphen"),
        ("\u201d", "closing quotation mark"), ("\u00a0", "no-break space"), ("\u20ac", "euro sign"),
        ("\u00e9", "e-acute"), ("e\u0301", "e-acute"), ("\u00c4", "capital A-diaeresis"), ("\u00f1", "n-tilde"),
        ("\u6f22", "\u6f22, Chinese character 6 F 2 2"), ("\u3042", "\u3042, hiragana letter a"),
        ("\ud55c", "\ud55c, hangul syllable han"), ("\u0416", "capital \u0416"), ("\u0436", "\u0436"),
        ("\U0001f415", "emoji dog"), ("\u2764\ufe0f", "emoji heavy black heart"),
        ("\U0001f1e9\U0001f1ea", "flag D E"), ("\U0001f469\U0001f3fd\u200d\U0001f680", "emoji woman, rocket"),
        ("\x07", "sign without a name, 7"),
    ],
)  # fmt: skip
def test_every_sign_has_a_name(character: str, said: str) -> None:
    assert list(split_characters(character)) == [character]
    assert name_character(character) == said


def test_words_are_spelled_with_a_pause_after_each_character() -> None:
    assert spell("A red T-shirt") == "capital A; r, e, d; capital T, hyphen, s, h, i, r, t"
    assert spell("Ca\u00f1", is_phonetic=True) == (
        "capital C, as in Charlie; a, as in Alpha; n-tilde, as in November"
    )
    assert spell("5\u0436", is_phonetic=True) == "5; \u0436, as in cyrillic letter zhe"


def test_chinese_has_a_word_a_character() -> None:
    text = "\u4e00\u53ea dog\u3002"
    assert [text[a:b] for a, b in find_words(text)] == ["\u4e00", "\u53ea", "dog\u3002"]


@given(st.text(min_size=1, max_size=20))
def test_no_character_is_lost_or_silent(text: str) -> None:
    assert "".join(split_characters(text)) == text
    for character in split_characters(text):
        named = name_character(character)
        spoken = any(unicodedata.category(c)[0] in "LNM" for c in named)
        assert spoken, (character, named)
