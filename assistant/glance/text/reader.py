"""Reads the text in a picture, line by line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

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
"""What is less sure is not said; docs/photographs.md has the figures."""
JURORS = 8
"""How many of the longest pieces tell whether the page stands on its head."""


class TextReader:
    """Reads text in pictures; the weights are loaded once, when it is made.

    Raises:
        AssistantError: the weights are missing or damaged, or this OpenCV cannot run them.
    """

    def __init__(self, folder: Path | None = None) -> None:
        place = folder or weights.find_folder()
        self._detector = Detector(Net(weights.read_weights(place, weights.DETECTOR)))
        model = weights.read_weights(place, weights.RECOGNIZER)
        self._recognizer = Recognizer(Net(model), read_alphabet(model))
        self._upside_down = UpsideDown(Net(weights.read_weights(place, weights.UPSIDE_DOWN)))

    def read(self, image: Image) -> list[TextLine]:
        """Return the lines of an RGB picture (h, w, 3) in reading order."""
        return list(self.read_lines(image))

    def read_lines(self, image: Image) -> Iterator[TextLine]:
        """Yield the lines of an RGB picture (h, w, 3) in reading order, each as soon as it is read."""
        pieces = [quad.corners for quad in self._detector.find(image)]
        if not pieces:
            return
        pieces, direction = self._turn(image, pieces)
        for row in order_rows(pieces, direction):
            if line := self._read_row(image, [pieces[number] for number in row]):
                yield line

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
        """Return whether pieces stand on their heads: the longest vote."""
        jurors = sorted(pieces, key=lambda p: -float(np.linalg.norm(p[1] - p[0])))[:JURORS]
        votes = [self._upside_down.judge(cut_out(image, piece)) - 0.5 for piece in jurors]
        return sum(votes) > 0

    def _read_row(self, image: Image, pieces: Sequence[Floats]) -> TextLine | None:
        """Return what stands on a line, without the pieces that are not sure."""
        texts, scores, corners = [], [], []
        for piece in pieces:
            text, score = self._recognizer.read(cut_out(image, piece))
            text = " ".join(printable(text).split())
            if score >= SURE and any(sign.isalnum() for sign in text):
                texts.append(text)
                scores.append(score)
                corners.append(piece)
        if not texts:
            return None
        return TextLine(" ".join(texts), round(min(scores), 3), _box(np.concatenate(corners)))


def _box(corners: Floats) -> Box:
    """Return left, top, width and height in px of what holds all corners."""
    left, top = (math.floor(value) for value in corners.min(0))
    right, bottom = (math.ceil(value) for value in corners.max(0))
    return left, top, right - left, bottom - top
