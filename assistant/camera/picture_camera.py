"""A picture that acts as a camera."""

from __future__ import annotations

import os

from assistant.camera.picture_reader import PictureReader
from assistant.core.events import ImageRgb
from assistant.errors import CameraError, PictureError
from assistant.messages import camera as words


class PictureCamera:
    """A picture file in place of a camera, to try the program out and for tests; a changed file is read again."""

    def __init__(self, path: str, name: str) -> None:
        self._path, self._name = path, name
        self._reader = PictureReader()
        self._is_closed = False
        self._seen: tuple[tuple[int, ...], ImageRgb] | None = None

    @property
    def name(self) -> str:
        return self._name

    def capture(self) -> ImageRgb:
        if self._is_closed:
            raise CameraError(words.closed(self._name))
        before = self._signature()
        try:
            image = self._reader.read(self._path)
        except PictureError as error:
            self._seen = None
            raise CameraError(error.message, error.hint) from error
        self._seen = (before, image) if before else None
        return image.copy()

    def peek(self) -> ImageRgb | None:
        if self._seen is not None and self._seen[0] == self._signature() and not self._is_closed:
            return self._seen[1].copy()
        try:
            return self.capture()
        except CameraError:
            return None

    def _signature(self) -> tuple[int, ...]:
        """Return what changes when the file does; empty where the file cannot be looked at."""
        try:
            stat = os.stat(self._path)
        except OSError:
            return ()
        return (stat.st_ino, stat.st_size, stat.st_mtime_ns)

    def close(self) -> None:
        self._is_closed = True
        self._reader.close()
