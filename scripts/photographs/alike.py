"""Finds pictures that are one picture: resized, recompressed, brightened, or cut from its middle."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

MOST_BITS_APART = 10
"""Of 64. On the fetched pictures, pairs up to here show one thing, and pairs from 14 on show two."""

_SIDE = 32
_LOW = 8
_KEPT_IN_MIDDLE = (1.0, 0.8, 0.6)

Print = NDArray[np.bool_]
"""One row of 64 bits for each cut."""


class SeenPictures:
    """Remembers pictures by what they look like."""

    def __init__(self) -> None:
        """Start with none."""
        self._prints: list[Print] = []

    def add(self, picture: Image.Image) -> bool:
        """Return whether the picture is a new one, and remember it then."""
        mine = take_print(picture)
        if any(_fits(mine, other) or _fits(other, mine) for other in self._prints):
            return False
        self._prints.append(mine)
        return True


def take_print(picture: Image.Image) -> Print:
    """Return the signs of a picture's lowest frequencies, of the whole and of its middle."""
    grey = np.asarray(picture.convert("L"), np.float32)
    return np.stack([_take_one_print(_cut_middle(grey, kept)) for kept in _KEPT_IN_MIDDLE])


def _cut_middle(grey: NDArray[np.float32], kept: float) -> NDArray[np.float32]:
    height, width = grey.shape
    top, left = int(height * (1 - kept) / 2), int(width * (1 - kept) / 2)
    return grey[top : height - top, left : width - left]


def _take_one_print(grey: NDArray[np.float32]) -> NDArray[np.bool_]:
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small)[:_LOW, :_LOW].ravel()
    return np.asarray(low > np.median(low[1:]))


def _fits(mine: Print, other: Print) -> bool:
    """Return whether my whole picture is the other's, or its middle."""
    return bool(((mine[:1] != other).sum(axis=1) <= MOST_BITS_APART).any())
