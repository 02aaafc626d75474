"""How many image tokens a picture may become: it decides the wait for an answer more than anything else.

LLaVA-1.5 makes 576 of every picture, and so do other models of a fixed size; of the rest each takes a limit in its own
way. A smaller picture is what most understand: mtmd makes fewer tokens of it. LFM2-VL and InternVL make more of a
picture that is over their own limits, as they cut it into tiles. SmolVLM enlarges every picture, so it has to be told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assistant.core.events import ImageRgb
from assistant.inference.gguf.header import GgufHeader
from assistant.inference.gguf.pairing import projector_kind
from assistant.inference.options import Detail
from assistant.system import processor

_MOST_TOKENS: Mapping[str, int | None] = {"low": 256, "usual": 512, "high": None}
_ENLARGES = ("idefics3",)
"""Projectors that enlarge every picture to the same length."""
_MERGED = {
    "qwen2vl_merger": 2,
    "qwen2.5vl_merger": 2,
    "qwen3vl_merger": 2,
    "internvl": 2,
    "lfm2": 2,
}
"""Patches a side that become one token, where the file does not say it; other kinds keep their pictures' sizes."""
_UNCUT = {"lfm2": 448}
"""Image tokens up to which a picture stays whole: twice those of a tile, less what rounding its sides adds."""
_WIDE = 9 / 16
"""Height by width of the widest usual picture."""


def choose_detail(wished: Detail) -> str:
    """Return low, usual or high; "auto" suits it to the machine's cores."""
    if wished != "auto":
        return wished
    return "low" if processor.physical_cores() <= processor.FEW_CORES else "usual"


def most_tokens(header: GgufHeader, detail: str) -> int | None:
    """Return the limit that mtmd has to be told; None where it needs none."""
    limit, keys = _MOST_TOKENS[detail], ("image_size", "patch_size", "preproc_image_size")
    tile_px, patch_px, longest_px = (header.number(f"clip.vision.{key}") for key in keys)
    if projector_kind(header) not in _ENLARGES or not (
        limit and tile_px and patch_px and longest_px
    ):
        return None
    merged = header.number("clip.vision.projector.scale_factor") or 1
    n_tile = (tile_px // (patch_px * merged)) ** 2
    # One tile less: the picture as a whole comes on top.
    return limit - n_tile if limit < n_tile * math.ceil(longest_px / tile_px) ** 2 else None


def most_pixels(header: GgufHeader, detail: str) -> int | None:
    """Return how large a picture may be, in px of its area; None where any size will do."""
    kind = projector_kind(header)
    limit, merged = _MOST_TOKENS[detail], _MERGED.get(kind)
    patch_px = header.number("clip.vision.patch_size")
    if limit is None or merged is None or not patch_px:
        return None
    keys = ("clip.vision.spatial_merge_size", "clip.vision.projector.scale_factor")
    side_px = patch_px * next(filter(None, map(header.number, keys)), merged)
    tile_px = header.number("clip.vision.image_size") or 0
    if kind == "internvl" and limit < 3 * (tile_px // side_px) ** 2:  # two tiles and the whole
        return int(_WIDE * tile_px**2)
    return min(limit, _UNCUT.get(kind, limit)) * side_px * side_px


@dataclass(frozen=True)
class Grid:
    """What a family's authors round a picture's sides to.

    Attributes:
        px: side of an image token.
        least, most: image tokens of a picture.
        whole: more than these are cut into tiles, where nothing limits them.
    """

    px: int
    least: int
    most: int
    whole: int
    is_bilinear: bool


def grid_of(header: GgufHeader) -> Grid | None:
    """Return the grid of Qwen-VL and LFM2-VL; None of other kinds.

    The limits are mtmd's, so that it finds nothing left to do.
    """
    kind, patch_px = projector_kind(header), header.number("clip.vision.patch_size")
    if not patch_px:
        return None
    if kind in ("qwen2vl_merger", "qwen2.5vl_merger", "qwen3vl_merger"):
        return Grid(2 * patch_px, 8, 4096, 1 << 30, is_bilinear=False)
    if kind == "lfm2":
        return Grid(2 * patch_px, 64, 256, 512, is_bilinear=True)
    return None


def fit(image_rgb: ImageRgb, max_px: int | None, grid: Grid | None) -> ImageRgb:
    """Return a picture of at most this area: in the same shape, or stretched to sides that the grid divides.

    Source: ``smart_resize`` in transformers, ``image_processing_qwen2_vl.py`` and ``image_processing_lfm2_vl_fast.py``.
    mtmd rounds likewise, and fills up with black. Tiles, and shapes that fit no grid, are left to it.
    """
    height, width = image_rgb.shape[:2]
    if grid is not None:
        most = grid.most if max_px is None else min(grid.most, max_px // grid.px**2)
        rows, columns = max(1, round(height / grid.px)), max(1, round(width / grid.px))
        is_whole = max_px is not None or rows * columns <= grid.whole
        if rows * columns > most:
            scale = math.sqrt(most / (height * width))
            rows, columns = max(1, int(height * scale)), max(1, int(width * scale))
        elif rows * columns < grid.least:
            scale = math.sqrt(grid.least / (height * width))
            rows, columns = math.ceil(height * scale), math.ceil(width * scale)
        if is_whole and grid.least <= rows * columns <= most:
            return _resize(image_rgb, columns * grid.px, rows * grid.px, grid.is_bilinear)
    if max_px is None or height * width <= max_px:
        return image_rgb
    scale = math.sqrt(max_px / (height * width))
    return _resize(image_rgb, max(1, int(width * scale)), max(1, int(height * scale)))


def _resize(image_rgb: ImageRgb, width: int, height: int, is_bilinear: bool = False) -> ImageRgb:
    if image_rgb.shape[:2] == (height, width):
        return image_rgb
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(image_rgb))
    filters = Image.Resampling
    resample = filters.BILINEAR if is_bilinear else filters.BICUBIC
    return np.asarray(picture.resize((width, height), resample))
