"""Reads the photographs that ``scripts.photographs.fetch`` has put in the cache."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from assistant.core.events import ImageRgb
from scripts.photographs.fetch import find_cache, read_index


def read_photographs(use: str, *, only_photos: bool = True) -> Iterator[tuple[str, ImageRgb]]:
    """Yield the name and the picture, shape (height, width, 3), of each for ``use``, "choose" or "judge".

    Args:
        use: what the pictures may be used for.
        only_photos: whether screenshots, drawings, cut-out things and the like are left out.
    """
    for row in read_index():
        if row.use == use and (row.kind == "photo" or not only_photos):
            with Image.open(find_cache() / row.file) as image:
                yield row.file, np.asarray(image.convert("RGB"))
