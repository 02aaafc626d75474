"""Names the main colours of a picture, and the one in its middle, in everyday words."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.events import ImageRgb
from assistant.core.findings import Colours
from assistant.glance.colour_names import NAMES, TERMS, UNCLEAR, name_pixels

WORK_SIDE_PX = 384
"""Longest side of the picture that is judged."""
STEP_PX = 3
"""Of the whole, every third pixel is named. They are picked, not mixed: a chessboard is not grey."""
MAX_MAIN = 3
MIN_SHARE = 0.15
"""Part of the picture that a main colour takes at least."""
MIN_NAMED_SHARE = 0.6
"""Part that the main colours take together; below it "mostly" would be untrue."""
MIDDLE_SIDE = 0.2
"""Side of the middle as part of the picture's."""
MIN_MIDDLE_SHARE = 0.7
"""Part of the middle that has one colour; below it there is none in particular."""

Numbers = npt.NDArray[np.intp]


def name_colours(image_rgb: ImageRgb) -> Colours:
    """Return the colours of a picture by name.

    Args:
        image_rgb: shape (height, width, 3), uint8.
    """
    small = _shrink(image_rgb)
    rows, columns = (_middle(n) for n in small.shape[:2])
    return Colours(
        _find_main(name_pixels(small[::STEP_PX, ::STEP_PX])),
        _find_middle(name_pixels(small[rows, columns])),
    )


def _shrink(image_rgb: ImageRgb) -> ImageRgb:
    height, width = image_rgb.shape[:2]
    scale = WORK_SIDE_PX / max(height, width)
    if scale >= 1:
        return image_rgb
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(image_rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _find_main(numbers: Numbers) -> tuple[str, ...]:
    ranked = _rank_terms(numbers)
    main = [(name, share) for name, share in ranked[:MAX_MAIN] if share >= MIN_SHARE]
    if sum(share for _, share in main) < MIN_NAMED_SHARE:
        return ()
    return tuple(name for name, _ in main)


def _find_middle(numbers: Numbers) -> str:
    for name, share in _rank_terms(numbers)[:1]:
        if share >= MIN_MIDDLE_SHARE:
            return name
    return ""


def _middle(n: int) -> slice:
    half = max(1, round(n * MIDDLE_SIDE)) / 2
    return slice(int(n / 2 - half), max(int(n / 2 + half), int(n / 2 - half) + 1))


def _rank_terms(numbers: Numbers) -> list[tuple[str, float]]:
    """Return each colour with its part of the pixels, the most frequent first.

    Light and dark of one colour count together, since folds and shadows make both, and it goes by the more frequent.
    """
    counts = np.bincount(numbers[numbers != UNCLEAR], minlength=len(NAMES))
    terms: dict[str, list[int]] = {}
    for number in np.flatnonzero(counts):
        terms.setdefault(TERMS[number], []).append(int(number))
    ranked = [
        (NAMES[max(found, key=lambda number: counts[number])], float(counts[found].sum()))
        for found in terms.values()
    ]
    ranked.sort(key=lambda entry: -entry[1])
    return [(name, count / numbers.size) for name, count in ranked]
