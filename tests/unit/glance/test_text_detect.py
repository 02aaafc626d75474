"""What is made of the detector's map, and how large a picture it is shown."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from assistant.glance.text.detect import MOST_MAP_PX, STRIDE, fit_map, read_map
from assistant.glance.text.nets import Floats


def draw(*boxes: tuple[int, int, int, int], probability: float = 0.9) -> Floats:
    made = np.zeros((200, 400), np.float32)
    for left, top, width, height in boxes:
        made[top : top + height, left : left + width] = probability
    return made


def test_a_piece_is_widened_again() -> None:
    (quad,) = read_map(draw((100, 50, 120, 10)))
    left, top = quad.corners.min(0)
    right, bottom = quad.corners.max(0)
    # Area 119 x 10 through circumference, times 1.6, on each side.
    assert (left, right) == (pytest.approx(100 - 7, abs=1.5), pytest.approx(220 + 7, abs=1.5))
    assert (top, bottom) == (pytest.approx(50 - 7, abs=1.5), pytest.approx(60 + 7, abs=1.5))
    assert quad.score == pytest.approx(0.9, abs=0.1)


@pytest.mark.parametrize("shape", [(40, 10, 200, 12), (40, 10, 12, 150)])
def test_a_long_side_comes_first_and_corners_run_clockwise(
    shape: tuple[int, int, int, int],
) -> None:
    (quad,) = read_map(draw(shape))
    first, second = quad.corners[1] - quad.corners[0], quad.corners[2] - quad.corners[1]
    assert np.linalg.norm(first) > np.linalg.norm(second)
    assert first[0] * second[1] - first[1] * second[0] > 0


def test_faint_thin_and_empty_is_no_text() -> None:
    assert read_map(draw()) == []
    assert read_map(draw((100, 50, 120, 10), probability=0.25)) == []
    assert read_map(draw((100, 50, 120, 10), probability=0.4)) == []
    assert read_map(draw((100, 50, 2, 1))) == []


def test_a_turned_piece_is_found_as_it_lies() -> None:
    turn = cv2.getRotationMatrix2D((200, 100), 20, 1)
    made = np.asarray(cv2.warpAffine(draw((100, 95, 200, 14)), turn, (400, 200)), np.float32)
    (quad,) = read_map(made)
    along = quad.corners[1] - quad.corners[0]
    assert abs(np.degrees(np.arctan2(along[1], along[0])) % 180 - 160) < 2


def test_a_letter_within_a_word_is_not_found_twice() -> None:
    made = draw((40, 40, 300, 120))
    made[60:140, 150:230] = 0.1  # a hole, whose rim is a contour of its own
    made[90:110, 170:210] = 0.9
    assert len(read_map(made)) == 1


def test_bent_lines_are_no_parts_of_each_other() -> None:
    """As on a page that bulges: the rectangle of each holds much of the next."""
    made = np.zeros((300, 600), np.float32)
    across = np.arange(40, 560)
    for line in range(4):
        middles = 40 + 25 * line + 80 * np.sin(np.pi * across / 600)
        for x, y in zip(across, middles.astype(int), strict=True):
            made[y - 4 : y + 5, x] = 0.95
    assert len(read_map(made)) == 4


@pytest.mark.parametrize(
    ("height", "width"),
    [(8, 8), (40, 4000), (3000, 4000), (1, 1), (480, 640), (9000, 9000), (8, 200_000)],
)
def test_the_detector_is_shown_no_more_than_it_has_memory_for(height: int, width: int) -> None:
    shown = fit_map(height, width)
    assert shown[0] * shown[1] <= 1.1 * MOST_MAP_PX
    assert all(side > 0 and side % STRIDE == 0 for side in shown)


def test_small_pictures_are_enlarged_and_middling_ones_are_not() -> None:
    assert fit_map(100, 200) == (384, 800)
    assert fit_map(736, 1000) == (736, 992)
