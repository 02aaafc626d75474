"""Tells a still scene from a moving one, by comparing small pictures of it. Pure numpy."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from assistant.core.events import ImageRgb

STILL_S = 1.0
"""How long nothing may have moved."""
_GRID = (24, 32)
"""Rows and columns of the small pictures; a cell averages away a sensor's noise."""
_CELL_CHANGE = 8.0
"""Change of a cell's brightness (0 to 255), beyond that of the whole picture, that counts as moved."""
_MOVED_SHARE = 0.02
"""Share of moved cells from which the scene has changed."""
_EXPOSURE_CHANGE = 25.0
"""Change of the whole picture's brightness that counts: a light went on, a hand covers the camera."""


class StillnessDetector:
    """A detector that compares each frame with those of the last second, so that it sees slow movement too."""

    def __init__(self, still_s: float = STILL_S) -> None:
        self._still_s = still_s
        self._seen: deque[tuple[float, npt.NDArray[np.float32]]] = deque()
        self._still_since: float | None = None

    def feed(self, frame: ImageRgb, now_s: float) -> bool:
        """Take the newest frame, shape (height, width, 3); return whether the scene was still for ``still_s``.

        ``now_s`` must not go backwards.
        """
        cells = thumbnail(frame)
        if any(_has_moved(before, cells) for _, before in self._seen):
            self._seen.clear()
            self._still_since = None
        if self._still_since is None:
            self._still_since = now_s
        self._seen.append((now_s, cells))
        # One frame from before the span stays, so that the whole span is looked at.
        while len(self._seen) > 1 and self._seen[1][0] <= now_s - self._still_s:
            self._seen.popleft()
        return now_s - self._still_since >= self._still_s


def thumbnail(frame: ImageRgb) -> npt.NDArray[np.float32]:
    """Return the mean brightness of each cell, shape ``_GRID``; large frames are sampled, not summed whole."""
    rows, columns = _GRID
    step = max(1, min(frame.shape[0] // (rows * 4), frame.shape[1] // (columns * 4)))
    grey = frame[::step, ::step].astype(np.float32).mean(axis=2)
    tall = np.array_split(grey, min(rows, grey.shape[0]), axis=0)
    wide = np.stack([part.mean(axis=0) for part in tall])
    split = np.array_split(wide, min(columns, wide.shape[1]), axis=1)
    return np.stack([part.mean(axis=1) for part in split], axis=1)


def _has_moved(before: npt.NDArray[np.float32], now: npt.NDArray[np.float32]) -> bool:
    if before.shape != now.shape:
        return True
    change = now - before
    whole = float(np.median(change))
    moved = np.abs(change - whole) > _CELL_CHANGE
    return abs(whole) > _EXPOSURE_CHANGE or float(moved.mean()) > _MOVED_SHARE
