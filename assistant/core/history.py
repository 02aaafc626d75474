"""The answers of this run, in memory only, with their pictures, bounded in number and in size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.core.events import ImageRgb
from assistant.core.findings import Finding, TextLine
from assistant.messages import session as words


@dataclass(frozen=True)
class Entry:
    """One answer.

    Attributes:
        image_rgb: the picture, shape (height, width, 3).
        question: what was asked, as given to the model; empty where no model was asked.
        label: how the question is called in lists; a person's own question is its own label.
        sentences: the model's answer, and nothing that stood in the picture: this goes into later questions.
        taken_at: when the picture was taken.
        is_complete: whether the answer was not stopped.
        model: what the model is called that answered.
        said: everything that was said as the answer, where a glance belongs to it; empty where that is ``sentences``.
        findings: what the glance found.
        has_more_text: whether the picture holds more text than was said.
        is_refused: whether the model does not know such pictures.
    """

    image_rgb: ImageRgb
    question: str
    label: str
    sentences: tuple[str, ...]
    taken_at: datetime
    is_complete: bool = True
    model: str = ""
    said: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    has_more_text: bool = False
    is_refused: bool = False

    @property
    def heard(self) -> tuple[str, ...]:
        """The sentences as they were read aloud."""
        return self.said or self.sentences

    @property
    def text_lines(self) -> list[TextLine]:
        """The text that a glance found, line by line."""
        return [finding for finding in self.findings if isinstance(finding, TextLine)]

    @property
    def line(self) -> str:
        """The entry as one line of a list."""
        first = self.heard[0] if self.heard else ""
        return words.history_line(f"{self.taken_at:%H:%M}", self.label, first)


class History:
    """Answers, newest first."""

    def __init__(self, max_entries: int = 50, max_mb: float = 256.0) -> None:
        self._max_entries = max_entries
        self._max_bytes = int(max_mb * 2**20)
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Keep an answer and forget the oldest ones until all fit; the newest is always kept."""
        self._entries.insert(0, entry)
        while len(self._entries) > 1 and (
            len(self._entries) > self._max_entries or self.n_bytes > self._max_bytes
        ):
            self._entries.pop()

    @property
    def entries(self) -> Sequence[Entry]:
        """Newest first."""
        return tuple(self._entries)

    def about(self, image_rgb: ImageRgb) -> list[Entry]:
        """Return the model's complete answers about one picture, oldest first."""
        return [
            entry for entry in reversed(self.of(image_rgb)) if entry.is_complete and entry.sentences
        ]

    def of(self, image_rgb: ImageRgb) -> list[Entry]:
        """Return everything that was said about one picture, newest first."""
        return [entry for entry in self._entries if entry.image_rgb is image_rgb]

    @property
    def n_bytes(self) -> int:
        """Memory that the pictures take; several answers about one share it."""
        pictures = {id(entry.image_rgb): entry.image_rgb.nbytes for entry in self._entries}
        return sum(pictures.values())
