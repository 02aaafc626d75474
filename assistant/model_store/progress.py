"""Progress as plain lines: at most one every five seconds, and a word aloud at every quarter or tenth."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from assistant.messages import downloads as words
from assistant.system import threads

LINE_EVERY_S = 5.0
SPEAK_EVERY_PERCENT = 25
FIRST_RATE_S = 10.0
"""After how long the time that is left is said first; before, the rate of a line is a guess."""
STALL_AFTER_S = 10.0
STALL_LINE_EVERY_S = 30.0
_TICK_S = 1.0


class Progress:
    """Tells of one long piece of work; call ``at`` as often as you like, from any thread."""

    def __init__(
        self,
        total: int,
        show: Callable[[str], None],
        speak: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        speak_every: int = SPEAK_EVERY_PERCENT,
    ) -> None:
        """Start the clock.

        Args:
            total: bytes of all the work, above 0.
            show: takes a line.
            speak: takes a sentence.
            clock: seconds.
            speak_every: percent between two sentences.
        """
        self._total = total
        self._show = show
        self._speak = speak
        self._clock = clock
        self._lock = threading.Lock()
        self._started = self._last_line = self._last_byte = clock()
        self._first: int | None = None
        self._done = self._shown = 0
        self._every = speak_every
        self._part = 0
        self._has_said_rate = False
        self._is_stalled = False

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Report a standstill as well, while this lasts."""
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(_TICK_S):
                self.tick()

        with self._lock:
            self._last_byte = self._clock()
        watcher = threads.start(watch, "progress")
        try:
            yield
        finally:
            is_over.set()
            if watcher is not None:
                watcher.join()

    def at(self, done: int) -> None:
        """Report that ``done`` bytes are there; those of an earlier run may be among them."""
        with self._lock:
            now, percent = self._clock(), self._percent(done)
            if self._first is None:
                # What came before this run, and the wait for its first byte, say nothing about how fast it is.
                self._first = self._shown = done
                self._part = percent // self._every
                self._started = self._last_line = now
            if done != self._done:
                self._done, self._last_byte, self._is_stalled = done, now, False
            part = percent // self._every
            if part > self._part and percent < 100:
                self._speak(words.progress_spoken(part * self._every))
            self._part = max(part, self._part)
            self._say_first_rate(now)
            if now - self._last_line < LINE_EVERY_S:
                return
            is_moving = done > self._shown
            self._last_line, self._shown = now, done
            rate = self._rate(now)
            # The total may be a rounded one.
            left_s = max(0, self._total - done) / rate if is_moving and rate > 0 else None
            self._show(words.progress_line(percent, rate, left_s))

    def tick(self) -> None:
        """Say so when nothing has come for long: shown now and then, spoken once."""
        with self._lock:
            now = self._clock()
            if now - self._last_byte < STALL_AFTER_S:
                return
            if self._is_stalled and now - self._last_line < STALL_LINE_EVERY_S:
                return
            if not self._is_stalled:
                self._is_stalled = True
                self._speak(words.PROGRESS_STALLED)
            self._last_line = now
            self._show(words.progress_line(self._percent(self._done), 0.0, None))

    @property
    def rate(self) -> float:
        """Bytes a second of this run, up to its last byte; 0 where it took less than ``FIRST_RATE_S``."""
        with self._lock:
            took_s = self._last_byte - self._started
            return self._rate(self._last_byte) if took_s >= FIRST_RATE_S else 0.0

    def _rate(self, now: float) -> float:
        if self._first is None or now <= self._started:
            return 0.0
        return max(0, self._done - self._first) / (now - self._started)

    def _say_first_rate(self, now: float) -> None:
        if self._has_said_rate or now - self._started < FIRST_RATE_S:
            return
        self._has_said_rate = True
        if rate := self._rate(now):
            self._speak(words.first_rate(rate, max(0, self._total - self._done) / rate))

    def _percent(self, done: int) -> int:
        return min(100, 100 * max(done, 0) // self._total)
