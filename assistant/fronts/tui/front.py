"""Carries what a session shows from its threads to the screen, many lines in one go.

A session speaks before the screen is there and after it is gone; nothing is lost and nothing blocks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from assistant.core.session_ports import Line


@dataclass(frozen=True)
class AnswerBegun:
    """The next sentences are a new answer's."""


@dataclass(frozen=True)
class GoneTo:
    """The reading goes on at a sentence of the present answer."""

    sentence: int


@dataclass(frozen=True)
class StageChanged:
    """What is going on now; empty when nothing is."""

    stage: str


Update = Line | AnswerBegun | GoneTo | StageChanged


class QueuedFront:
    """The session's ``Front``: keeps updates until the screen takes them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._updates: list[Update] = []
        self._wake: Callable[[], None] | None = None

    def attach(self, wake: Callable[[], None] | None) -> None:
        """Call ``wake``, from any thread, when there is something to take; None to stop that."""
        with self._lock:
            self._wake = wake
            is_due = bool(self._updates)
        if wake is not None and is_due:
            wake()

    def take(self) -> list[Update]:
        """Return all updates since the last time, in order."""
        with self._lock:
            updates, self._updates = self._updates, []
        return updates

    def show(self, line: Line) -> None:
        self._put(line)

    def begin_answer(self, title: str) -> None:
        self._put(AnswerBegun())

    def go_to(self, sentence: int) -> None:
        self._put(GoneTo(sentence))

    def stage(self, stage: str) -> None:
        self._put(StageChanged(stage))

    def _put(self, update: Update) -> None:
        with self._lock:
            # One call wakes the screen for all that comes before it looks.
            wake = self._wake if not self._updates else None
            self._updates.append(update)
        if wake is not None:
            wake()
