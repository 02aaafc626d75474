"""The pictures of one command line: files by their names, and the camera's by the name "camera"."""

from __future__ import annotations

from assistant.camera.picture_reader import PictureReader
from assistant.core.events import ImageRgb
from assistant.core.ports import Camera

CAMERA = "camera"
"""The name that stands for the camera; a file of that name is ``./camera``."""


class NamedPictures:
    """Loads pictures by name, and opens the camera when the first of its pictures is wanted."""

    def __init__(self, source: str | None) -> None:
        """Take the camera's name; None means the first usable one."""
        self._source = source
        self._camera: Camera | None = None
        self._reader = PictureReader()

    def warm(self) -> None:
        """Gets ready for files, so that the first need not wait for the process that reads them."""
        self._reader.warm()

    def __call__(self, name: str) -> ImageRgb:
        """The picture of that name.

        Raises:
            PictureError: the file cannot be used.
            CameraError: the camera gives no picture.
        """
        if name != CAMERA:
            return self._reader.read(name)
        # Here, since a file's description must not wait for what cameras need.
        from assistant.camera.discovery import open_camera

        if self._camera is None:
            self._camera = open_camera(self._source)
        return self._camera.capture()

    def close(self) -> None:
        """Frees the camera and ends the reading process; idempotent."""
        self._reader.close()
        if self._camera is not None:
            self._camera.close()
