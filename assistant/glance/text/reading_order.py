"""Puts pieces of lines into the order in which they are read: columns, then lines, then what stands on one line."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.glance.text.nets import Floats

SAME_LINE = 0.5
"""Two pieces stand on one line when their middles are that part of the lower one's height apart, or less."""
SAME_SIZE = 2.0
"""...and neither is more than that many times as high as the other."""
COLUMN_GAP = 1.0
"""A gap between columns is at least that many lines wide."""
LEAST_LINES = 3
"""A column has that many lines."""
PROSE = 7.0
"""Lines of prose are at least that many times as long as high; prices and names of things in a list are shorter."""
TELLING = 4.0
"""Pieces at least that many times as long as high tell how lines run."""
STEEP = 0.4
"""What is steeper than that, in px down for each px along, is no line of the page."""
STIFF = 2e-4
"""How strongly lines are held to run alike, so that a few tilted words do not bend the page."""
ALIGNED = 0.7
"""Two sides belong together as rows when at least that part of the shorter side has its counterpart on a line."""


@dataclass(frozen=True)
class _Span:
    """A piece in the page's own frame: ``number`` names it, and the rest is in px along and down the page."""

    number: int
    left: float
    right: float
    middle: float
    height: float
    slope: float

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2

    @property
    def start(self) -> float:
        """Return where the line would stand at the page's left edge."""
        return self.middle - self.slope * self.centre


def order_rows(pieces: Sequence[Floats], direction: float) -> list[list[int]]:
    """Return the numbers of pieces, line by line.

    Args:
        pieces: corners (4, 2) in px, the first being where reading starts.
        direction: which way the page's text runs, in degrees, clockwise as seen.
    """
    angle = np.radians(direction)
    turn = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    turned = [piece @ turn for piece in pieces]
    slopes = _fit_slopes(turned)
    spans = [
        _Span(
            number,
            left=float(piece[:, 0].min()),
            right=float(piece[:, 0].max()),
            middle=float(piece[:, 1].mean()),
            height=float(np.linalg.norm(piece[3] - piece[0])),
            slope=slope,
        )
        for number, (piece, slope) in enumerate(zip(turned, slopes, strict=True))
    ]
    return [[span.number for span in row] for row in _read(spans)]


def _fit_slopes(pieces: Sequence[Floats]) -> list[float]:
    """Return how lines run where each piece stands: seen from aside, they all run towards one far point.

    Each single piece tells it badly, because letters that hang down at one end tilt it; so the point is fitted.
    Lines through a point at (-1 / b, -a / b) have the slope a + b y at x = 0.
    """
    middles = np.array([piece.mean(0) for piece in pieces], np.float64)
    along = np.array([piece[1] - piece[0] for piece in pieces], np.float64)
    heights = np.array([np.linalg.norm(piece[3] - piece[0]) for piece in pieces])
    is_telling = (along[:, 0] > TELLING * heights) & (np.abs(along[:, 1]) < STEEP * along[:, 0])
    if not is_telling.any():
        return [0.0] * len(pieces)
    size = float(np.ptp(middles, axis=0).max()) + float(along[:, 0].max())
    x, y = ((middles - middles[is_telling].mean(0)) / size).T
    slopes, weights = along[is_telling, 1] / along[is_telling, 0], along[is_telling, 0] / size
    starts = y[is_telling] - slopes * x[is_telling]
    lines = np.stack([weights, weights * starts], 1)
    # What few or short lines tell of a far point is held near none.
    held = np.diag([1e-9, STIFF])
    a, b = np.linalg.solve(lines.T @ lines + held, lines.T @ (weights * slopes))
    return [float(slope) for slope in (a + b * y) / np.clip(1 + b * x, 0.5, 2)]


def _read(spans: list[_Span]) -> list[list[_Span]]:
    """Return lines in reading order: columns that stand side by side are read one after the other."""
    if len(spans) >= 2 * LEAST_LINES:
        for block in (spans, *_bands(spans)):
            if columns := _split_columns(block):
                rest = [span for span in spans if span not in block]
                above = [span for span in rest if span.middle < min(s.middle for s in block)]
                below = [span for span in rest if span not in above]
                parts = [above, *columns, below]
                return [row for part in parts for row in _read(part)]
    return _rows(spans)


def _bands(spans: list[_Span]) -> list[list[_Span]]:
    """Return what stands between lines that go over the whole width: headings and footers part columns."""
    left, right = min(s.left for s in spans), max(s.right for s in spans)
    middle = (left + right) / 2
    wide = sorted(
        (s for s in spans if s.left < middle < s.right and s.right - s.left > 0.3 * (right - left)),
        key=lambda s: s.middle,
    )
    edges = [-np.inf, *(s.middle for s in wide), np.inf]
    bands = [
        [s for s in spans if above < s.middle < below and s not in wide]
        for above, below in itertools.pairwise(edges)
    ]
    return sorted((b for b in bands if len(b) >= 2 * LEAST_LINES), key=len, reverse=True)


def _split_columns(spans: list[_Span]) -> list[list[_Span]] | None:
    """Return the left and the right column at the widest gap that parts columns, or None."""
    by_left = sorted(spans, key=lambda s: s.left)
    height = float(np.median([s.height for s in spans]))
    gaps = []
    reach = by_left[0].right
    for i, span in enumerate(by_left[1:], 1):
        if span.left - reach >= COLUMN_GAP * height:
            gaps.append((span.left - reach, i))
        reach = max(reach, span.right)
    for _, i in sorted(gaps, reverse=True):
        left, right = by_left[:i], by_left[i:]
        if _are_columns(left, right):
            return [left, right]
    return None


def _are_columns(left: list[_Span], right: list[_Span]) -> bool:
    """Return whether two sides are read one after the other, not across as a table or a bill is."""
    if min(len(left), len(right)) < LEAST_LINES:
        return False
    if all(
        np.median([(s.right - s.left) / s.height for s in side]) >= PROSE for side in (left, right)
    ):
        return True
    few, many = sorted((left, right), key=len)
    matched = sum(any(_on_one_line(a, b) for b in many) for a in few)
    return matched < ALIGNED * len(few)


def _rows(spans: list[_Span]) -> list[list[_Span]]:
    """Return lines from the top down, each from left to right."""
    rows: list[list[_Span]] = []
    for span in sorted(spans, key=lambda s: s.start):
        for row in reversed(rows):
            if any(_on_one_line(span, other) for other in row) and not any(
                min(span.right, other.right) - max(span.left, other.left) > 0.5 * span.height
                for other in row
            ):
                row.append(span)
                break
        else:
            rows.append([span])
    rows.sort(key=lambda row: float(np.mean([span.start for span in row])))
    return [sorted(row, key=lambda s: s.left) for row in rows]


def _on_one_line(a: _Span, b: _Span) -> bool:
    lower, higher = sorted((a.height, b.height))
    apart = b.middle - a.middle - (a.slope + b.slope) / 2 * (b.centre - a.centre)
    return abs(apart) <= SAME_LINE * lower and higher <= SAME_SIZE * lower
