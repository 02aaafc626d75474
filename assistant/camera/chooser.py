"""The camera in use, and the way to the next one."""

from __future__ import annotations

import threading

from assistant.camera.discovery import find_camera, list_cameras, open_camera
from assistant.core.events import ImageRgb
from assistant.core.ports import Camera
from assistant.messages import session as words
from assistant.system.masking import masked


class CameraChooser:
    """Opens a camera when the first picture is wanted; safe from several threads."""

    def __init__(self, source: str | None = None) -> None:
        """Looks for nothing yet.

        Args:
            source: what the settings name; None takes the first usable camera.
        """
        self._source = source
        self._spec = source
        self._camera: Camera | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """What the camera in use is called."""
        camera = self._camera
        if camera is not None:
            return camera.name
        return masked(self._spec) if self._spec else words.NO_CAMERA_OPENED

    def capture(self) -> ImageRgb:
        """The newest frame.

        Raises:
            CameraError: there is no camera, or it gives no picture.
        """
        return self._opened().capture()

    def peek(self) -> ImageRgb | None:
        """A frame where that is cheap and the camera is open already; else None."""
        camera = self._camera
        return camera.peek() if camera is not None else None

    def next(self) -> str | None:
        """Takes the next usable camera, round and round.

        Returns:
            Its name, or None where there is no other.

        Raises:
            CameraError: there is none that can be used.
        """
        present = find_camera(self._spec)
        usable = [info for info in list_cameras(self._source) if info.is_usable]
        ids = [info.id for info in usable]
        place = ids.index(present.id) if present.id in ids else -1
        if not usable or (len(usable) == 1 and place == 0):
            return None
        chosen = usable[(place + 1) % len(usable)]
        with self._lock:
            old, self._camera, self._spec = self._camera, None, chosen.id
        if old is not None:
            old.close()
        return chosen.name

    def close(self) -> None:
        """Frees the camera; idempotent."""
        with self._lock:
            old, self._camera = self._camera, None
        if old is not None:
            old.close()

    def _opened(self) -> Camera:
        with self._lock:
            if self._camera is None:
                self._camera = open_camera(self._spec)
            return self._camera
