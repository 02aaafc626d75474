"""Finds what is wrong with a picture before the slow model looks at it. Pure numpy, well under a tenth of a second.

Thresholds are measured by ``scripts/bench/quality_check.py``; ``docs/quality-check.md`` has the table. Tilt is
not judged: edges of drawn and indoor pictures run at all angles, and the reader has followed a picture's own
orientation data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from assistant.core.events import ImageRgb
from assistant.messages import camera as words

Grey = npt.NDArray[np.float32]

WORK_SIDE_PX = 640
"""Longest side of the picture that is judged; close to what the model sees."""

DARK_HIGHEST = 42.0
"""Too dark when even the brightest hundredth (0 to 255) lies below this."""
BRIGHT_LOWEST = 145.0
"""Too bright when even the darkest fiftieth lies above this, and much is white."""
BRIGHT_WHITE_SHARE = 0.45
"""Share of pixels at the top of the scale that makes a picture without dark parts too bright."""
FLAT_CONTRAST = 8.0
"""Covered or uniform when neighbouring fields of the picture differ by less than this, 99 times of 100."""
SHARP_STEP = 0.27
"""Blurred when edges rise over one pixel by less than this part of their height."""
DARK_FLAT_CONTRAST = 2.5
"""The same in a dark picture, where every difference is small."""

_WHITE = 250.0
_EDGE_HEIGHT = 24.0
_EDGE_REACH = 6
_MIN_EDGES = 40
_EDGE_PERCENTILE = 90.0
_FIELD_PX = 16


class Problem(StrEnum):
    """What can be wrong."""

    DARK = "dark"
    BRIGHT = "bright"
    COVERED = "covered"
    BLURRED = "blurred"

    @property
    def sentence(self) -> str:
        """What to say about it; ``messages.camera.describing_anyway`` may follow."""
        return _SENTENCES[self]


_SENTENCES = {
    Problem.DARK: words.TOO_DARK,
    Problem.BRIGHT: words.TOO_BRIGHT,
    Problem.COVERED: words.COVERED,
    Problem.BLURRED: words.BLURRED,
}


@dataclass(frozen=True)
class Measures:
    """What is measured; each is compared with one of the thresholds above.

    Attributes:
        highest: brightness below which 99 of 100 pixels lie.
        lowest: brightness above which 98 of 100 pixels lie.
        white_share: share of pixels that are white or nearly.
        contrast: difference of neighbouring fields that 99 of 100 stay below.
        edge_step: rise over one pixel as part of an edge's height, for the sharper edges; None where the
            picture has too few edges to tell.
    """

    highest: float
    lowest: float
    white_share: float
    contrast: float
    edge_step: float | None


def assess(image_rgb: ImageRgb) -> list[Problem]:
    """Look for problems.

    Args:
        image_rgb: shape (height, width, 3), uint8.

    Returns:
        The problems, or the gravest alone where it explains the others; usually none.
    """
    m = measure(image_rgb)
    if m.highest < DARK_HIGHEST:
        is_flat = m.contrast < DARK_FLAT_CONTRAST
        return [Problem.COVERED if is_flat else Problem.DARK]
    if m.contrast < FLAT_CONTRAST and (m.edge_step is None or m.edge_step < SHARP_STEP):
        return [Problem.COVERED]
    found = []
    if m.lowest > BRIGHT_LOWEST and m.white_share > BRIGHT_WHITE_SHARE:
        found.append(Problem.BRIGHT)
    if m.edge_step is not None and m.edge_step < SHARP_STEP:
        found.append(Problem.BLURRED)
    return found


def warm() -> None:
    """Load all that the first picture would load: later there may be no memory for it."""
    assess((np.arange(3 * 64 * 64) * 37 % 251).astype(np.uint8).reshape(64, 64, 3))


def measure(image_rgb: ImageRgb) -> Measures:
    """Measure a picture of shape (height, width, 3), uint8."""
    grey = _grey(image_rgb)
    lowest, highest = np.percentile(grey, (2, 99))
    return Measures(
        float(highest),
        float(lowest),
        float((grey >= _WHITE).mean()),
        _contrast(grey),
        _edge_step(grey),
    )


def _grey(image_rgb: ImageRgb) -> Grey:
    """Return the brightness, made smaller by whole factors; sums of bytes stay exact in 32 bits."""
    factor = max(1, round(max(image_rgb.shape[:2]) / WORK_SIDE_PX))
    red, green, blue = (image_rgb[..., c].astype(np.float32) for c in range(3))
    grey = 0.299 * red + 0.587 * green + 0.114 * blue
    return grey if factor == 1 else _fields(grey, factor)


def _fields(grey: Grey, side: int) -> Grey:
    """Return the means of square fields; what is left over on the right and below is cut off."""
    side = min(side, *grey.shape)
    rows, columns = grey.shape[0] // side, grey.shape[1] // side
    cut = grey[: rows * side, : columns * side]
    means: Grey = cut.reshape(rows, side, columns, side).mean(axis=(1, 3), dtype=np.float32)
    return means


def _contrast(grey: Grey) -> float:
    fields = _fields(grey, _FIELD_PX)
    across = [np.abs(np.diff(fields, axis=axis)).ravel() for axis in (0, 1)]
    differences = np.concatenate(across)
    return float(np.percentile(differences, 99)) if differences.size else 0.0


def _edge_step(grey: Grey) -> float | None:
    """Measure the direction with the softer edges: a shaken camera blurs only one."""
    steps = [step for step in (_steps(grey), _steps(grey.T)) if step is not None]
    return min(steps, default=None)


def _steps(grey: Grey) -> float | None:
    """Measure how steeply edges rise from left to right, compared with how high they are."""
    if grey.shape[1] <= 2 * _EDGE_REACH + 1:
        return None
    # Neighbouring rows are averaged, so that a sensor's noise makes no edges of its own.
    rows = grey[: grey.shape[0] // 2 * 2].reshape(-1, 2, grey.shape[1]).mean(axis=1)
    step = np.abs(np.diff(rows, axis=1))
    inner = slice(_EDGE_REACH, -_EDGE_REACH)
    centre = step[:, inner]
    # Only the steepest place of each edge is looked at.
    is_peak = (centre >= step[:, _EDGE_REACH - 1 : -_EDGE_REACH - 1]) & (
        centre >= step[:, _EDGE_REACH + 1 : step.shape[1] - _EDGE_REACH + 1]
    )
    row, column = np.nonzero(is_peak & (centre > 1.5))
    if row.size == 0:
        return None
    reach = np.arange(-_EDGE_REACH + 1, _EDGE_REACH + 1)
    around = rows[row[:, None], column[:, None] + _EDGE_REACH + reach]
    height = around.max(axis=1) - around.min(axis=1)
    is_edge = height >= _EDGE_HEIGHT
    if int(is_edge.sum()) < _MIN_EDGES:
        return None
    return float(np.percentile(centre[row, column][is_edge] / height[is_edge], _EDGE_PERCENTILE))
