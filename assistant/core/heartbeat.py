"""Says that work goes on when nothing was heard for a while, so that silence never looks like a crash."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from assistant import messages
from assistant.system import threads

DEFAULT_QUIET_S = (10.0, 20.0, 30.0, 60.0)
"""Seconds of silence before each further sign of life; the last one repeats."""


def sign_of_life(stage: str, *, is_memory_short: bool = False) -> str:
    """Return what a beat says: that work goes on, on what, and why it is slow where that is known.

    Args:
        stage: what is being done, as ``messages`` calls it.
        is_memory_short: whether everything waits for memory.
    """
    message = messages.still_working(stage)
    return messages.nearly_full(message) if is_memory_short else message


class Heartbeat:
    """Calls ``beat`` from a thread of its own after every further stretch of silence.

    Attributes:
        beat: says the sign of life; must not block for long.
        quiet_s: the stretches; ``poke`` begins again with the first.
        is_heard: returns True while something is being heard anyway, for example queued speech.
    """

    def __init__(
        self,
        beat: Callable[[], None],
        quiet_s: tuple[float, ...] = DEFAULT_QUIET_S,
        is_heard: Callable[[], bool] = lambda: False,
    ) -> None:
        self._beat = beat
        self._quiet_s = quiet_s
        self._is_heard = is_heard
        self._changed = threading.Condition()
        self._is_stopped = False
        self._pokes = 0
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Heartbeat:
        self._thread = threads.start(self._run, "heartbeat")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def poke(self) -> None:
        """Something was said: the silence begins again."""
        with self._changed:
            self._pokes += 1
            self._changed.notify_all()

    def _run(self) -> None:
        beats = 0
        while True:
            wait_s = self._quiet_s[min(beats, len(self._quiet_s) - 1)]
            with self._changed:
                pokes = self._pokes
                self._changed.wait(timeout=wait_s)
                if self._is_stopped:
                    return
                if self._pokes != pokes:
                    beats = 0
                    continue
            if self._is_heard():
                beats = 0
                continue
            self._beat()
            beats += 1
