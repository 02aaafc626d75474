"""Reads a still scene before a key is pressed, so that the key press starts the answer at once.

A thread looks at the camera a few times a second. When the scene has been still for a while, the model is
given the picture to read in idle time. A key takes that picture when the scene is still the same; otherwise
a new one is taken and the work in advance was in vain, but cost nobody any time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from assistant.core.events import ImageRgb
from assistant.core.ports import Describer
from assistant.system import threads

PERIOD_S = 0.3
"""Time between two looks at the camera."""

FRESH_S = 1.0
"""How long ago the scene may have been seen to be still for its picture to be taken."""


class Stillness(Protocol):
    """Tells a still scene from a moving one."""

    def feed(self, frame: ImageRgb, now_s: float) -> bool:
        """Take the newest frame; whether the scene has been still for long enough."""


class LookAhead:
    """Looks, waits for stillness, and has the picture read."""

    def __init__(
        self,
        peek: Callable[[], ImageRgb | None],
        stillness: Callable[[], Stillness],
        describer: Callable[[], Describer],
        is_busy: Callable[[], bool],
        question: str,
        period_s: float = PERIOD_S,
    ) -> None:
        """Begin at once.

        Args:
            peek: the newest frame where that is cheap, else None.
            stillness: makes a judge of stillness that knows nothing yet.
            describer: the model in use.
            is_busy: whether an answer is being worked on; then nothing is done.
            question: what will probably be asked.
            period_s: time between two looks.
        """
        self._peek, self._make_stillness = peek, stillness
        self._describer, self._is_busy = describer, is_busy
        self._question, self._period_s = question, period_s
        self._lock = threading.Lock()
        self._prepared: ImageRgb | None = None
        self._seen_at = 0.0
        self._ended = threading.Event()
        self._thread = threads.start(self._run, "look-ahead")

    def take(self) -> ImageRgb | None:
        """Return the picture that was read in advance, if the scene has not moved since; it is given away once."""
        with self._lock:
            prepared, self._prepared = self._prepared, None
            is_fresh = time.monotonic() - self._seen_at < FRESH_S
        return prepared if is_fresh else None

    def close(self) -> None:
        """End the thread."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def _run(self) -> None:
        judge = self._make_stillness()
        while not self._ended.wait(self._period_s):
            if self._is_busy():
                judge = self._make_stillness()
                continue
            frame = self._peek()
            if frame is None:
                continue
            is_still = judge.feed(frame, time.monotonic())
            with self._lock:
                has_prepared = self._prepared is not None
                self._seen_at = time.monotonic()
                if not is_still:
                    self._prepared = None
                elif not has_prepared:
                    self._prepared = frame
            if has_prepared and not is_still:
                self._describer().cancel_prepare()
            elif is_still and not has_prepared:
                self._describer().prepare(frame, self._question)
