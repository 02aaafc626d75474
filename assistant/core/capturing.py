"""Takes a picture with signs of life meanwhile; a picture that nobody waits for any more is broken off."""

from __future__ import annotations

import time
from collections.abc import Callable

from assistant import spare_thread
from assistant.core.events import ImageRgb
from assistant.core.heartbeat import DEFAULT_QUIET_S, Heartbeat
from assistant.core.session_ports import Cameras

PATIENCE_S = 1.5
"""How long a picture may go on after a stop: most come by then, and the camera stays open."""


class Capturing:
    """Takes pictures, one at a time."""

    def __init__(
        self,
        cameras: Cameras,
        beat: Callable[[], None],
        is_heard: Callable[[], bool],
        quiet_s: tuple[float, ...] = DEFAULT_QUIET_S,
    ) -> None:
        """Takes nothing yet.

        Args:
            cameras: the camera in use.
            beat: says a sign of life.
            is_heard: whether something is being heard anyway.
            quiet_s: stretches of silence before each sign of life.
        """
        self._cameras, self._beat, self._is_heard = cameras, beat, is_heard
        self._quiet_s = quiet_s
        self._number = 0
        self._running = 0

    def take(self) -> ImageRgb:
        """The newest frame.

        Raises:
            AssistantError: there is none, or it was broken off.
        """
        self._number += 1
        self._running = self._number
        try:
            with Heartbeat(self._beat, self._quiet_s, self._is_heard):
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
            spare_thread.start(break_off, "break-off")
