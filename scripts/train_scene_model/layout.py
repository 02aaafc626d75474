"""Where the things of a scene stand: a floor in perspective, a shelf, a wall, the air.

On the floor lower is nearer, and nearer is larger. A thing that finds no room is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .choice import Choice
from .kinds import KIND_BY_NAME
from .sprites import aspect

SHELF = 0.30
PER_CELL = 3
SMALLEST, LARGEST = 0.135, 0.45
# Between the size words nothing is drawn, so that none is a matter of opinion; likewise near the
# borders of the nine places, and for two things of a place that stand one above the other.
_GAPS = ((0.175, 0.195), (0.27, 0.29))
_BORDER = 0.022
_LEFT_RIGHT = 0.05
_COVERED, _SIGN_COVERED = 0.30, 0.08
_TRIES = 40


@dataclass(frozen=True)
class Placed:
    """A choice in its place; lengths are parts of the picture's side."""

    choice: Choice
    x: float
    y: float
    width: float
    height: float
    is_standing: bool

    @property
    def cell(self) -> int:
        """Number of the cell in reading order."""
        return min(int(self.y * 3), 2) * 3 + min(int(self.x * 3), 2)

    @property
    def depth(self) -> float:
        """Drawing order: what hangs or flies first, then from far to near."""
        return self.y + self.height / 2 if self.is_standing else 0.0


def place(
    rng: np.random.Generator, choices: list[Choice], horizon: float, is_indoors: bool
) -> list[Placed]:
    """Places as many as fit, in drawing order."""
    placed: dict[int, Placed] = {}
    for number, choice in enumerate(choices):
        near = placed.get(choice.beside) if choice.beside is not None else None
        for _ in range(_TRIES):
            one = _try(rng, choice, horizon, is_indoors, near)
            if one is not None and _fits(one, list(placed.values())):
                placed[number] = one
                break
    return sorted(placed.values(), key=lambda one: one.depth)


def _try(
    rng: np.random.Generator,
    choice: Choice,
    horizon: float,
    is_indoors: bool,
    near: Placed | None,
) -> Placed | None:
    kind = KIND_BY_NAME[choice.kind]
    first, second, third, fourth = rng.random(4).tolist()
    stand = kind.stand
    if stand == "wall" and not is_indoors:
        stand = "item"
    is_standing = stand == "floor" or (stand == "item" and not (is_indoors and fourth < 0.55))
    if is_standing:
        extent = kind.scale * (0.14 + 0.21 * first)
    elif stand == "free":
        extent = kind.scale * (0.185 + 0.11 * first)
    else:
        extent = kind.scale * (0.155 + 0.125 * first)
    extent = min(max(extent, SMALLEST), LARGEST)
    if any(low < extent < high for low, high in _GAPS):
        return None
    ratio = aspect(choice.kind)
    width, height = (extent, extent * ratio) if ratio < 1 else (extent / ratio, extent)
    if is_standing:
        y = horizon + (1 - horizon) * (0.05 + 0.94 * first) - height / 2
    elif stand == "item":
        y = SHELF - height / 2
    elif stand == "free":
        y = 0.08 + 0.8 * second
    else:
        y = 0.07 + (horizon - 0.08) * second
    x = width / 2 + 0.006 + (1 - width - 0.012) * third
    if near is not None:
        apart = (near.width + width) * (0.42 + 0.5 * second)
        x = near.x + (apart if third < 0.5 else -apart)
    return Placed(choice, x, y, width, height, is_standing)


def _fits(one: Placed, others: list[Placed]) -> bool:
    if not 0.004 < one.x - one.width / 2 < one.x + one.width / 2 < 0.996:
        return False
    if not 0.004 < one.y - one.height / 2 < one.y + one.height / 2 < 0.998:
        return False
    for centre in (one.x, one.y):
        if min(abs(centre - 1 / 3), abs(centre - 2 / 3)) < _BORDER:
            return False
    mates = [other for other in others if other.cell == one.cell]
    if len(mates) >= PER_CELL or any(abs(m.x - one.x) < _LEFT_RIGHT for m in mates):
        return False
    if any(mate.choice.kind == one.choice.kind for mate in mates):
        return False
    everyone = [*others, one]
    return all(
        _covered(below, everyone) <= (_SIGN_COVERED if below.choice.word else _COVERED)
        for below in everyone
    )


def _covered(below: Placed, others: list[Placed]) -> float:
    """Return the part of a thing's box that boxes drawn later cover, counted as if they did not overlap."""
    covered = 0.0
    for above in others:
        if above is below or above.depth < below.depth:
            continue
        width = (below.width + above.width) / 2 - abs(below.x - above.x)
        height = (below.height + above.height) / 2 - abs(below.y - above.y)
        if width > 0 and height > 0:
            covered += min(width, below.width, above.width) * min(
                height, below.height, above.height
            )
    return covered / (below.width * below.height)
