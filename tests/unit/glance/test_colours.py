"""Colours by their everyday names, and none where people would not agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from assistant.core.events import ImageRgb
from assistant.core.findings import Colours
from assistant.glance.colour_names import NAMES, UNCLEAR, name_pixels
from assistant.glance.colours import MAX_MAIN, name_colours
from assistant.messages.glance_parts import colours_sentence


def plain(colour: tuple[int, int, int], height: int = 60, width: int = 80) -> ImageRgb:
    return np.full((height, width, 3), colour, np.uint8)


RED, DARK_RED, WHITE, BLACK = (220, 20, 20), (130, 0, 0), (255, 255, 255), (0, 0, 0)
BLUE, GREEN, YELLOW = (10, 70, 220), (20, 170, 30), (255, 240, 20)


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        (RED, "red"),
        (DARK_RED, "dark red"),
        (WHITE, "white"),
        (BLACK, "black"),
        (BLUE, "blue"),
        ((0, 0, 95), "dark blue"),
        ((150, 205, 250), "light blue"),
        (GREEN, "green"),
        (YELLOW, "yellow"),
        ((128, 128, 128), "grey"),
        ((255, 125, 10), "orange"),
        ((100, 55, 5), "brown"),
        ((228, 216, 168), "beige"),
        ((255, 130, 190), "pink"),
        ((125, 35, 155), "purple"),
        ((10, 190, 170), "turquoise"),
    ],
)
def test_a_plain_picture_is_named(colour: tuple[int, int, int], name: str) -> None:
    assert name_colours(plain(colour)) == Colours((name,), name)


def test_the_most_frequent_comes_first_and_the_middle_is_its_own() -> None:
    picture = np.hstack([plain(WHITE, 90, 20), plain(BLUE, 90, 100)])
    picture[30:60, 40:80] = RED
    assert name_colours(picture) == Colours(("blue", "white"), "red")


def test_light_and_dark_of_one_colour_count_together() -> None:
    picture = np.hstack([plain(DARK_RED, 60, 50), plain(RED, 60, 30)])
    assert name_colours(picture).main == ("dark red",)


def test_a_chessboard_is_not_grey() -> None:
    fields = np.indices((24, 32)).sum(axis=0) % 2 * 255
    picture = np.repeat(np.repeat(fields, 20, 0), 20, 1).astype(np.uint8)
    named = name_colours(np.repeat(picture[..., None], 3, 2))
    assert set(named.main) == {"black", "white"}
    assert named.middle == ""


def test_many_colours_are_none_in_particular() -> None:
    stripes = [
        plain(c, 60, 10)
        for c in (RED, BLUE, GREEN, YELLOW, BLACK, WHITE, (125, 35, 155), (10, 190, 170))
    ]
    assert name_colours(np.hstack(stripes)) == Colours((), "")


def test_a_colour_between_two_names_has_none() -> None:
    ramp = np.linspace((0, 200, 0), (0, 0, 250), 60).astype(np.uint8)[None]
    numbers = name_pixels(ramp)[0]
    assert NAMES[numbers[0]] == "green"
    assert NAMES[numbers[-1]] == "blue"
    assert UNCLEAR in numbers


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 3), (3000, 4000)])
def test_pictures_of_any_size_are_named(size: tuple[int, int]) -> None:
    assert name_colours(plain(GREEN, *size)) == Colours(("green",), "green")


@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3))))
@settings(deadline=None, max_examples=60)
def test_only_known_names_come_out(picture: ImageRgb) -> None:
    named = name_colours(picture)
    assert set(named.main) <= set(NAMES)
    assert len(named.main) <= MAX_MAIN
    assert named.middle in {*NAMES, ""}


@pytest.mark.parametrize(
    ("main", "middle", "said"),
    [
        ((), "", ""),
        ((), "red", "In the middle it is red."),
        (("red",), "red", "Mostly red."),
        (("red",), "", "Mostly red."),
        (("dark red", "white"), "dark red", "Mostly dark red and white; in the middle it is dark red."),
        (("blue", "white", "grey"), "", "Mostly blue, white and grey."),
    ],
)  # fmt: skip
def test_colours_are_said(main: tuple[str, ...], middle: str, said: str) -> None:
    assert colours_sentence(main, middle) == said
