"""Spelling, cutting out, and the characters that the model knows."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.glance.text.alphabet import read_alphabet
from assistant.glance.text.nets import Image
from assistant.glance.text.recognize import cut_out, decode

ALPHABET = ["", "a", "b", " "]


def spell(*numbers: int, sure: float = 1.0) -> tuple[str, float]:
    steps = np.full((len(numbers), len(ALPHABET)), (1 - sure) / 3, np.float32)
    steps[np.arange(len(numbers)), numbers] = sure
    return decode(steps, ALPHABET)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((1, 1, 1), "a"), ((1, 0, 1), "aa"), ((0, 1, 2, 2, 0), "ab"), ((1, 3, 3, 2), "a b"), ((0, 0), ""),
    ],
)  # fmt: skip
def test_steps_are_spelt(numbers: tuple[int, ...], text: str) -> None:
    assert spell(*numbers)[0] == text


def test_the_score_is_that_of_the_characters_and_not_of_the_gaps() -> None:
    steps = np.array([(0.0, 0.9, 0.1, 0), (1, 0, 0, 0), (0.0, 0.3, 0.7, 0)], np.float32)
    text, score = decode(steps, ALPHABET)
    assert text == "ab"
    assert score == pytest.approx(0.8)
    assert spell(0, 0) == ("", 0.0)


def field(number: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


def test_characters_stand_in_the_model() -> None:
    other = field(14, field(1, b"author") + field(2, b"x"))
    characters = field(14, field(1, b"character") + field(2, "a\nß\n\u3000\n".encode()))
    model = bytes([1 << 3, 0x96, 1]) + field(7, b"graph") + other + characters
    assert read_alphabet(model) == ["", "a", "ß", "\u3000", " "]


@pytest.mark.parametrize(
    "model", [b"", b"\x72", b"\x08\x80", b"\x0b", field(14, field(1, b"author"))]
)
def test_a_model_without_characters_is_refused(model: bytes) -> None:
    with pytest.raises(ValueError, match=r"model|field"):
        read_alphabet(model)


def mark() -> Image:
    """A picture that is red at the left end and blue at the right end of a strip."""
    image = np.full((300, 300, 3), 255, np.uint8)
    image[100:148, 50:100] = (255, 0, 0)
    image[100:148, 200:250] = (0, 0, 255)
    return image


def test_a_piece_is_cut_out_from_where_reading_starts() -> None:
    corners = np.array([(50, 100), (250, 100), (250, 148), (50, 148)], np.float32)
    cut = cut_out(mark(), corners)
    assert cut.shape == (48, 200, 3)
    assert (tuple(cut[24, 5]), tuple(cut[24, 195])) == ((255, 0, 0), (0, 0, 255))
    turned = cut_out(mark(), np.roll(corners, 2, 0))
    assert (tuple(turned[24, 5]), tuple(turned[24, 195])) == ((0, 0, 255), (255, 0, 0))


def test_large_letters_are_shrunk_and_long_lines_squeezed() -> None:
    picture = np.zeros((400, 9000, 3), np.uint8)
    corners = np.array([(0, 0), (9000, 0), (9000, 96), (0, 96)], np.float32)
    assert cut_out(picture, corners).shape == (48, 1600, 3)
    assert cut_out(picture, corners[:1].repeat(4, 0)).shape == (48, 48, 3)
