"""How many image tokens a picture may become: it decides the wait for an answer more than anything else.

LLaVA-1.5 makes 576 of every picture, and so do other models of a fixed size; of the rest each takes a limit in its own
way. A smaller picture is what most understand: mtmd makes fewer tokens of it. LFM2-VL and InternVL make more of a
picture that is over their own limits, as they cut it into tiles. SmolVLM enlarges every picture, so it has to be told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

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


def grid_of(header: GgufHeader) -> int | None:
    """Return what Qwen-VL's authors round a picture's sides to, in px; None of other kinds."""
    patch_px = header.number("clip.vision.patch_size")
    return patch_px * 2 if patch_px and projector_kind(header) in _STRETCHED else None


def fit(image_rgb: ImageRgb, max_px: int | None, grid_px: int | None) -> ImageRgb:
    """Return a picture of at most this area: in the same shape, or stretched to sides that the grid divides.

    Source: ``smart_resize`` in transformers, ``image_processing_qwen2_vl.py``. mtmd rounds likewise and fills up with
    black. What is too small or, without a limit, too large for it is left to mtmd.
    """
    height, width = image_rgb.shape[:2]
    if grid_px is not None:
        most = (max_px or _MTMD_MOST * grid_px**2) // grid_px**2
        rows, columns = max(1, round(height / grid_px)), max(1, round(width / grid_px))
        if rows * columns > most:
            scale = math.sqrt(most / (height * width))
            rows, columns = max(1, int(height * scale)), max(1, int(width * scale))
        if _MTMD_LEAST <= rows * columns <= most:
            return _resize(image_rgb, columns * grid_px, rows * grid_px)
    if max_px is None or height * width <= max_px:
        return image_rgb
    scale = math.sqrt(max_px / (height * width))
    return _resize(image_rgb, max(1, int(width * scale)), max(1, int(height * scale)))


_STRETCHED = ("qwen2vl_merger", "qwen2.5vl_merger", "qwen3vl_merger")
_MTMD_LEAST, _MTMD_MOST = 8, 4096
"""Image tokens that mtmd makes of Qwen-VL's pictures."""


def _resize(image_rgb: ImageRgb, width: int, height: int) -> ImageRgb:
    if image_rgb.shape[:2] == (height, width):
        return image_rgb
    from PIL import Image

    picture = Image.fromarray(np.ascontiguousarray(image_rgb))
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC))
