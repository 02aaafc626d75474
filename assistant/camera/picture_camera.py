"""A picture file in place of a camera: to try the program out, and for tests."""

from __future__ import annotations

import os

from assistant.camera.picture_reader import PictureReader
from assistant.core.events import ImageRgb
from assistant.errors import CameraError, PictureError
from assistant.messages import camera as words


class PictureCamera:
    """Gives the picture that the file holds at that moment."""

    def __init__(self, path: str, name: str) -> None:
        """Reads nothing yet."""
        self._path, self._name = path, name
        self._reader = PictureReader()
        self._is_closed = False
        self._seen: tuple[tuple[int, ...], ImageRgb] | None = None

    @property
    def name(self) -> str:
        """How to call it."""
        return self._name

    def capture(self) -> ImageRgb:
        """See the port.

        Raises:
            CameraError: the file cannot be used.
        """
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
        """See the port; a file that did not change is not read again."""
        if self._seen is not None and self._seen[0] == self._signature() and not self._is_closed:
            return self._seen[1].copy()
        try:
            return self.capture()
        except CameraError:
            return None

    def _signature(self) -> tuple[int, ...]:
        """What changes when the file does; empty where it cannot be looked at."""
        try:
            stat = os.stat(self._path)
        except OSError:
            return ()
        return (stat.st_ino, stat.st_size, stat.st_mtime_ns)

    def close(self) -> None:
        """See the port."""
        self._is_closed = True
        self._reader.close()
