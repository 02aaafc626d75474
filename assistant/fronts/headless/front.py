"""What is written while nobody sees a screen: as little as can be, because it ends up in the system's log."""

from __future__ import annotations

from assistant.core.session_ports import Kind, Line
from assistant.fronts.console import Console


class HeadlessFront:
    """Writes errors, and the rest only where a person asked for it: descriptions do not belong in a log."""

    def __init__(self, console: Console, *, shows_all: bool) -> None:
        self._console, self._shows_all = console, shows_all

    def show(self, line: Line) -> None:
        if self._shows_all and line.kind is Kind.SENTENCE:
            self._console.spoken(line.text)
        elif self._shows_all or line.kind is Kind.ERROR:
            self._console.status(line.text)

    def begin_answer(self, title: str) -> None:
        """Do nothing: all of it is spoken."""

    def go_to(self, sentence: int) -> None:
        """Do nothing: it is spoken."""

    def stage(self, stage: str) -> None:
        """Do nothing: the status key says it."""
