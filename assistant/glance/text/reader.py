"""Reads the text in a picture, line by line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from assistant.core.findings import Box, TextLine
from assistant.glance.text import weights
from assistant.glance.text.alphabet import read_alphabet
from assistant.glance.text.detect import Detector
from assistant.glance.text.direction import face, find_direction, runs_along
from assistant.glance.text.nets import Floats, Image, Net
from assistant.glance.text.reading_order import order_rows
from assistant.glance.text.recognize import Recognizer, UpsideDown, cut_out
from assistant.system.printable import printable

SURE = 0.8
"""What is less sure is not said; docs/reading-text.md has the figures."""
SURE_OF_SHORT = {1: 0.98, 2: 0.9, 3: 0.9, 4: 0.9}
"""The same for so few letters and digits, which are also seen in tools and towers: "X" in a pair of pliers."""
MOST_SIDE_PX = 16_000
"""A longer side is shrunk to it: OpenCV cuts pieces out of pictures of at most 32767 px."""
JURORS = 8
"""How many of the longest pieces tell whether the page stands on its head."""
DOUBT = 0.1
"""Where they are less sure than that, the longest is read both ways."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of a line as it was read.

    Attributes:
        text: printable.
        score: how sure it is, from 0 to 1.
        corners: (4, 2) in px, the first being where reading starts.
    """

    text: str
    score: float
    corners: Floats


class TextReader:
    """Reads text in pictures; the weights are loaded once, when it is made.

    Raises:
        AssistantError: the weights are missing or damaged.
    """

    def __init__(self, folder: Path | None = None) -> None:
        place = folder or weights.find_folder()
        self._detector = Detector(weights.read_weights(place, weights.DETECTOR))
        model = weights.read_weights(place, weights.RECOGNIZER)
        self._recognizer = Recognizer(Net(model), read_alphabet(model))
        self._upside_down = UpsideDown(Net(weights.read_weights(place, weights.UPSIDE_DOWN)))

    def read(self, image: Image) -> list[TextLine]:
        """Return the lines of an RGB picture (h, w, 3) in reading order."""
        return list(self.read_lines(image))

    def read_lines(self, image: Image) -> Iterator[TextLine]:
        """Yield the lines of an RGB picture (h, w, 3) in reading order, each as soon as it is read."""
        for row in self.read_rows(image):
            if line := join_row(row):
                yield line

    def read_rows(self, image: Image) -> Iterator[list[Piece]]:
        """Yield what stands on each line of an RGB picture (h, w, 3), however unsure it is."""
        scale = max(1.0, max(image.shape[:2]) / MOST_SIDE_PX)
        if scale > 1:
            size = (max(1, round(side / scale)) for side in image.shape[1::-1])
            shrunk = cv2.resize(image, tuple(size), interpolation=cv2.INTER_AREA)
            image = np.asarray(shrunk, np.uint8)
        found = [quad.corners for quad in self._detector.find(image)]
        if not found:
            return
        faced, direction = self._turn(image, found)
        for row in order_rows(faced, direction):
            pieces = [self._read_piece(image, faced[number]) for number in row]
            yield [replace(piece, corners=piece.corners * scale) for piece in pieces]

    def _turn(self, image: Image, pieces: Sequence[Floats]) -> tuple[list[Floats], float]:
        """Return the pieces, each from where reading starts, and which way the page's text runs in degrees."""
        direction = find_direction(pieces)
        turned = [face(piece, direction) for piece in pieces]
        along = [piece for piece in turned if runs_along(piece, direction)]
        is_page_over = self._stand_on_head(image, along)
        faced = []
        for piece in turned:
            is_over = (
                is_page_over
                if runs_along(piece, direction)
                else self._stand_on_head(image, [piece])
            )
            faced.append(np.roll(piece, 2, 0) if is_over else piece)
        return faced, direction + 180 * is_page_over

    def _stand_on_head(self, image: Image, pieces: Sequence[Floats]) -> bool:
        """Return whether pieces, which stand alike, stand on their heads."""
        jurors = sorted(pieces, key=lambda p: -float(np.linalg.norm(p[1] - p[0])))[:JURORS]
        if not jurors:
            return False
        over = float(np.mean([self._upside_down.judge(cut_out(image, piece)) for piece in jurors]))
        if DOUBT < over < 1 - DOUBT:  # one short word, mostly: whichever way reads better
            ways = (jurors[0], np.roll(jurors[0], 2, 0))
            upright, turned = (self._read_piece(image, corners).score for corners in ways)
            return turned > upright
        return over > 0.5

    def _read_piece(self, image: Image, corners: Floats) -> Piece:
        text, score = self._recognizer.read(cut_out(image, corners))
        text = " ".join(printable(text).split())
        return Piece(text, score if text else 0.0, corners)


def join_row(row: Sequence[Piece], least_score: float = SURE) -> TextLine | None:
    """Return what stands on a line, without the pieces that are not sure."""
    sure = [piece for piece in row if piece.score >= max(least_score, _least_score(piece.text))]
    if not sure:
        return None
    score = round(min(piece.score for piece in sure), 3)
    box = _box(np.concatenate([piece.corners for piece in sure]))
    return TextLine(" ".join(piece.text for piece in sure), score, box)


def _least_score(text: str) -> float:
    """Return how sure a text must be by its letters and digits; without any, nothing is sure enough."""
    count = sum(sign.isalnum() for sign in text)
    return SURE_OF_SHORT.get(count, 0.0) if count else math.inf


def _box(corners: Floats) -> Box:
    """Return left, top, width and height in px of what holds all corners."""
    left, top = (math.floor(value) for value in corners.min(0))
    right, bottom = (math.ceil(value) for value in corners.max(0))
    return left, top, right - left, bottom - top
