"""Goes through the answer that was read aloud: by sentence, word and character, spelled, and again."""

from __future__ import annotations

from assistant.core.announcer import Announcer
from assistant.core.reader import Unit
from assistant.messages import session as words


class Reviewing:
    """What the keys for reading again do; where there is no answer yet, each says so."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer, self._reader = announcer, announcer.reader

    def repeat(self) -> None:
        """Read the answer from its start."""
        if self._has_answer():
            self._announcer.read_again()

    def step(self, by: int, at_end: str) -> None:
        """Read some sentences on or back; ``at_end`` is said where there is none."""
        if self._has_answer() and not self._announcer.go_by(by):
            self._announcer.tell(at_end)

    def review(self, unit: Unit, by: int, at_end: str) -> None:
        """Say the next word or character, or the one before."""
        if self._has_answer():
            self._announcer.tell(self._reader.review(unit, by) or at_end)

    def read_sentence(self) -> None:
        """Read the present sentence again."""
        if self._has_answer():
            self._announcer.read_one()

    def spell(self) -> None:
        """Spell the last words."""
        spelled = self._reader.spell()
        self._announcer.tell(words.spelled(*spelled) if spelled else words.NOTHING_SAID_YET)

    def _has_answer(self) -> bool:
        if not self._reader.sentences:
            self._announcer.tell(words.NOTHING_SAID_YET)
        return bool(self._reader.sentences)
