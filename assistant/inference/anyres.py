"""LLaVA-1.6's layout of a picture (LLaVA-NeXT, "anyres"), as its authors trained it.

The whole picture, shrunk to one tile, comes first. Then the picture at the resolution that suits it best, cut into
tiles whose features are put together again, without the rows and columns of padding, and with the learned vector
``image_newline`` at the end of each row. llama.cpp hands over tiles one after the other, padding and all.

Source: ``llava/mm_utils.py`` and ``llava/model/llava_arch.py`` of haotian-liu/LLaVA, and ``modeling_llava_next.py`` of
transformers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.core.events import ImageRgb
from assistant.inference.gguf.header import GgufHeader

Floats = npt.NDArray[np.float32]
Size = tuple[int, int]
"""Width and height."""


@dataclass(frozen=True)
class Anyres:
    """How a model lays pictures out.

    Attributes:
        pinpoints: the resolutions to choose from, in px.
        tile_px: side of a tile.
        side: columns and rows of image tokens of a tile.
        newline: the vector that ends a row, shape (n_embd,); None where the file has none.
        is_overview_only: whether the tiles are left out, which takes a fifth of the time.
    """

    pinpoints: tuple[Size, ...]
    tile_px: int
    side: int
    newline: Floats | None
    is_overview_only: bool = False

    def count_tokens(self, picture: Size) -> int:
        """Return how many image tokens a picture of this size becomes."""
        if self.is_overview_only:
            return self.side * self.side
        rows, columns = _unpadded(self._grid(picture), picture)
        n_row = len(columns) + (self.newline is not None)
        return self.side * self.side + len(rows) * n_row

    def cut(self, image_rgb: ImageRgb) -> list[ImageRgb]:
        """Return the overview and the tiles in reading order, each shape (tile_px, tile_px, 3)."""
        from PIL import Image

        picture = Image.fromarray(np.ascontiguousarray(image_rgb))
        bicubic, px = Image.Resampling.BICUBIC, self.tile_px
        overview = np.asarray(picture.resize((px, px), bicubic))
        if self.is_overview_only:
            return [overview]
        best = choose_resolution(picture.size, self.pinpoints)
        shrunk = picture.resize(_fitted(picture.size, best), bicubic)
        padded = Image.new("RGB", best)
        padded.paste(shrunk, ((best[0] - shrunk.width) // 2, (best[1] - shrunk.height) // 2))
        whole = np.asarray(padded)
        tiles = [
            whole[top : top + px, left : left + px]
            for top in range(0, best[1], px)
            for left in range(0, best[0], px)
        ]
        return [overview, *tiles]

    def merge(self, features: Sequence[Floats], picture: Size) -> Floats:
        """Put the features of ``cut``'s tiles, each shape (side², n_embd), into the authors' order.

        Returns:
            Shape (``count_tokens``, n_embd).
        """
        overview, side = features[0], self.side
        if self.is_overview_only:
            return overview
        n_columns, n_rows = (n // side for n in self._grid(picture))
        tiles = np.stack(features[1:]).reshape(n_rows, n_columns, side, side, -1)
        merged = tiles.swapaxes(1, 2).reshape(n_rows * side, n_columns * side, -1)
        rows, columns = _unpadded(self._grid(picture), picture)
        merged = merged[rows.start : rows.stop, columns.start : columns.stop]
        if self.newline is not None:
            ends = np.broadcast_to(self.newline, (len(merged), 1, merged.shape[2]))
            merged = np.concatenate((merged, ends), axis=1)
        return np.concatenate((overview, merged.reshape(-1, merged.shape[2])))

    def _grid(self, picture: Size) -> Size:
        """Return columns and rows of image tokens of all tiles together."""
        width, height = choose_resolution(picture, self.pinpoints)
        return width // self.tile_px * self.side, height // self.tile_px * self.side


def read_anyres(path: Path, header: GgufHeader, *, is_overview_only: bool = False) -> Anyres | None:
    """Return how a projector file's model lays pictures out; None where it knows no tiles of this kind.

    ``image_grid_pinpoints`` are heights and widths in turn, as transformers reads them.
    """
    sizes = header.values.get("clip.vision.image_grid_pinpoints")
    side_px, patch_px = (
        header.number(f"clip.vision.{key}") for key in ("image_size", "patch_size")
    )
    if not isinstance(sizes, list) or len(sizes) < 2 or not side_px or not patch_px:
        return None
    pinpoints = tuple(zip(sizes[1::2], sizes[::2], strict=False))
    newline = _read_newline(path, header)
    return Anyres(pinpoints, side_px, side_px // patch_px, newline, is_overview_only)


def _read_newline(path: Path, header: GgufHeader) -> Floats | None:
    if not any(name in header.tensors for name in _NEWLINES):
        return None
    import gguf  # half a second on a small machine, and few files have this tensor

    stored = next(each for each in gguf.GGUFReader(path).tensors if each.name in _NEWLINES)
    values: Floats = gguf.dequantize(stored.data, stored.tensor_type).astype(np.float32)
    return values.reshape(-1)


_NEWLINES = ("model.image_newline", "v.image_newline")
"""What converters call the vector; llama.cpp reads it for other models only."""


def choose_resolution(picture: Size, pinpoints: Sequence[Size]) -> Size:
    """Return the resolution that keeps most of the picture, and of those the one that wastes least."""

    def value(candidate: Size) -> tuple[int, int]:
        scale = min(candidate[0] / picture[0], candidate[1] / picture[1])
        shrunk = int(picture[0] * scale) * int(picture[1] * scale)
        effective = min(shrunk, picture[0] * picture[1])
        return effective, effective - candidate[0] * candidate[1]

    return max(pinpoints, key=value)


def _fitted(picture: Size, room: Size) -> Size:
    """Return the picture's size in a room of this size, without stretching."""
    scale_x, scale_y = room[0] / picture[0], room[1] / picture[1]
    if scale_x < scale_y:
        return room[0], min(math.ceil(picture[1] * scale_x), room[1])
    return min(math.ceil(picture[0] * scale_y), room[0]), room[1]


def _unpadded(grid: Size, picture: Size) -> tuple[range, range]:
    """Return the rows and columns of a grid of tokens that are not padding."""
    columns, rows = grid
    if picture[0] / picture[1] > columns / rows:
        kept = max(1, int(round(picture[1] * (columns / picture[0]), 7)))
        padding = (rows - kept) // 2
        return range(padding, rows - padding), range(columns)
    kept = max(1, int(round(picture[0] * (rows / picture[1]), 7)))
    padding = (columns - kept) // 2
    return range(rows), range(padding, columns - padding)
