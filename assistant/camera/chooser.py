"""The camera in use, and the way to the next one."""

from __future__ import annotations

import threading

from assistant.camera.discovery import find_camera, list_cameras, open_camera
from assistant.core.events import ImageRgb
from assistant.core.ports import Camera
from assistant.messages import session as words
from assistant.system.masking import masked


class CameraChooser:
    """A camera that is opened when the first picture is wanted; safe from several threads."""

    def __init__(self, source: str | None = None) -> None:
        """Take what the settings name; None means the first usable camera."""
        self._source = source
        self._spec = source
        self._camera: Camera | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        camera = self._camera
        if camera is not None:
            return camera.name
        return masked(self._spec) if self._spec else words.NO_CAMERA_OPENED

    def capture(self) -> ImageRgb:
        with self._lock:
            if self._camera is None:
                self._camera = open_camera(self._spec)
            camera = self._camera
        return camera.capture()

    def peek(self) -> ImageRgb | None:
        camera = self._camera
        return camera.peek() if camera is not None else None

    def next(self) -> str | None:
        """Change to the next usable camera, and after the last to the first.

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
        self._let_go(chosen.id)
        return chosen.name

    def close(self) -> None:
        self._let_go(self._spec)

    def _let_go(self, spec: str | None) -> None:
        with self._lock:
            old, self._camera, self._spec = self._camera, None, spec
        if old is not None:
            old.close()
