"""Scenes of the demo world: what stands where, made from a seed, with exact ground truth.

Only numpy is needed here. `render.py` draws a scene, `language.py` talks about it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from scripts.train_scene_model.world import SPLIT_OFFSET as SPLIT_OFFSET
from scripts.train_scene_model.world import Split as Split
from scripts.train_scene_model.world import scene_rng as scene_rng

from .kinds import KINDS, SETTINGS

Size = Literal["small", "medium", "large"]

ROWS = ("top", "middle", "bottom")
COLUMNS = ("left", "middle", "right")

# The longer side of an object as a part of the picture's side; bands far enough apart to be told.
SIZE_BANDS: dict[Size, tuple[float, float]] = {
    "small": (0.17, 0.20),
    "medium": (0.25, 0.29),
    "large": (0.36, 0.43),
}
_SIZE_ORDER: tuple[Size, ...] = ("small", "medium", "large")
_SIZE_PROBABILITY = (0.30, 0.42, 0.28)

MAX_LARGE = 3
MAX_COVERED = 0.30
_USUAL_PROBABILITY = 0.45
_REPEAT_PROBABILITY = 0.45


@dataclass(frozen=True)
class Thing:
    """One object of a scene.

    Attributes:
        kind: name of its kind.
        row: 0 top, 1 middle, 2 bottom.
        column: 0 left, 1 middle, 2 right.
        size: size word.
        x: centre, as a part of the picture's width.
        y: centre, as a part of the picture's height.
        extent: longer side, as a part of the picture's side.
        mirrored: drawn as in a mirror.
    """

    kind: str
    row: int
    column: int
    size: Size
    x: float
    y: float
    extent: float
    mirrored: bool

    @property
    def cell(self) -> int:
        """Number of the cell in reading order, 0 to 8."""
        return self.row * 3 + self.column


@dataclass(frozen=True)
class Scene:
    """A setting and its things, in drawing order (later ones lie on top)."""

    seed: int
    setting: str
    things: tuple[Thing, ...]

    def in_reading_order(self) -> tuple[Thing, ...]:
        """The things row by row from the top, each row from left to right."""
        return tuple(sorted(self.things, key=lambda thing: thing.cell))

    def count(self, kind: str) -> int:
        """How many things of this kind there are."""
        return sum(thing.kind == kind for thing in self.things)

    def to_json(self) -> dict[str, Any]:
        """Plain data of the truth, for a JSON file."""
        return asdict(self)


def make_scene(split: Split, index: int) -> Scene:
    """The scene number `index` of a split; the same for ever.

    Raises:
        ValueError: `index` is outside the split's range.
    """
    if not 0 <= index < 1_000_000_000:
        raise ValueError(f"scene index out of range: {index}")
    seed = SPLIT_OFFSET[split] + index
    rng = scene_rng(seed, 0)
    setting = SETTINGS[int(rng.integers(len(SETTINGS)))]
    count = int(rng.integers(3, 8))
    kinds = _choose_kinds(rng, setting.usual, count)
    while True:
        things = _place(rng, kinds)
        if _covered_fraction(things) <= MAX_COVERED:
            return Scene(seed, setting.name, things)


def _choose_kinds(rng: np.random.Generator, usual: tuple[str, ...], count: int) -> list[str]:
    kinds: list[str] = []
    while len(kinds) < count:
        if rng.random() < _USUAL_PROBABILITY:
            name = usual[int(rng.integers(len(usual)))]
        else:
            name = KINDS[int(rng.integers(len(KINDS)))].name
        if name not in kinds:
            kinds.append(name)
    if rng.random() < _REPEAT_PROBABILITY:
        copies = int(rng.integers(2, min(count, 4) + 1))
        kinds[:copies] = [kinds[0]] * copies
    return [kinds[int(i)] for i in rng.permutation(count)]


def _place(rng: np.random.Generator, kinds: list[str]) -> tuple[Thing, ...]:
    cells = rng.permutation(9)[: len(kinds)]
    things: list[Thing] = []
    large = 0
    for kind, cell in zip(kinds, cells, strict=True):
        size = _SIZE_ORDER[int(rng.choice(3, p=_SIZE_PROBABILITY))]
        if size == "large":
            large += 1
            if large > MAX_LARGE:
                size = "medium"
        low, high = SIZE_BANDS[size]
        extent = float(rng.uniform(low, high))
        row, column = divmod(int(cell), 3)
        things.append(
            Thing(
                kind,
                row,
                column,
                size,
                _centre(rng, column, extent),
                _centre(rng, row, extent),
                extent,
                bool(rng.random() < 0.5),
            )
        )
    return tuple(things)


def _centre(rng: np.random.Generator, third: int, extent: float) -> float:
    """A centre well inside its third, so that no place is a matter of opinion."""
    if third == 1:
        return float(rng.uniform(0.43, 0.57))
    edge = float(rng.uniform(max(0.11, extent / 2 + 0.005), 0.27))
    return edge if third == 0 else 1.0 - edge


def _covered_fraction(things: tuple[Thing, ...]) -> float:
    """The largest part of any thing's square that later things' squares cover."""
    worst = 0.0
    for i, below in enumerate(things):
        covered = 0.0
        for above in things[i + 1 :]:
            reach = (below.extent + above.extent) / 2
            width = min(reach - abs(below.x - above.x), below.extent, above.extent)
            height = min(reach - abs(below.y - above.y), below.extent, above.extent)
            if width > 0 and height > 0:
                covered += width * height
        worst = max(worst, covered / below.extent**2)
    return worst
