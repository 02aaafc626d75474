"""Tells how bright a picture is, and which of its sides is much brighter, where that is clear.

A side that is much brighter is where a window or a lamp may be; brightness alone does not tell a lamp from a white
wall, so nothing more is claimed. Thresholds of very dark and very bright are those of the check of a picture
(``camera/quality.py``), which a test holds together, so that the two never contradict each other.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.events import ImageRgb
from assistant.core.findings import Brightness, Light, LightSide

WORK_SIDE_PX = 640
"""Longest side of the picture that is judged."""
BLACK_HIGHEST = 12.0
"""Black when even the brightest hundredth (0 to 255) lies below this."""
DARK_HIGHEST = 42.0
"""Very dark when it lies below this."""
DIM_MEAN = 60.0
"""Rather dark when the mean lies below this."""
BRIGHT_LOWEST = 145.0
BRIGHT_WHITE_SHARE = 0.45
"""Very bright when even the darkest fiftieth lies above the one, and so much is white."""
WHITE_LOWEST = 245.0
"""White when even the darkest fiftieth lies above this."""
SIDE_RATIO = 4.0
"""A side is much brighter when so many times as much light comes from it as from the other one."""
SIDE_LIGHT = 0.02
"""Part of the most light that comes from it at least: below, there is noise."""

_WHITE = 250.0
_GAMMA = 2.2
_DARKEST = 0.001

Grey = npt.NDArray[np.float32]


def look_at_light(image_rgb: ImageRgb) -> Light:
    """Return how bright a picture is and which side is much brighter.

    Args:
        image_rgb: shape (height, width, 3), uint8.
    """
    small = _shrink(image_rgb)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    # The strongest of red, green and blue: a deep blue sky looks bright, though its grey is dark.
    return Light(_judge_brightness(grey), _find_side(small.max(axis=2).astype(np.float32)))


def _shrink(image_rgb: ImageRgb) -> ImageRgb:
    height, width = image_rgb.shape[:2]
    scale = min(1.0, WORK_SIDE_PX / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(image_rgb, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _judge_brightness(grey: Grey) -> Brightness:
    lowest, highest = np.percentile(grey, (2, 99))
    if highest < DARK_HIGHEST:
        return Brightness.BLACK if highest < BLACK_HIGHEST else Brightness.DARK
    if lowest > WHITE_LOWEST:
        return Brightness.WHITE
    if lowest > BRIGHT_LOWEST and (grey >= _WHITE).mean() > BRIGHT_WHITE_SHARE:
        return Brightness.BRIGHT
    return Brightness.DIM if grey.mean() < DIM_MEAN else Brightness.USUAL


def _find_side(strongest: Grey) -> LightSide | None:
    light = ((strongest / 255) ** _GAMMA).astype(np.float32)
    across, down = _compare_ends(light.T), _compare_ends(light)
    if max(abs(across), abs(down)) < np.log2(SIDE_RATIO):
        return None
    if abs(across) > abs(down):
        return LightSide.LEFT if across > 0 else LightSide.RIGHT
    return LightSide.ABOVE if down > 0 else LightSide.BELOW


def _compare_ends(light: Grey) -> float:
    """Return how many times the first rows are brighter than the last, as a power of two; 0 where that is unclear.

    The outer thirds and the outer sixths must tell the same, or a bright thing in the middle would make a side; and
    most of the bright third must be brighter, or small bright things on black would.
    """
    thirds, sixths = (_cut_ends(light, part) for part in (3, 6))
    ratios = [_compare(*map(np.mean, thirds)), _compare(*map(np.mean, sixths))]
    most = _compare(*map(np.median, thirds))
    clear = min(ratios, key=abs)
    is_one_side = ratios[0] * ratios[1] > 0 and most * clear > 0 and abs(most) >= 1
    return clear if is_one_side else 0.0


def _cut_ends(light: Grey, part: int) -> tuple[Grey, Grey]:
    n = max(1, len(light) // part)
    return light[:n], light[-n:]


def _compare(first: np.floating, last: np.floating) -> float:
    if max(first, last) < SIDE_LIGHT:
        return 0.0
    return float(np.log2((first + _DARKEST) / (last + _DARKEST)))
