"""Reads an answer aloud and finds its way in it: by sentence, word and character, and spelled."""

from __future__ import annotations

from enum import Enum, auto

from assistant.core.ports import Speaker
from assistant.core.spelling import (
    find_words,
    name_character,
    spell,
    split_characters,
    strip_marks,
)

WORDS_SPELLED = 3
"""Words that are spelled at a time."""


class Unit(Enum):
    """By what a person goes through an answer."""

    CHARACTER = auto()
    WORD = auto()


class Reader:
    """The sentences of one answer, and where the voice is in them.

    Every utterance gets a number that is never used again, so that what the speaker reports after a jump
    is never mistaken for what it said before.
    """

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self.sentences: list[str] = []
        self._serial = 0
        self._index_by_serial: dict[int, int] = {}
        self._first_serial = 0
        self._aim = 0
        self._spelled: tuple[int, int, bool] | None = None
        self._cursor: tuple[int, int, int, Unit] | None = None

    def begin(self) -> None:
        """Forget the answer; a new one comes."""
        self.sentences = []
        self._aim_at(0)

    def show(self, sentences: list[str]) -> None:
        """Take an answer that is complete, without reading it."""
        self.begin()
        self.sentences = list(sentences)

    def add(self, sentence: str) -> None:
        """Add the next sentence of the answer; it is read when its turn comes."""
        self.sentences.append(sentence)
        self._queue(len(self.sentences) - 1)

    @property
    def index(self) -> int:
        """The sentence that is being read or was read last; 0 before the first."""
        position = self._speaker.position
        if position is None or position < self._first_serial:
            return self._aim
        return self._index_by_serial.get(position, self._aim)

    def read_from(self, index: int) -> None:
        """Read from a sentence on to the end."""
        self._speaker.cancel()
        self._aim_at(index)
        for number in range(index, len(self.sentences)):
            self._queue(number)

    def read_one(self) -> int:
        """Read the present sentence again, and no further; return which it is."""
        index = self.index
        self._speaker.cancel()
        self._aim_at(index)
        self._queue(index)
        return index

    def step(self, by: int) -> int | None:
        """Go some sentences on or back and read from there.

        Returns:
            The sentence gone to; None at an end of the answer.
        """
        wanted = self.index + by
        if not 0 <= wanted < len(self.sentences):
            return None
        self.read_from(wanted)
        return wanted

    def review(self, unit: Unit, by: int) -> str | None:
        """Go some words or characters on or back from the last one, and return how that one is said.

        Where the reading has gone on meanwhile, the first is that of the present sentence.

        Returns:
            None at an end of the answer.
        """
        index = self.index
        start = end = 0
        if self._cursor is not None and self._cursor[0] == index:
            _, start, end, last_unit = self._cursor
            if unit is Unit.CHARACTER and last_unit is Unit.WORD:
                end = start  # after a word, its own characters follow
        spans = _spans(self.sentences[index], unit)
        if by > 0:
            span = next((s for s in spans if s[0] >= end), None)
        else:
            span = next((s for s in reversed(spans) if s[1] <= start), None)
        if span is None:
            index += by
            if not 0 <= index < len(self.sentences):
                return None
            span = _spans(self.sentences[index], unit)[0 if by > 0 else -1]
        self._speaker.cancel()
        self._aim_at(index)
        self._cursor = (index, *span, unit)
        text = self.sentences[index][slice(*span)]
        if unit is Unit.CHARACTER:
            return name_character(text)
        word = strip_marks(text)
        return word if any(c.isalnum() for c in word) else spell(word)

    def spell(self) -> tuple[str, str] | None:
        """Return the last words of the present sentence and their characters.

        Called again, they come with words of the spelling alphabet, and then it is the words before.

        Returns:
            Words and characters, or None when there is no sentence.
        """
        if not self.sentences:
            return None
        index = self.index
        sentence = self.sentences[index]
        parts = [strip_marks(sentence[slice(*span)]) for span in find_words(sentence)]
        end, is_phonetic = len(parts), False
        if self._spelled is not None and self._spelled[0] == index:
            _, end, was_phonetic = self._spelled
            is_phonetic = not was_phonetic
            if was_phonetic:
                end = max(0, end - WORDS_SPELLED) or len(parts)
        self._speaker.cancel()
        self._aim_at(index)
        self._spelled = (index, end, is_phonetic)
        group = " ".join(parts[max(0, end - WORDS_SPELLED) : end])
        return group, spell(group, is_phonetic=is_phonetic)

    def _aim_at(self, index: int) -> None:
        self._aim = index
        self._spelled = self._cursor = None
        self._first_serial = self._serial
        self._index_by_serial.clear()

    def _queue(self, index: int) -> None:
        self._index_by_serial[self._serial] = index
        self._speaker.say(self.sentences[index], position=self._serial)
        self._serial += 1


def _spans(sentence: str, unit: Unit) -> list[tuple[int, int]]:
    """Return where each word or character begins and ends; a sentence is never empty."""
    if unit is Unit.WORD:
        return find_words(sentence)
    spans, start = [], 0
    for character in split_characters(sentence):
        spans.append((start, start + len(character)))
        start += len(character)
    return spans
