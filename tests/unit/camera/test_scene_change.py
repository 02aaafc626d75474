"""Still scenes, and everything that ends stillness."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.camera.scene_change import StillnessDetector, thumbnail
from assistant.core.events import ImageRgb

RNG = np.random.default_rng(5)


def _scene(offset: int = 0, brightness: float = 1.0, noise: float = 4.0) -> ImageRgb:
    """A street of upright blocks, moved sideways, as a noisy sensor sees it."""
    columns = (np.arange(640) + offset) // 40 % 5 * 40 + 40
    frame = np.broadcast_to(columns[None, :, None], (360, 640, 3)) * brightness
    noisy: ImageRgb = np.clip(frame + RNG.normal(0, noise, frame.shape), 0, 255).astype(np.uint8)
    return noisy


def _feed(detector: StillnessDetector, frames: list[ImageRgb], start_s: float = 0.0) -> list[bool]:
    return [detector.feed(frame, start_s + 0.25 * i) for i, frame in enumerate(frames)]


def test_a_noisy_still_scene_is_still_after_a_second() -> None:
    answers = _feed(StillnessDetector(), [_scene() for _ in range(7)])
    assert answers == [False] * 4 + [True] * 3


@pytest.mark.parametrize("step", [4, 10, 40])
def test_a_moving_scene_is_never_still(step: int) -> None:
    assert not any(_feed(StillnessDetector(), [_scene(i * step) for i in range(20)]))


def test_a_small_thing_that_comes_in_ends_stillness() -> None:
    detector = StillnessDetector()
    assert _feed(detector, [_scene() for _ in range(6)])[-1]
    changed = _scene()
    changed[100:220, 200:300] = 250
    assert not detector.feed(changed, 1.5)
    assert _feed(detector, [changed] * 5, start_s=1.75)[-1]


def test_exposure_that_settles_is_no_movement_but_a_light_is() -> None:
    detector = StillnessDetector()
    assert _feed(detector, [_scene(brightness=1 + 0.01 * i) for i in range(6)])[-1]
    assert not detector.feed(_scene(brightness=1.6), 1.5)


def test_another_size_ends_stillness() -> None:
    detector = StillnessDetector()
    assert _feed(detector, [_scene() for _ in range(6)])[-1]
    assert not detector.feed(_scene()[:10, :8], 1.5)


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (23, 31), (2048, 2048)])
def test_any_size(size: tuple[int, int]) -> None:
    cells = thumbnail(np.full((*size, 3), 7, np.uint8))
    assert np.allclose(cells, 7.0)
