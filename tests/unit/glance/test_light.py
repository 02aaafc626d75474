"""How bright a picture is and which side is brighter; never at odds with the check of a picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.camera.quality import Problem, assess
from assistant.core.events import ImageRgb
from assistant.core.findings import Brightness, Light, LightSide
from assistant.glance.light import look_at_light
from assistant.messages.glance_parts import light_sentence


def plain(level: int, height: int = 60, width: int = 80) -> ImageRgb:
    return np.full((height, width, 3), level, np.uint8)


def texture(low: int, high: int, seed: int = 0) -> ImageRgb:
    """Return fields of different brightness, as a room has them."""
    fields = np.random.default_rng(seed).integers(low, high + 1, (12, 16, 1), dtype=np.uint8)
    return np.repeat(np.repeat(np.repeat(fields, 40, 0), 40, 1), 3, 2)


def light_from(side: LightSide, dark: int = 40, light: int = 230) -> ImageRgb:
    line = np.linspace(light, dark, 90).astype(np.uint8)
    if side in {LightSide.RIGHT, LightSide.BELOW}:
        line = line[::-1]
    down = np.repeat(line[:, None], 90, axis=1)
    grey = down if side in {LightSide.ABOVE, LightSide.BELOW} else down.T
    return np.repeat(grey[..., None], 3, axis=2)


@pytest.mark.parametrize(
    ("picture", "brightness"),
    [
        (plain(0), Brightness.BLACK),
        (plain(30), Brightness.DARK),
        (texture(0, 90), Brightness.DIM),
        (texture(40, 220), Brightness.USUAL),
        (plain(250), Brightness.WHITE),
        (np.vstack([plain(255), plain(200, 20)]), Brightness.BRIGHT),
    ],
)
def test_the_brightness_is_judged(picture: ImageRgb, brightness: Brightness) -> None:
    assert look_at_light(picture).brightness is brightness


@pytest.mark.parametrize("side", LightSide)
def test_a_side_that_is_much_brighter_is_named(side: LightSide) -> None:
    assert look_at_light(light_from(side)) == Light(Brightness.USUAL, side)


@pytest.mark.parametrize("side", LightSide)
def test_a_little_more_light_on_one_side_is_not_named(side: LightSide) -> None:
    assert look_at_light(light_from(side, 140, 200)).side is None


def test_a_bright_thing_on_black_makes_no_side() -> None:
    picture = plain(0, 90, 120)
    picture[30:60, 15:45] = 255
    assert look_at_light(picture).side is None


def test_noise_in_the_dark_makes_no_side() -> None:
    picture = plain(0)
    picture[:, :40] = 20
    assert look_at_light(picture) == Light(Brightness.DARK, None)


@given(
    st.integers(0, 255), st.integers(0, 255), st.integers(0, 40), st.integers(1, 12), st.integers(1, 12)
)  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_it_agrees_with_the_check_of_a_picture(
    one: int, other: int, noise: int, rows: int, columns: int
) -> None:
    rng = np.random.default_rng(one)
    fields = rng.choice([one, other], (rows, columns)).astype(float)
    grey = np.repeat(np.repeat(fields, 24, 0), 24, 1)
    grey += rng.normal(0, noise, grey.shape) if noise else 0
    picture = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    problems, brightness = assess(picture), look_at_light(picture).brightness
    is_very_dark = brightness in {Brightness.BLACK, Brightness.DARK}
    if Problem.DARK in problems:
        assert is_very_dark
    elif Problem.COVERED not in problems:
        assert not is_very_dark
    if Problem.BRIGHT in problems:
        assert brightness in {Brightness.BRIGHT, Brightness.WHITE}


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 2), (3000, 4000)])
@pytest.mark.parametrize("level", [0, 255])
def test_pictures_of_one_colour_have_no_side(size: tuple[int, int], level: int) -> None:
    brightness = Brightness.WHITE if level else Brightness.BLACK
    assert look_at_light(plain(level, *size)) == Light(brightness, None)


@pytest.mark.parametrize("brightness", Brightness)
@pytest.mark.parametrize("side", [*LightSide, None])
def test_every_light_is_said(brightness: Brightness, side: LightSide | None) -> None:
    said = light_sentence(brightness, side)
    assert said.endswith(".")
    assert said.count(".") == (2 if side else 1)


def test_what_the_check_has_said_is_not_said_again() -> None:
    assert light_sentence("dark", "left", is_brightness_said=True) == (
        "It is much brighter on the left."
    )
    assert light_sentence("dark", None, is_brightness_said=True) == ""
