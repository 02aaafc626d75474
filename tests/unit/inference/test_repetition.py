"""Loops end after their first copy; anything else comes through unchanged, whatever the splits."""

from __future__ import annotations

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


@given(st.lists(st.sampled_from([chr(c) for c in range(97, 120)]), max_size=60))
def test_what_is_released_is_the_text(pieces: list[str]) -> None:
    released, text, is_looping = run(pieces)
    if is_looping:
        assert released.startswith(text)
    else:
        assert released == text == "".join(pieces)
