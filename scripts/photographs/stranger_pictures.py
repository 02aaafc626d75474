"""The pictures that the familiarity head is chosen with and judged with, encoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scripts.photographs import judged_strangers, made_strangers
from scripts.photographs.encoding import Encoder
from scripts.photographs.fetch import find_cache, read_index
from scripts.photographs.scene_pictures import FAULTS, scene_picture
from scripts.train_scene_model.world import make_scene

FIRST_TRAINING_SCENE = 600_000_000
"""Of the training split; the model itself saw none from here on."""
LARGEST_PX = 512
_SMALLEST_CUT = 0.35

Row = tuple[str, Image.Image]
"""Where a picture is from, and the picture, RGB."""


@dataclass(frozen=True)
class Encoded:
    """Encoded pictures.

    Attributes:
        sources: where each is from.
        tokens: shape (n_pictures, n_tokens, n_embd).
    """

    sources: list[str]
    tokens: NDArray[np.float16]

    def __add__(self, other: Encoded) -> Encoded:
        """Return both, one after the other."""
        return Encoded(self.sources + other.sources, np.concatenate((self.tokens, other.tokens)))


def encode(encoder: Encoder, rows: Iterator[Row]) -> Encoded:
    """Encode pictures; those that were encoded before come from the cache."""
    sources, tokens = [], []
    for source, picture in rows:
        sources.append(source)
        tokens.append(encoder.encode(np.asarray(picture)).astype(np.float16))
    return Encoded(sources, np.stack(tokens))


def training_scenes(count: int) -> Iterator[Row]:
    """Draw scenes, a third plain and the others each with a fault."""
    faults = ("plain", "plain", *(name for name in FAULTS if name != "plain"))
    for index in range(count):
        fault = faults[index % len(faults)]
        yield fault, scene_picture(make_scene("train", FIRST_TRAINING_SCENE + index), fault)


def made(count: int) -> Iterator[Row]:
    """Draw strangers, so many of each kind that a choice is made on."""
    for number in range(count):
        for family in made_strangers.FAMILIES:
            yield family, made_strangers.stranger(family, number)


def judged(count: int) -> Iterator[Row]:
    """Draw strangers, so many of each kind that no choice is made on."""
    for number in range(count):
        for family in judged_strangers.FAMILIES:
            yield f"drawn: {family}", judged_strangers.stranger(family, number)


def fetched(use: str, n_cuts: int = 0) -> Iterator[Row]:
    """Open fetched pictures for "choose" or "judge", each whole and in so many square cuts.

    Raises:
        FileNotFoundError: none were fetched: run ``python -m scripts.photographs.fetch``.
    """
    rng, cache = np.random.default_rng(6), find_cache()
    for photograph in read_index():
        if photograph.use != use:
            continue
        source = f"{photograph.source.split()[0]}: {photograph.kind}"
        with Image.open(cache / photograph.file) as opened:
            picture = opened.convert("RGB")
        for cut in (picture, *(_cut(rng, picture) for _ in range(n_cuts))):
            shown = cut.copy()
            shown.thumbnail((LARGEST_PX, LARGEST_PX))
            yield source, shown


def _cut(rng: np.random.Generator, picture: Image.Image) -> Image.Image:
    shorter = min(picture.size)
    side = int(rng.uniform(_SMALLEST_CUT, 1) * shorter)
    x, y = (int(rng.integers(0, length - side + 1)) for length in picture.size)
    return picture.crop((x, y, x + side, y + side))
