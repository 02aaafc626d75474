"""Reads the photographs that ``scripts.photographs.fetch`` has put in the cache."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from assistant.core.events import ImageRgb


def read_photographs(use: str, *, only_photos: bool = True) -> Iterator[tuple[str, ImageRgb]]:
    """Yield the name and the picture, shape (height, width, 3), of each for ``use``, "choose" or "judge".

    Args:
        use: what the pictures may be used for.
        only_photos: whether screenshots, drawings, cut-out things and the like are left out.
    """
    cache = os.environ.get("XDG_CACHE_HOME")
    folder = Path(cache) if cache else Path.home() / ".cache"
    folder = folder / "sparc-assistant" / "photographs"
    for row in json.loads((folder / "index.json").read_text()):
        if row["use"] == use and (row["kind"] == "photo" or not only_photos):
            with Image.open(folder / row["file"]) as image:
                yield row["file"], np.asarray(image.convert("RGB"))
