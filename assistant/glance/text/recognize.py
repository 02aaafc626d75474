"""Reads a piece of a line: cuts it out, tells whether it stands on its head, and spells it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from assistant.glance.text.nets import Floats, Image, Net

LINE_HEIGHT_PX = 48
LEAST_WIDTH_PX = 48
MOST_WIDTH_PX = 1600
"""A line of about 110 letters; what is longer is squeezed, because memory grows with it."""
UPSIDE_DOWN_WIDTH_PX = 192


def cut_out(image: Image, corners: Floats, height_px: int = LINE_HEIGHT_PX) -> Image:
    """Return what stands between four corners (4, 2), the first being where reading starts, at a height in px."""
    width = (_length(corners, 0, 1) + _length(corners, 3, 2)) / 2
    height = (_length(corners, 0, 3) + _length(corners, 1, 2)) / 2
    wanted = round(min(max(height_px * width / height, LEAST_WIDTH_PX), MOST_WIDTH_PX))
    # Large letters are cut out as large as they are, and then shrunk over areas, or thin strokes are lost.
    shrinks = height > 1.5 * height_px
    size = (round(width), round(height)) if shrinks else (wanted, height_px)
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    cut = cv2.warpPerspective(
        image,
        cv2.getPerspectiveTransform(corners.astype(np.float32), target),
        size,
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if shrinks:
        cut = cv2.resize(cut, (wanted, height_px), interpolation=cv2.INTER_AREA)
    return np.asarray(cut, np.uint8)


def _length(corners: Floats, start: int, end: int) -> float:
    return max(1.0, float(np.linalg.norm(corners[end] - corners[start])))


class Recognizer:
    """Spells pieces of lines."""

    def __init__(self, net: Net, alphabet: Sequence[str]) -> None:
        self._net = net
        self._alphabet = alphabet

    def read(self, line: Image) -> tuple[str, float]:
        """Return the text of a line (48, w, 3), and how sure that is, from 0 to 1.

        One line at a time costs least: lines of several lengths would have to be filled up to the longest.
        """
        return decode(self._net.run(line), self._alphabet)


def decode(steps: Floats, alphabet: Sequence[str]) -> tuple[str, float]:
    """Return what steps (n, characters) of probabilities spell, and the mean of those that spell it (CTC).

    A character that lasts several steps is one; between two of the same stands a gap, which is number 0.
    """
    numbers = steps.argmax(1)
    starts = np.append(True, numbers[1:] != numbers[:-1]) & (numbers != 0)
    if not starts.any():
        return "", 0.0
    text = "".join(alphabet[number] for number in numbers[starts])
    return text, float(steps.max(1)[starts].mean())


class UpsideDown:
    """Tells whether a line stands on its head."""

    def __init__(self, net: Net) -> None:
        self._net = net

    def judge(self, line: Image) -> float:
        """Return how probably a line (48, w, 3) stands on its head; a long one is judged by its beginning."""
        start = line[:, :UPSIDE_DOWN_WIDTH_PX]
        filled = np.full((LINE_HEIGHT_PX, UPSIDE_DOWN_WIDTH_PX, 3), 127.5, np.float32)
        filled[:, : start.shape[1]] = start
        return float(self._net.run(filled)[1])
