"""Progress as plain lines: at most one every five seconds, and a word aloud at every quarter."""

from __future__ import annotations

import time
from collections.abc import Callable

from assistant.messages import models as words

LINE_EVERY_S = 5.0
SPEAK_EVERY_PERCENT = 25


class Progress:
    """Tells of one long piece of work; call ``at`` as often as you like."""

    def __init__(
        self,
        total: int,
        show: Callable[[str], None],
        speak: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Starts the clock.

        Args:
            total: bytes of all the work; above 0.
            show: takes a line.
            speak: takes a sentence.
            clock: seconds.
        """
        self._total = total
        self._show = show
        self._speak = speak
        self._clock = clock
        self._started = self._last_line = clock()
        self._first: int | None = None
        self._quarter = 0

    def at(self, done: int) -> None:
        """``done`` bytes are there; those of an earlier run may be among them."""
        if self._first is None:
            # What came before this run says nothing about how fast this one is.
            self._first = done
            self._quarter = self._percent(done) // SPEAK_EVERY_PERCENT
        now, percent = self._clock(), self._percent(done)
        quarter = percent // SPEAK_EVERY_PERCENT
        if quarter > self._quarter and percent < 100:
            self._speak(words.progress_spoken(quarter * SPEAK_EVERY_PERCENT))
        self._quarter = max(quarter, self._quarter)
        if now - self._last_line < LINE_EVERY_S:
            return
        self._last_line = now
        rate = max(0, done - self._first) / (now - self._started)
        left_s = (self._total - done) / rate if rate > 0 else None
        self._show(words.progress_line(percent, rate, left_s))

    def _percent(self, done: int) -> int:
        return min(100, 100 * max(done, 0) // self._total)
