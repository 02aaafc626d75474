"""Differences between two methods on the same pictures, with 95 % intervals (paired bootstrap over pictures)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from assistant.bench.tally import FIGURES, Floats, figures

RESAMPLES = 2000
SEED = 0


@dataclass(frozen=True)
class Difference:
    """Ours less theirs, and the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def compare_captions(ours: Floats, theirs: Floats) -> dict[str, Difference]:
    """Return differences of the micro figures.

    Args:
        ours: counts by caption, shape (n, fields of ``Tally``).
        theirs: the same captions' counts with the other method, in the same order.
    """
    found = compare(ours, theirs, lambda sums: figures(sums), len(FIGURES))
    return dict(zip(FIGURES, found, strict=True))


def compare(
    ours: Floats, theirs: Floats, figures_of: Callable[[Floats], Floats], n_figures: int
) -> list[Difference]:
    """Return differences of any figures that follow from summed counts.

    Args:
        ours: counts by picture, shape (n, counts).
        theirs: the same pictures' counts with the other method, in the same order.
        figures_of: sums, shape (..., counts), to figures, shape (..., figures).
        n_figures: how many figures.

    Raises:
        ValueError: not the same pictures.
    """
    if ours.shape != theirs.shape:
        raise ValueError(f"not the same pictures: {ours.shape} and {theirs.shape}")
    n = len(ours)
    if n == 0:
        return [Difference(0.0, 0.0, 0.0)] * n_figures
    value = figures_of(ours.sum(axis=0)) - figures_of(theirs.sum(axis=0))
    # How often each picture is drawn: the same draws for both, which is what makes it paired.
    times = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), RESAMPLES).astype(float)
    spread = figures_of(times @ ours) - figures_of(times @ theirs)
    low, high = np.quantile(spread, (0.025, 0.975), axis=0)
    return [
        Difference(float(v), float(a), float(b)) for v, a, b in zip(value, low, high, strict=True)
    ]
