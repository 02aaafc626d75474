"""What there is to know of a family to compare it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from scripts.check_families.convert import Converters
from scripts.check_families.seen import Seen

HELPER_MARK = "<__media__>"
Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Pair:
    """The two files that the converters made."""

    model: Path
    mmproj: Path


class Family(ABC):
    """A family of models, its authors' code with random weights.

    Attributes:
        name: as the table has it.
        template: name of our template; None takes the one in the file.
        size: width and height of the picture that is asked about, px.
        n_ctx: cells of the KV cache.
    """

    name: str
    template: str | None = None
    size: tuple[int, int] = (384, 256)
    n_ctx = 4096

    @abstractmethod
    def convert(self, converters: Converters, folder: Path) -> Pair:
        """Write the checkpoint into a folder as the authors publish it, and convert it."""

    @abstractmethod
    def look(self, picture: Picture, question: str) -> Seen:
        """Return what the authors' code makes of it."""

    @abstractmethod
    def prompt(self, question: str) -> str:
        """Return the prompt with ``HELPER_MARK`` where llama.cpp's helper is to put the picture."""

    def shapes(self) -> tuple[tuple[int, int], ...]:
        """Return widths and heights of further pictures whose embeddings are compared."""
        return ()

    def features(self, picture: Picture) -> Any:
        """Return the authors' image embeddings of a picture, shape (n_image, n_embd)."""
        raise NotImplementedError


def paint(size: tuple[int, int], seed: int = 0) -> Picture:
    """Return a picture of soft random patches, width and height in px: as smooth as a photograph, all of it unlike."""
    width, height = size
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (height // 16 + 2, width // 16 + 2, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(picture)
