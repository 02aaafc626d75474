"""Tells which way lines run: a phone's pictures are turned by quarters, and lie askew besides."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from assistant.glance.text.nets import Floats

LONG = 2.0
"""How many times as long as high a piece must be to tell which way its line runs."""
SQUARE = 1.5
"""A piece that is less long than that many times its height may have been measured across its line."""
NEAR_DEG = 20.0
"""Pieces that run within that angle of each other run the same way."""


def find_direction(pieces: Sequence[Floats]) -> float:
    """Return the angle in which most of the text runs, from -45 to 135 degrees, clockwise as seen.

    Whether it stands on its head is not told by where it stands. Text that runs upwards counts as running down.

    Args:
        pieces: corners (4, 2) in px, clockwise, one of the long sides first.
    """
    sides = np.array([(piece[1] - piece[0], piece[2] - piece[1]) for piece in pieces])
    lengths = np.linalg.norm(sides, axis=2)
    is_long = lengths[:, 0] >= LONG * lengths[:, 1]
    if not is_long.any():
        return 0.0
    along = sides[is_long, 0]
    weights = lengths[is_long, 0]
    angles = np.degrees(np.arctan2(along[:, 1], along[:, 0])) % 180
    apart = np.abs((angles[:, None] - angles[None, :] + 90) % 180 - 90)
    most = np.argmax((apart < NEAR_DEG) @ weights)
    near = apart[most] < NEAR_DEG
    # Half turns are the same, so the mean is taken of doubled angles.
    doubled = np.radians(2 * angles[near])
    mean = np.degrees(np.arctan2(weights[near] @ np.sin(doubled), weights[near] @ np.cos(doubled)))
    return float((mean / 2 + 45) % 180 - 45)


def face(piece: Floats, direction: float) -> Floats:
    """Return the corners of a piece, first the one where reading starts if the page's text runs in a direction.

    A piece that runs across the page's text keeps its own direction, downwards or to the right.
    """
    along, down = piece[1] - piece[0], piece[2] - piece[1]
    if np.linalg.norm(along) < SQUARE * np.linalg.norm(down):
        turns = int(np.argmax([_cos(piece, turn, direction) for turn in range(4)]))
        return np.roll(piece, -turns, 0)
    if not runs_along(piece, direction):
        own = float(np.degrees(np.arctan2(along[1], along[0])))
        direction = (own + 45) % 180 - 45
    return piece if _cos(piece, 0, direction) > 0 else np.roll(piece, 2, 0)


def runs_along(piece: Floats, direction: float) -> bool:
    """Return whether a piece runs as the page's text does, on its head or not."""
    return abs(_cos(piece, 0, direction)) > math.sqrt(0.5)


def _cos(piece: Floats, turns: int, direction: float) -> float:
    """Return the cosine between a side of a piece and a direction in degrees."""
    side = piece[(turns + 1) % 4] - piece[turns]
    angle = np.radians(direction)
    length = max(float(np.linalg.norm(side)), 1e-6)
    return float(side @ (np.cos(angle), np.sin(angle))) / length
