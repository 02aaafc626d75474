"""Scenes of the drawn world: what stands where, made from a seed, with exact ground truth.

`render.py` draws a scene, `language.py` talks about it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from .choice import choose
from .layout import Placed, place
from .settings import SETTING_BY_NAME, SETTINGS

Split = Literal["train", "dev", "test"]
Size = Literal["small", "medium", "large"]

# Disjoint ranges of seeds: no scene of one split can be a scene of another.
SPLIT_OFFSET: dict[Split, int] = {"train": 0, "dev": 1_000_000_000, "test": 2_000_000_000}

FEWEST, MOST = 6, 16
# Examples are chosen from the test scenes from here on; benchmarks draw theirs from those before.
FIRST_EXAMPLE = 100_000
BACKDROPS = 48
_HORIZON_INDOORS, _HORIZON_OUTDOORS = (0.50, 0.62), (0.28, 0.42)
_MEDIUM, _LARGE = 0.185, 0.28
_HABITUAL = 0.6


@dataclass(frozen=True)
class Thing:
    """One object of a scene. Lengths are parts of the picture's side.

    Attributes:
        kind: name of its kind.
        colour: colour word, or "" where the kind is not recoloured.
        word: what is printed on it, or "".
        x: centre, from the left.
        y: centre, from the top.
        width: of its drawing.
        height: of its drawing.
        is_mirrored: drawn as in a mirror.
        is_standing: stands on the floor or the ground, so that a lower foot is nearer.
    """

    kind: str
    colour: str
    word: str
    x: float
    y: float
    width: float
    height: float
    is_mirrored: bool
    is_standing: bool

    @property
    def row(self) -> int:
        """Third of the picture that the centre lies in: 0 top, 1 middle, 2 bottom."""
        return min(int(self.y * 3), 2)

    @property
    def column(self) -> int:
        """Third of the picture that the centre lies in: 0 left, 1 middle, 2 right."""
        return min(int(self.x * 3), 2)

    @property
    def cell(self) -> int:
        """Number of the cell in reading order, 0 to 8."""
        return self.row * 3 + self.column

    @property
    def size(self) -> Size:
        """Size word, by the longer side; the layout keeps clear of the borders between them."""
        longer = max(self.width, self.height)
        return "small" if longer < _MEDIUM else "medium" if longer < _LARGE else "large"

    @property
    def foot(self) -> float:
        """Lower edge, from the top."""
        return self.y + self.height / 2

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom edge."""
        half_width, half_height = self.width / 2, self.height / 2
        return self.x - half_width, self.y - half_height, self.x + half_width, self.y + half_height


@dataclass(frozen=True)
class Scene:
    """A setting and its things, in drawing order (later ones lie on top).

    Attributes:
        seed: of which all is made.
        setting: name of the place.
        horizon: where the floor begins, from the top.
        backdrop: which of the setting's `BACKDROPS` backgrounds it has.
        things: what is there.
    """

    seed: int
    setting: str
    horizon: float
    backdrop: int
    things: tuple[Thing, ...]

    def in_reading_order(self) -> tuple[Thing, ...]:
        """Return the things cell by cell from the top left, each cell from left to right."""
        return tuple(sorted(self.things, key=lambda thing: (thing.cell, thing.x)))

    def count(self, kind: str) -> int:
        """How many things of this kind there are."""
        return sum(thing.kind == kind for thing in self.things)

    def of_kind(self, kind: str) -> tuple[Thing, ...]:
        """Return the things of this kind, in reading order."""
        return tuple(thing for thing in self.in_reading_order() if thing.kind == kind)

    def to_json(self) -> dict[str, Any]:
        """Plain data of the truth, for a JSON file."""
        things = [asdict(t) | {"cell": t.cell, "size": t.size, "box": t.box} for t in self.things]
        return asdict(self) | {"things": things}


def scene_rng(seed: int, purpose: int) -> np.random.Generator:
    """Return a random stream of its own for each purpose (0 content, 1 picture, 2 language)."""
    return np.random.default_rng((purpose, seed))


def horizon_of(setting: str, backdrop: int) -> float:
    """Where the floor begins in one of a setting's backgrounds."""
    low, high = _HORIZON_INDOORS if SETTING_BY_NAME[setting].is_indoors else _HORIZON_OUTDOORS
    return low + (high - low) * (backdrop * 0.618 % 1.0)


def make_scene(split: Split, index: int) -> Scene:
    """Return the scene number `index` of a split, always the same.

    Raises:
        ValueError: `index` is outside the split's range.
    """
    if not 0 <= index < 1_000_000_000:
        raise ValueError(f"scene index out of range: {index}")
    seed = SPLIT_OFFSET[split] + index
    rng = scene_rng(seed, 0)
    setting = SETTINGS[int(rng.integers(len(SETTINGS)))]
    backdrop = int(rng.integers(BACKDROPS))
    horizon = horizon_of(setting.name, backdrop)
    count = int(rng.integers(FEWEST, MOST + 1))
    is_usual = split == "train" and bool(rng.random() < _HABITUAL)
    while True:
        choices = choose(rng, setting, count, is_usual)
        placed = place(rng, choices, horizon, setting.is_indoors)
        if len(placed) >= FEWEST:
            things = tuple(_thing(rng, one) for one in placed)
            return Scene(seed, setting.name, horizon, backdrop, things)


def _thing(rng: np.random.Generator, placed: Placed) -> Thing:
    choice = placed.choice
    is_mirrored = bool(rng.random() < 0.5) and not choice.word
    return Thing(
        choice.kind,
        choice.colour,
        choice.word,
        placed.x,
        placed.y,
        placed.width,
        placed.height,
        is_mirrored,
        placed.is_standing,
    )
