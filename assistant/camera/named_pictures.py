"""The pictures of one command line: files by their names, and the camera's by the name "camera"."""

from __future__ import annotations

from assistant.camera.picture_reader import PictureReader
from assistant.core.events import ImageRgb
from assistant.core.ports import Camera

CAMERA = "camera"
"""The name that stands for the camera; a file of that name is ``./camera``."""


class NamedPictures:
    """A loader of pictures by name; the camera is opened when its first picture is wanted."""

    def __init__(self, source: str | None) -> None:
        """Take the camera's name; None means the first usable one."""
        self._source = source
        self._camera: Camera | None = None
        self._reader = PictureReader()

    def warm(self) -> None:
        """Start the process that reads files, so that the first need not wait for it."""
        self._reader.warm()

    def __call__(self, name: str) -> ImageRgb:
        """Return the picture of that name.

        Raises:
            PictureError: the file cannot be used.
            CameraError: the camera gives no picture.
        """
        if name != CAMERA:
            return self._reader.read(name)
        # Imported here: a file need not wait for what cameras need.
        from assistant.camera.discovery import open_camera

        if self._camera is None:
            self._camera = open_camera(self._source)
        return self._camera.capture()

    def close(self) -> None:
        self._reader.close()
        if self._camera is not None:
            self._camera.close()
