"""Takes a picture; one that nobody waits for any more is broken off."""

from __future__ import annotations

import time

from assistant.core.events import ImageRgb
from assistant.core.session_ports import Cameras
from assistant.system import threads

PATIENCE_S = 1.5
"""How long a picture may go on after a stop: most come by then, and the camera stays open."""


class Capturing:
    """Takes pictures, one at a time."""

    def __init__(self, cameras: Cameras) -> None:
        """Take nothing yet; ``cameras`` has the camera in use."""
        self._cameras = cameras
        self._number = 0
        self._running = 0

    def take(self) -> ImageRgb:
        """Return the newest frame.

        Raises:
            AssistantError: there is none, or it was broken off.
        """
        self._number += 1
        self._running = self._number
        try:
            return self._cameras.capture()
        finally:
            self._running = 0

    def interrupt(self) -> None:
        """Nobody waits for the picture that is being taken, if one is; returns at once.

        A camera that hangs is closed after a while, which ends its picture; the next picture opens it again.
        """
        number = self._running

        def break_off() -> None:
            time.sleep(PATIENCE_S)
            if self._running == number:
                self._cameras.close()

        if number:
            threads.start(break_off, "break-off")
