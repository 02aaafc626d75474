"""What is spoken before what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.narration import name_signs
from assistant.core.ports import Priority
from assistant.speech.utterance_queue import LONGEST_CHARS, Utterance, UtteranceQueue


def drain(queue: UtteranceQueue, *, is_paused: bool = False) -> list[str]:
    taken = []
    while (utterance := queue.take(is_paused=is_paused)) is not None:
        taken.append(utterance.text)
    return taken


def test_errors_then_status_then_descriptions_each_in_turn() -> None:
    queue = UtteranceQueue()
    for text, kind in (
        ("one", Priority.DESCRIPTION),
        ("s1", Priority.STATUS),
        ("two", Priority.DESCRIPTION),
        ("e", Priority.ERROR),
        ("s2", Priority.STATUS),
    ):
        queue.put(Utterance(text, kind))
    assert drain(queue) == ["e", "s1", "s2", "one", "two"]


def test_in_a_pause_descriptions_wait() -> None:
    queue = UtteranceQueue()
    queue.put(Utterance("one"))
    assert not queue.has_next(is_paused=True)
    queue.put(Utterance("status", Priority.STATUS))
    assert drain(queue, is_paused=True) == ["status"]
    assert drain(queue) == ["one"]


def test_what_was_interrupted_comes_first_again() -> None:
    queue = UtteranceQueue()
    queue.put(Utterance("two", position=2))
    queue.put_back(Utterance("one", position=1))
    assert drain(queue) == ["one", "two"]


def test_nothing_to_say_is_not_queued() -> None:
    queue = UtteranceQueue()
    for text in ("", " ", "...", "\n"):
        queue.put(Utterance(text))
    assert not queue.has_next(is_paused=False)


@given(st.text(alphabet="ab .!?;,\n", max_size=3 * LONGEST_CHARS))
def test_long_texts_keep_every_letter(text: str) -> None:
    queue = UtteranceQueue()
    queue.put(Utterance(text, position=3))
    parts = drain(queue)
    assert all(len(part) <= LONGEST_CHARS for part in parts)
    spoken = "".join("".join(parts).split())
    letters = [c for c in name_signs(text) if c.isalnum()]
    assert [c for c in spoken if c.isalnum()] == letters


@pytest.mark.parametrize(
    ("sign", "name"),
    [("\u2192", "rightwards arrow"), ("+", "plus"), ("?", "question mark"), ("\u2713", "check mark"),
     ("\u20ac", "euro"), ("\U0001f44d", "\U0001f44d"), ("<", "less-than"), ("\u2665", "heart suit")],
)  # fmt: skip
def test_a_sign_that_stands_alone_is_spoken_by_its_name(sign: str, name: str) -> None:
    queue = UtteranceQueue()
    queue.put(Utterance(sign))
    queue.put(Utterance("***"))
    queue.put(Utterance(f"3 {sign} 4"))
    assert drain(queue) == [name, f"3 {sign} 4"]


def test_a_long_text_is_cut_after_sentences() -> None:
    queue = UtteranceQueue()
    queue.put(Utterance("A sentence of words. " * 40))
    assert all(part.endswith(".") for part in drain(queue))
    queue.put(Utterance("x" * 1000))
    assert sum(map(len, drain(queue))) == 1000
