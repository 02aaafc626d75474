"""Shows and speaks the same words, so that screen, voice and braille line never differ."""

from __future__ import annotations

from collections.abc import Sequence

from assistant import messages
from assistant.core.ports import Earcon, Earcons, Priority, Speaker
from assistant.core.reader import Reader
from assistant.core.session_ports import Front, Kind, Line
from assistant.errors import AssistantError
from assistant.messages.exceptions import describe_exception
from assistant.system.masking import masked
from assistant.system.printable import printable


class Announcer:
    """Everything that a session says goes through here.

    Where it ``is_in_turn``, everything is heard in the order in which it is said, as where several pictures are
    described one after the other; else status and errors come before waiting sentences.

    Attributes:
        reader: the present answer, as it is read aloud.
    """

    def __init__(
        self, front: Front, speaker: Speaker, earcons: Earcons, *, is_in_turn: bool = False
    ) -> None:
        self._is_in_turn = is_in_turn
        self._front = front
        self._speaker = speaker
        self._earcons = earcons
        self.reader = Reader(speaker)

    def tell(self, text: str, kind: Kind = Kind.STATUS) -> None:
        """Say something at once: before the rest of an answer; passwords in addresses are hidden."""
        text = masked(printable(text))
        self._front.show(Line(kind, text))
        urgent = Priority.ERROR if kind is Kind.ERROR else Priority.STATUS
        self._speaker.say(text, Priority.DESCRIPTION if self._is_in_turn else urgent)

    def tell_after(self, text: str, kind: Kind = Kind.NOTE) -> None:
        """Say something when the answer was read to its end."""
        text = masked(printable(text))
        self._front.show(Line(kind, text))
        self._speaker.say(text, Priority.DESCRIPTION)

    def end_answer(self, notes: Sequence[str]) -> None:
        """Say what is to be known about an answer when it was read to its end, and that it is done."""
        for note in notes:
            self.tell_after(note)
        self.tell_after(messages.DONE, Kind.STATUS)

    def read_shown(self, texts: Sequence[str]) -> None:
        """Speak what is on the screen already, in place of what was being spoken."""
        self._speaker.hush()
        for text in texts:
            self._speaker.say(masked(printable(text)), Priority.STATUS)

    def fail(self, error: AssistantError) -> None:
        """Say what happened and what to do."""
        self._earcons.play(Earcon.ERROR)
        self.tell(str(error), Kind.ERROR)

    def unexpected(self, error: Exception) -> None:
        """Say that something unexpected happened."""
        self.fail(describe_exception(error))

    def earcon(self, earcon: Earcon) -> None:
        """Play a sign."""
        self._earcons.play(earcon)

    def begin_answer(self, title: str) -> None:
        """Begin a new answer."""
        self.reader.begin()
        self._front.begin_answer(title)

    def sentence(self, text: str) -> None:
        """Show and speak the next sentence of the answer."""
        self._front.show(Line(Kind.SENTENCE, text, len(self.reader.sentences)))
        self.reader.add(text)

    def go_by(self, step: int) -> bool:
        """Read some sentences on or back; False at the end of the answer."""
        sentence = self.reader.step(step)
        if sentence is None:
            return False
        self._front.go_to(sentence)
        return True

    def read_one(self) -> None:
        """Read the present sentence again, and no further."""
        self._front.go_to(self.reader.read_one())

    def read_again(self) -> None:
        """Read the answer from its start."""
        self.reader.read_from(0)
        self._front.go_to(0)

    def stage(self, stage: str) -> None:
        """Show what is going on."""
        self._front.stage(stage)

    def finish(self) -> None:
        """Wait until everything is spoken."""
        self._speaker.wait()

    def is_heard(self) -> bool:
        """Return whether something is being spoken."""
        return not self._speaker.wait(timeout_s=0)

    def hush(self) -> bool:
        """Silence what is being said, and hold what waits; return whether sentences of the answer do."""
        return self._speaker.hush()

    def is_held(self) -> bool:
        """Return whether the rest of the answer waits until it is read on."""
        return self._speaker.is_paused

    def silence(self) -> None:
        """End all sound."""
        self._speaker.cancel()
        self._earcons.cancel()
