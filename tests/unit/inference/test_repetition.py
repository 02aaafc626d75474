"""Loops end after their first copy; anything else comes through unchanged, whatever the splits."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.inference.repetition import RepetitionGuard


def run(pieces: list[str]) -> tuple[str, str, bool]:
    """Feeds word pieces; returns what was released on the way, the whole text, and whether it looped."""
    guard, released = RepetitionGuard(), ""
    vocabulary: dict[str, int] = {}
    for piece in pieces:
        released += guard.feed(vocabulary.setdefault(piece, len(vocabulary)), piece)
        if guard.is_looping:
            break
    return released + guard.close(), guard.text(), guard.is_looping


def words(text: str) -> list[str]:
    return [word + " " for word in text.split()]


def test_a_sentence_said_three_times_is_kept_once() -> None:
    start = "On the left there is a small brown dog . "
    loop = "To its right stands a large red car near the big old tree . "
    _, text, is_looping = run(words(start + loop * 5))
    assert is_looping
    assert text == start + loop


def test_the_second_copy_of_a_sentence_is_never_released_whole() -> None:
    loop = "There is a large red car on the left side of the picture . "
    released, _, _ = run(words(loop * 4))
    assert released.count(".") == 1


def test_a_loop_that_began_with_the_sentence_before_keeps_its_full_stop() -> None:
    _, text, is_looping = run(words("There is a cat . " + "It is big . " * 12))
    assert is_looping
    assert text == "There is a cat . It is big . "


def test_a_sentence_said_twice_comes_through() -> None:
    said = words("There is a large red car on the left side . " * 2 + "Behind it is a tree . ")
    released, text, is_looping = run(said)
    assert not is_looping
    assert released == text == "".join(said)


def test_emphasis_is_not_a_loop() -> None:
    said = words("It is very very very very large . ")
    assert run(said) == ("".join(said), "".join(said), False)


def test_one_word_for_ever_is_a_loop() -> None:
    _, text, is_looping = run(words("A tree and " + "leaf " * 60))
    assert is_looping
    assert text == "A tree and leaf "


@pytest.mark.parametrize(
    "nonsense",
    [
        "laptop laptop van laptop laptop laptop van van laptop pine laptop van " * 20,
        "small white white white telephone white large sofa sofa sofa bus bus bus bus red bus " * 9,
        "It is on the left side, on the right side. It is on the right, on the left side. " * 9,
        "".join(f"There are {n} dogs in the picture. " for n in range(1, 60)),
        "左边是红车，右边是蓝车。右边是红车，左边是蓝车，" * 9,
    ],
)
def test_the_same_few_words_in_any_order_are_a_loop(nonsense: str) -> None:
    """A model that lost its way repeats no stretch exactly, so that copies alone do not show it."""
    rng = random.Random(1)
    said = [f"{word} " for word in nonsense.split()] if " " in nonsense else list(nonsense)
    if "laptop" in nonsense or "sofa" in nonsense:
        rng.shuffle(said)
    _, text, is_looping = run(["A ", "quiet ", "street. ", *said])
    assert is_looping
    assert text.startswith("A quiet street.")
    assert len(text) < 200


def test_the_sentence_in_which_a_model_loses_its_way_is_left_out() -> None:
    rng = random.Random(2)
    _, text, _ = run(["A ", "street. ", "On ", "the ", *rng.choices(["van ", "cap "], k=60)])
    assert text == "A street. "


@pytest.mark.parametrize(
    "caption",
    [
        "There is a red ball, a blue ball, a green ball, a yellow ball, a white ball, a black ball, a pink ball, "
        "an orange ball, a brown ball and a grey ball.",
        "On the left there is a man. On the right there is a woman. In the middle there is a child. At the top there "
        "is a lamp. At the bottom there is a dog. Behind the dog there is a ball. Beside the ball there is a cat.",
        "The image features a chair. The image also features a table. The image also features a lamp. The image also "
        "features a sofa. The image also features a carpet. The image also features a window. The image also "
        "features a door.",
        "The timetable says 6:10, 6:25, 6:40, 6:55, 7:10, 7:25, 7:40, 7:55, 8:10, 8:25, 8:40, 8:55, 9:10, 9:25, "
        "9:40, 9:55, 10:10, 10:25, 10:40, 10:55, 11:10, 11:25, 11:40, 11:55, 12:10, 12:25 and 12:40.",
        "The sign says SALE SALE SALE SALE, and it is very, very, very, very large.",
        "左边有一辆红色的汽车，右边有一棵绿色的树，中间站着一个穿黑衣服的人，他的狗坐在长椅旁边。",
    ],
)
def test_honest_lists_come_through(caption: str) -> None:
    said = words(caption) if " " in caption else list(caption)
    assert run(said) == ("".join(said), "".join(said), False)


@given(st.lists(st.sampled_from([chr(c) for c in range(97, 120)]), max_size=60))
def test_what_is_released_is_the_text(pieces: list[str]) -> None:
    released, text, is_looping = run(pieces)
    if is_looping:
        assert released.startswith(text)
    else:
        assert released == text == "".join(pieces)
