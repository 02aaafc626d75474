"""Reads an answer aloud and finds its way in it: next, previous, again, and letter by letter."""

from __future__ import annotations

from assistant.core.ports import Speaker

WORDS_SPELLED = 3
"""Words that are spelled at a time."""


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
        self._spelled: tuple[int, int] = (-1, 0)

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

    def spell(self) -> tuple[str, str] | None:
        """Return the last words of the present sentence and their letters; called again, the words before.

        Returns:
            Words and letters, or None when there is no sentence.
        """
        if not self.sentences:
            return None
        index = self.index
        words = "".join(c if c.isalnum() or c in "'-" else " " for c in self.sentences[index])
        parts = words.split()
        if not parts:
            return None
        end = self._spelled[1] if self._spelled[0] == index else len(parts)
        if end <= 0:
            end = len(parts)
        start = max(0, end - WORDS_SPELLED)
        self._speaker.cancel()
        self._aim_at(index)
        self._spelled = (index, start)
        group = parts[start:end]
        return " ".join(group), ", ".join(" ".join(word) for word in group)

    def _aim_at(self, index: int) -> None:
        self._aim = index
        self._spelled = (-1, 0)
        self._first_serial = self._serial
        self._index_by_serial.clear()

    def _queue(self, index: int) -> None:
        self._index_by_serial[self._serial] = index
        self._speaker.say(self.sentences[index], position=self._serial)
        self._serial += 1
