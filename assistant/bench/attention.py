"""The paper's curves (arXiv 2502.01419, section 3): how attention to the picture changes while a caption is written.

Of each decode step, from the probabilities ``a[j]`` that its token pays to image token j at the observed layer:

- share: ``sum(a)``, what the picture gets of all attention;
- boosted: ``sum(gain * a)``, the same with the boost, which weighs the values and is not made to sum to 1 again;
- entropy: of ``a / sum(a)``, divided by its largest value ``log(n)``: 0 looks at one spot, 1 everywhere alike;
- region: what the boxes of the thing that is just being named get of ``sum(a)``. A step names a thing where the token
  that it produces (the next one fed) belongs to the thing's name; elsewhere there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.bench.mentions import Mention
from assistant.bench.scenes import Box
from assistant.bench.tally import N_PARTS, Floats
from assistant.core.events import TraceStep

MEANS = ("share", "boosted", "entropy", "region")
"""The curves whose means are told."""


@dataclass(frozen=True)
class Curves:
    """One answer's curves, a number a step.

    Attributes:
        region: NaN where no thing with a known place is being named.
        area: the part of the picture that the region takes, likewise: what looking everywhere alike would give.
    """

    share: Floats
    boosted: Floats
    entropy: Floats
    region: Floats
    area: Floats

    def record(self) -> dict[str, list[float | None]]:
        """Return plain values for a file of results."""
        return {
            name: [None if np.isnan(v) else round(float(v), 4) for v in values]
            for name, values in vars(self).items()
        }


def read_record(record: dict[str, Any]) -> Curves:
    """Return the curves that ``Curves.record`` wrote."""
    return Curves(
        *(
            np.array([np.nan if v is None else v for v in record[name]], np.float64)
            for name in ("share", "boosted", "entropy", "region", "area")
        )
    )


def measure_curves(
    steps: Sequence[TraceStep],
    grid: tuple[int, int],
    aspect: float,
    mentions: Sequence[Mention],
    boxes: dict[str, list[Box]],
) -> Curves:
    """Return the curves of one answer.

    Args:
        steps: of its trace, with attention.
        grid: rows and columns of image tokens.
        aspect: the picture's width by its height; the model sees it padded to a square.
        mentions: places of the things in the joined pieces of the steps.
        boxes: where each thing of the scene is.
    """
    rows, columns = grid
    a = np.array([step.attention for step in steps] or np.empty((0, rows * columns)), np.float64)
    share = a.sum(axis=1)
    p = a / np.where(share > 0, share, 1.0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, -p * np.log(p), 0.0)
    entropy = terms.sum(axis=1) / max(np.log(a.shape[1]), 1e-9) if a.size else share
    region = np.full(len(steps), np.nan)
    area = np.full(len(steps), np.nan)
    covers = {
        thing: cover_tokens(found, rows, columns, aspect) for thing, found in boxes.items() if found
    }
    ends = np.cumsum([len(step.piece) for step in steps])
    starts = np.concatenate(([0], ends[:-1])) if len(ends) else ends
    for mention in mentions:
        if mention.thing not in covers or rows * columns != a.shape[1]:
            continue
        weights = covers[mention.thing]
        for fed in np.flatnonzero((starts < mention.end) & (ends > mention.start)):
            if fed:  # the first token comes of the prompt's last one, which is no step
                region[fed - 1] = p[fed - 1] @ weights
                area[fed - 1] = weights.mean()
    boosted = np.array([step.boosted for step in steps], np.float64)
    return Curves(share, boosted, entropy, region, area)


def cover_tokens(boxes: Sequence[Box], rows: int, columns: int, aspect: float) -> Floats:
    """Return how much of each image token's square the boxes cover, shape (rows * columns,), each 0 to 1."""
    width, height = (1.0, 1.0 / aspect) if aspect >= 1 else (aspect, 1.0)
    left, top = (1 - width) / 2, (1 - height) / 2
    covered = np.zeros((rows, columns))
    for x0, y0, x1, y1 in boxes:
        across = _overlap(left + x0 * width, left + x1 * width, columns)
        down = _overlap(top + y0 * height, top + y1 * height, rows)
        covered = np.maximum(covered, down[:, None] * across[None, :])
    return covered.reshape(-1)


def _overlap(start: float, end: float, n: int) -> npt.NDArray[np.float64]:
    edges = np.arange(n + 1) / n
    inside = np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1])
    return np.asarray(np.clip(inside, 0, None) * n, np.float64)


def average_by_third(found: Curves) -> Floats:
    """Return means of ``MEANS`` over the thirds of the steps, shape (3, len(MEANS)); NaN where there is none."""
    n = len(found.share)
    part = np.minimum(N_PARTS * np.arange(n) // max(n, 1), N_PARTS - 1)
    rows = []
    for k in range(N_PARTS):
        here = part == k
        values = [getattr(found, name)[here] for name in MEANS]
        known = [v[~np.isnan(v)] for v in values]
        rows.append([float(v.mean()) if len(v) else np.nan for v in known])
    return np.array(rows)
