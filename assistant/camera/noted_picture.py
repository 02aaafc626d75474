"""A picture with something to say about how it was read."""

from __future__ import annotations

from typing import Any

import numpy as np

from assistant.core.events import ImageRgb


class NotedPicture(np.ndarray):
    """An array like any other picture's, whose copies keep the note; for others it is a plain array."""

    note: str = ""

    def __array_finalize__(self, source: Any) -> None:
        self.note = getattr(source, "note", "")

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Go to another process as a plain array: the note is for this one."""
        return self.view(np.ndarray).__reduce_ex__(protocol)


def with_note(image: ImageRgb, note: str) -> ImageRgb:
    """Return the picture with a sentence about it."""
    noted = image.view(NotedPicture)
    noted.note = note
    return noted


def note_of(image: ImageRgb) -> str:
    """Return what is to be said about how the picture was read; usually nothing."""
    return image.note if isinstance(image, NotedPicture) else ""
