"""The last few encoded pictures, so that going back to one costs the prefill alone."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.core.events import ImageRgb


@dataclass(frozen=True)
class EncodedPicture:
    """What the encoder made of a picture.

    Attributes:
        embeddings: one array for each chunk of image tokens, shape (n_tokens, n_embd).
        corrections: encoding corrections that were active.
        distance: how far the picture is from the model's world; the limit is 1.
    """

    embeddings: tuple[npt.NDArray[np.float32], ...]
    corrections: tuple[str, ...]
    distance: float = 0.0

    @property
    def n_bytes(self) -> int:
        return sum(array.nbytes for array in self.embeddings)


def picture_key(image_rgb: ImageRgb) -> str:
    """Return a key that is equal only for the same pixels in the same shape."""
    digest = hashlib.sha256(repr(image_rgb.shape).encode())
    digest.update(np.ascontiguousarray(image_rgb).data)
    return digest.hexdigest()


MAX_PICTURES = 8
"""Nobody goes back further; of a small model, hundreds would fit the size."""


class PictureMemory:
    """Keeps the pictures used last, up to a size and ``MAX_PICTURES``; a picture larger than that is not kept."""

    def __init__(self, max_mb: float) -> None:
        self._max_bytes = int(max_mb * 2**20)
        self._pictures: OrderedDict[str, EncodedPicture] = OrderedDict()
        self._last: tuple[ImageRgb, str] | None = None

    def key_of(self, image_rgb: ImageRgb) -> str:
        """Return ``picture_key``, which is not computed again for the array that was asked about last."""
        if self._last is None or self._last[0] is not image_rgb:
            self._last = (image_rgb, picture_key(image_rgb))
        return self._last[1]

    def get(self, key: str) -> EncodedPicture | None:
        """Return the picture, which then counts as used last."""
        picture = self._pictures.get(key)
        if picture is not None:
            self._pictures.move_to_end(key)
        return picture

    def put(self, key: str, picture: EncodedPicture) -> None:
        """Keep a picture, and forget those used longest ago until all fit."""
        self._pictures[key] = picture
        self._pictures.move_to_end(key)
        while self.n_bytes > self._max_bytes or len(self._pictures) > MAX_PICTURES:
            self._pictures.popitem(last=False)

    @property
    def n_bytes(self) -> int:
        return sum(picture.n_bytes for picture in self._pictures.values())
