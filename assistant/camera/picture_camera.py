"""A picture file in place of a camera: to try the program out, and for tests."""

from __future__ import annotations

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
        try:
            return self._reader.read(self._path)
        except PictureError as error:
            raise CameraError(error.message, error.hint) from error

    def peek(self) -> ImageRgb | None:
        """See the port."""
        try:
            return self.capture()
        except CameraError:
            return None

    def close(self) -> None:
        """See the port."""
        self._is_closed = True
        self._reader.close()
