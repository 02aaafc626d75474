"""What counts as a picture for a program that calls us."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeAlias

from assistant.core.events import ImageRgb

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL import Image

Picture: TypeAlias = "str | os.PathLike[str] | Image.Image | npt.NDArray[np.uint8]"
"""A path, a Pillow image, or an array of shape (height, width, 3), uint8, RGB."""


def read_pixels(picture: Any) -> ImageRgb:
    """Return the pixels of a picture that is no path.

    Raises:
        ValueError: it is neither of the others.
    """
    import numpy as np

    if hasattr(picture, "convert"):  # Pillow's
        picture = np.asarray(picture.convert("RGB"))
    if getattr(picture, "dtype", None) != np.uint8 or picture.shape[2:] != (3,) or not picture.size:
        raise ValueError(
            "a picture is a path, a Pillow image or an array of shape (height, width, 3), uint8"
        )
    return np.ascontiguousarray(picture)
