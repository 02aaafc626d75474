"""What waits to be spoken, and in what order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.core.narration import name_signs, says_something
from assistant.core.ports import Priority
from assistant.core.sentences import OWN_ENDS

LONGEST_CHARS = 400
"""Longer texts are spoken in parts, so that the place in them is known and a voice begins at once."""

_ENDS = tuple(f"{mark} " for mark in f".!?;{OWN_ENDS}")


@dataclass(frozen=True)
class Utterance:
    """One thing to speak; the speaker's ``position`` becomes its own, unless that is None."""

    text: str
    priority: Priority = Priority.DESCRIPTION
    position: int | None = None

    def longest_s(self, rate_wpm: int) -> float:
        """Return half more than it should take, and some; if it takes longer, the sound device hangs."""
        words = max(1.0, len(self.text) / 5.0)
        return 10.0 + 1.5 * 60.0 * words / rate_wpm


class UtteranceQueue:
    """A queue: errors first, then status, then descriptions; equals in order. Not thread-safe."""

    def __init__(self) -> None:
        self._waiting: dict[Priority, deque[Utterance]] = {kind: deque() for kind in Priority}

    def put(self, utterance: Utterance) -> None:
        """Add an utterance behind its equals, a long one in parts; skip what has nothing to hear."""
        for part in _parts(name_signs(utterance.text)):
            if says_something(part):
                self._waiting[utterance.priority].append(
                    Utterance(part, utterance.priority, utterance.position)
                )

    def put_back(self, utterance: Utterance) -> None:
        """Put an interrupted utterance in front of its equals."""
        self._waiting[utterance.priority].appendleft(utterance)

    def has_next(self, *, is_paused: bool) -> bool:
        """Return whether there is something to speak now; in a pause descriptions wait."""
        return self._first(is_paused) is not None

    def take(self, *, is_paused: bool) -> Utterance | None:
        """Take what to speak next; None when there is nothing."""
        kind = self._first(is_paused)
        return None if kind is None else self._waiting[kind].popleft()

    def clear(self) -> None:
        """Drop everything."""
        for waiting in self._waiting.values():
            waiting.clear()

    def drop_all_but_descriptions(self) -> deque[Utterance]:
        """Drop errors and status; return what is left."""
        for kind in (Priority.ERROR, Priority.STATUS):
            self._waiting[kind].clear()
        return self._waiting[Priority.DESCRIPTION]

    def _first(self, is_paused: bool) -> Priority | None:
        for kind in Priority:
            if self._waiting[kind] and not (is_paused and kind is Priority.DESCRIPTION):
                return kind
        return None


def _parts(text: str) -> Iterator[str]:
    """Yield the text in parts of bounded length, cut after a sentence, else after a word, else anywhere."""
    while len(text) > LONGEST_CHARS:
        head = text[:LONGEST_CHARS]
        cut = max(head.rfind(mark) + 1 for mark in _ENDS)
        if cut < LONGEST_CHARS // 4:
            cut = head.rfind(" ") + 1
        if cut < LONGEST_CHARS // 4:
            cut = LONGEST_CHARS
        yield text[:cut].strip()
        text = text[cut:]
    yield text.strip()
