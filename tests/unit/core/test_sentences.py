from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.sentences import MAX_SENTENCE_CHARS, SentenceSplitter, split_sentences

TEXTS = [
    ("There is a dog. It is brown! Is it?", ["There is a dog.", "It is brown!", "Is it?"]),
    ('He said: "Go home." Then he left.', ['He said: "Go home."', "Then he left."]),
    ('"Is it?" he asked. Yes.', ['"Is it?" he asked.', "Yes."]),
    ("It is 3.5 metres high. Dr. Smith, e.g. him.", ["It is 3.5 metres high.", "Dr. Smith, e.g. him."]),
    ("Apples, pears, etc. The end.", ["Apples, pears, etc.", "The end."]),
    ("No. 5 is red. It says no. The dog is in. The cat is out.",
     ["No. 5 is red.", "It says no.", "The dog is in.", "The cat is out."]),
    ("J. R. R. Tolkien wrote it. Good.", ["J. R. R. Tolkien wrote it.", "Good."]),
    ("Wait... what? Well… Fine.", ["Wait... what?", "Well…", "Fine."]),
    ("1. A car.\n2. A house\n- a tree\n\nEnd", ["1. A car.", "2. A house", "- a tree", "End"]),
    ("这是一只狗。它很大！「好。」", ["这是一只狗。", "它很大！", "「好。」"]),
    ("यह एक कुत्ता है। वह भूरा है।वह बैठा है॥", ["यह एक कुत्ता है।", "वह भूरा है।", "वह बैठा है॥"]),
    ("هل هذا كلب؟ نعم. إنه كبير!", ["هل هذا كلب؟", "نعم.", "إنه كبير!"]),
    ("یہ کتا ہے۔ کیا؟! ہاں۔", ["یہ کتا ہے۔", "کیا؟!", "ہاں۔"]),
    ("Սա շուն է։ Այո։", ["Սա շուն է։", "Այո։"]),
    ("Heading\nText goes on", ["Heading", "Text goes on"]),
    ("no end", ["no end"]),
    ("  \n \n", []),
    ("", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentences"), TEXTS)
def test_cuts_where_a_reader_would(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_a_sentence_comes_as_soon_as_the_next_begins() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("There is a dog") == []
    assert splitter.feed(".") == []
    assert splitter.feed(" ") == []
    assert splitter.feed("I") == ["There is a dog."]
    assert splitter.feed("t is brown.\n") == ["It is brown."]
    assert splitter.finish() == []


PROSE = st.text(alphabet='aB1 .!?…\n"*-。।؟」e.g', max_size=80) | st.sampled_from(
    [t for t, _ in TEXTS]
)
LONG = st.text(alphabet="a .\nB", min_size=MAX_SENTENCE_CHARS - 5, max_size=MAX_SENTENCE_CHARS + 40)


def _fed(text: str, cuts: list[int]) -> list[str]:
    splitter = SentenceSplitter()
    bounds = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    found = []
    for start, end in pairwise(bounds):
        found += splitter.feed(text[start:end])
    return found + splitter.finish()


@given(PROSE, st.lists(st.integers(0, 1000), max_size=20))
def test_the_cuts_do_not_depend_on_the_pieces(text: str, cuts: list[int]) -> None:
    assert _fed(text, cuts) == split_sentences(text)
    assert _fed(text, list(range(len(text)))) == split_sentences(text)


@given(LONG, st.lists(st.integers(0, 1000), max_size=20))
def test_nor_for_sentences_that_never_end(text: str, cuts: list[int]) -> None:
    assert _fed(text, cuts) == split_sentences(text)


@given(st.text(max_size=200))
def test_nothing_is_lost_or_added(text: str) -> None:
    sentences = split_sentences(text)
    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(s == s.strip() and s for s in sentences)
    assert all(len(s) <= MAX_SENTENCE_CHARS for s in sentences)
