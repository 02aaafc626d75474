"""Problems of pictures: found where they are, and not where they are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from assistant.camera.quality import Problem, assess
from assistant.core.events import ImageRgb

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.png"))
RNG = np.random.default_rng(1)


def _picture(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


def _problems(picture: Image.Image | ImageRgb) -> list[Problem]:
    return assess(np.asarray(picture))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
class TestExamples:
    def test_drawn_scenes_are_fine(self, path: Path) -> None:
        assert _problems(_picture(path)) == []
        assert _problems(_picture(path).resize((1280, 720))) == []

    def test_dark(self, path: Path) -> None:
        assert _problems(_picture(path).point([round(i * 0.1) for i in range(256)] * 3)) == [
            Problem.DARK
        ]

    def test_blurred(self, path: Path) -> None:
        assert _problems(_picture(path).filter(ImageFilter.GaussianBlur(5))) == [Problem.BLURRED]

    def test_shaken_sideways(self, path: Path) -> None:
        pixels = np.asarray(_picture(path)).astype(np.float32)
        shaken = np.mean([np.roll(pixels, i, axis=1) for i in range(20)], axis=0)
        assert _problems(shaken.astype(np.uint8)[:, 20:]) == [Problem.BLURRED]

    def test_a_little_blur_and_noise_are_fine(self, path: Path) -> None:
        soft = np.asarray(_picture(path).filter(ImageFilter.GaussianBlur(0.8))).astype(np.float32)
        noisy = np.clip(soft + RNG.normal(0, 6, soft.shape), 0, 255).astype(np.uint8)
        assert _problems(noisy) == []


@pytest.mark.parametrize("level", [0, 3, 90, 200, 255])
@pytest.mark.parametrize("noise", [0.0, 4.0])
def test_a_covered_lens_and_a_bare_wall(level: int, noise: float) -> None:
    flat = RNG.normal(level, noise, (720, 1280, 3)) + np.linspace(-8, 8, 1280)[None, :, None]
    assert _problems(np.clip(flat, 0, 255).astype(np.uint8)) == [Problem.COVERED]


def test_washed_out() -> None:
    """The weakest of the checks: a picture that keeps dark parts is not told."""
    pictures = [np.asarray(_picture(path)).astype(np.float32) for path in EXAMPLES]
    told = [_problems(np.clip(p * 1.5 + 90, 0, 255).astype(np.uint8)) for p in pictures]
    assert sum(Problem.BRIGHT in found for found in told) > len(told) / 2


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 255))
def test_any_size_is_judged(height: int, width: int, level: int) -> None:
    picture = np.full((height, width, 3), level, np.uint8)
    found = assess(picture)
    assert all(problem.sentence.endswith(".") for problem in found)
