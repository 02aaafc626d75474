"""Finds where text stands: PP-OCR's detector and its post-processing, "differentiable binarization" (DB)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from cv2.typing import MatLike

from assistant.glance.text.nets import Floats, Image, Net

LEAST_SIDE_PX = 8
"""A side that is shorter holds no letter."""
MOST_MAP_PX = 1_000_000
"""How much the detector is given to see: its time and memory grow with it."""
SMALL_SIDE_PX = 736
"""The shorter side that small pictures are enlarged to, as in PP-OCR, but at most fourfold."""
MOST_ENLARGED = 4.0
STRIDE = 32
"""The detector's sides are multiples of it."""

INK = 0.3
"""The least probability that a point belongs to text."""
TEXT = 0.5
"""The least mean probability within an outline."""
UNCLIP = 1.6
"""The detector sees lines shrunk; how far they are widened again, as a factor of area through circumference."""
LEAST_MAP_PX = 3
PART = 0.6
"""A piece of which a larger one covers that much is a part of it, if that one is straight."""
STRAIGHT = 0.6
"""The least fill of a straight piece. The rectangle of a bent one also holds its neighbours."""
MOST_BOXES = 500


@dataclass(frozen=True, eq=False)
class Quad:
    """Where a piece of a line stands.

    Attributes:
        corners: (4, 2) in px: x and y, clockwise as seen; between the first and the second lies one of the long sides.
        score: how sure the detector is, from 0 to 1.
        fill: which part of what the detector's rectangle holds is text: little where the line bends.
    """

    corners: Floats
    score: float
    fill: float


class Detector:
    """Finds pieces of lines of text.

    Args:
        model: the contents of the detector's ONNX file.
    """

    def __init__(self, model: bytes) -> None:
        self._model = model

    def find(self, image: Image) -> list[Quad]:
        """Return where text stands in an RGB picture (h, w, 3), in no particular order."""
        height, width = image.shape[:2]
        if min(height, width) < LEAST_SIDE_PX:
            return []
        map_height, map_width = fit_map(height, width)
        shrinks = map_width < width
        seen = cv2.resize(
            image,
            (map_width, map_height),
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
        )
        pad = STRIDE if min(map_height, map_width) <= 2 * STRIDE else 0
        if pad:  # a strip as high as its letters: the detector needs to see where they end
            seen = cv2.copyMakeBorder(seen, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
        # Loaded for each picture: a loaded model keeps 200 MB, which are needed for spelling then.
        probabilities = Net(self._model).run(seen)[0]
        scale = np.array([width / map_width, height / map_height], np.float32)
        limits = np.array([width, height], np.float32)
        return [
            replace(quad, corners=np.clip((quad.corners - pad) * scale, 0, limits))
            for quad in read_map(probabilities)
        ]


def fit_map(height: int, width: int) -> tuple[int, int]:
    """Return height and width for the detector, whose sides are multiples of 32."""
    scale = max(1.0, min(SMALL_SIDE_PX / min(height, width), MOST_ENLARGED))
    scale = min(scale, (MOST_MAP_PX / (height * width)) ** 0.5)
    # The short side of a long thin strip is rounded up to the least, so the long one has a limit of its own.
    most = MOST_MAP_PX // STRIDE // STRIDE
    map_height, map_width = (
        min(max(round(side * scale / STRIDE), 1), most) * STRIDE for side in (height, width)
    )
    return map_height, map_width


def read_map(probabilities: Floats) -> list[Quad]:
    """Return the pieces of text of a map (h, w) that says how probably each point belongs to text."""
    ink = cv2.dilate((probabilities > INK).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(ink, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    quads = []
    largest = sorted(contours, key=cv2.contourArea, reverse=True)
    for contour in largest[:MOST_BOXES]:
        centre, (across, down), angle = cv2.minAreaRect(contour)
        if min(across, down) < LEAST_MAP_PX:
            continue
        # Within the outline: the rectangle of a bent line holds much that is no text.
        score = _mean_within(probabilities, contour[:, 0])
        if score < TEXT:
            continue
        # A rectangle widened by the same distance on all sides is a rectangle.
        wider = UNCLIP * across * down / (across + down)
        corners = cv2.boxPoints((centre, (across + wider, down + wider), angle))
        fill = cv2.contourArea(contour) / (across * down)
        quads.append(Quad(_long_side_first(corners), score, fill))
    return _drop_parts(quads)


def _drop_parts(quads: list[Quad]) -> list[Quad]:
    """Return the pieces that are no part of a larger one: a letter of a large word is also found by itself."""
    kept: list[Quad] = []
    for quad in sorted(quads, key=lambda q: -cv2.contourArea(q.corners)):
        area = cv2.contourArea(quad.corners)
        middle = quad.corners.mean(0)
        if not any(
            larger.fill > STRAIGHT
            and (middle > larger.corners.min(0)).all()
            and (middle < larger.corners.max(0)).all()
            and cv2.intersectConvexConvex(larger.corners, quad.corners)[0] > PART * area
            for larger in kept
        ):
            kept.append(quad)
    return kept


def _mean_within(probabilities: Floats, corners: MatLike) -> float:
    """Return the mean of the map within corners (n, 2)."""
    height, width = probabilities.shape
    left, top = np.clip(np.floor(corners.min(0)).astype(int), 0, (width - 1, height - 1))
    right, bottom = np.clip(np.ceil(corners.max(0)).astype(int), 0, (width - 1, height - 1))
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(mask, (corners - (left, top)).astype(np.int32)[None], 1)
    return float(cv2.mean(probabilities[top : bottom + 1, left : right + 1], mask)[0])


def _long_side_first(corners: MatLike) -> Floats:
    first, second = (np.linalg.norm(corners[i + 1] - corners[i]) for i in (0, 1))
    return np.asarray(corners if first >= second else np.roll(corners, -1, 0), np.float32)
