"""Goes through the pictures of a command line, each in its turn; what is said about one is the subclass's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from assistant import messages
from assistant.camera.named_pictures import CAMERA
from assistant.core.announcer import Announcer
from assistant.core.events import ImageRgb
from assistant.core.session_jobs import Ticket
from assistant.core.session_ports import Kind, Line
from assistant.core.taking import Taking
from assistant.errors import AssistantError, ExitCode
from assistant.fronts.console import Console
from assistant.messages import session as words

if TYPE_CHECKING:
    from assistant.cli.turns import Turns


class CommandFront:
    """Prints the answer on stdout, and everything else on stderr."""

    def __init__(self, console: Console, *, is_json: bool = False) -> None:
        self.console = console
        self.is_json = is_json

    def show(self, line: Line) -> None:
        if line.kind in (Kind.SENTENCE, Kind.QUESTION):
            if not self.is_json:
                self.console.data(line.text)
        else:
            self.console.status(line.text)

    def begin_answer(self, title: str) -> None:
        """Print nothing: the question is known."""

    def go_to(self, sentence: int) -> None:
        """Print nothing: nobody moves in an answer here."""

    def stage(self, stage: str) -> None:
        """Print nothing: a sign of life names the stage."""


class PicturesJob(ABC):
    """The work of one command line about one picture after the other.

    Attributes:
        front: prints.
        turns: as of ``__init__``.
    """

    def __init__(
        self,
        pictures: Sequence[str],
        taking: Taking,
        front: CommandFront,
        load_picture: Callable[[str], ImageRgb],
        *,
        announcements: Sequence[str] = (),
        notices: Sequence[str] = (),
        hints: Callable[[], Sequence[str]] = tuple,
        turns: Turns | None = None,
    ) -> None:
        """Join the parts.

        Args:
            pictures: names as typed; "-" is standard input.
            taking: takes the pictures.
            front: prints.
            load_picture: reads a picture by the name that was typed, or takes the camera's; raises AssistantError.
            announcements: said first of all, for example how many pictures a folder has.
            notices: said once, right after the first sign of life.
            hints: gives what is said last, so that no answer waits for it.
            turns: is the announcer's speaker where there are several pictures or questions.
        """
        self._pictures, self._taking, self.front = pictures, taking, front
        self._load_picture = load_picture
        self._announcements, self._notices, self._hints = announcements, notices, hints
        self.turns = turns
        self._has_answered = False

    @property
    def announcer(self) -> Announcer:
        return self._taking.announcer

    def run(self) -> ExitCode:
        """Do all of it; a picture that fails does not keep the next from its turn.

        Returns:
            The exit code of the first failure, else ``ExitCode.OK``.
        """
        code = ExitCode.OK
        for number, name in enumerate(self._pictures, start=1):
            failed = self._answer_about(number, name)
            code = code or failed
            if failed is ExitCode.INTERRUPTED:
                break
        else:
            self.begin_turn()
            for hint in self._hints() if self._has_answered else ():
                self.announcer.tell_after(hint)
            self.announcer.finish()
        return code

    @abstractmethod
    def say(self, name: str, image: ImageRgb, ticket: Ticket) -> ExitCode:
        """Say what is to be said about a picture; raise AssistantError where it cannot be."""

    @abstractmethod
    def record_failure(self, name: str, error: AssistantError) -> None:
        """Print for programs that nothing could be said about a picture."""

    @abstractmethod
    def stop(self) -> None:
        """End the work on the present picture."""

    def ticket_of_picture(self, ticket: Ticket) -> Ticket:
        """Return the ticket that ends the taking of a picture, where its turn's does not."""
        return ticket

    def begin_turn(self) -> Ticket:
        """Begin a turn: what is said from now on can be skipped for itself."""
        ticket = Ticket()

        def stop() -> None:
            ticket.cancel()
            self.stop()

        if self.turns is not None:
            self.turns.begin(stop)
        return ticket

    def _answer_about(self, number: int, name: str) -> ExitCode:
        ticket = self.begin_turn()
        try:
            image = self._taking.take(
                lambda: self._load_picture(name),
                self.ticket_of_picture(ticket),
                self._openings(number, name),
                words.STAGE_CAPTURING if name == CAMERA else messages.STAGE_OPENING,
            )
            if image is None:
                return ExitCode.OK
            code = self.say(name, image, ticket)
            self._has_answered = True
            return code
        except AssistantError as error:
            self.announcer.fail(error)
            if self.front.is_json:
                self.record_failure(name, error)
            return error.exit_code

    def _openings(self, number: int, name: str) -> list[str]:
        total = len(self._pictures)
        notices = list(self._notices) if number == 1 else []
        if total == 1:
            return [*self._announcements, messages.LOOKING, *notices]
        shown = messages.PICTURE_FROM_STDIN if name == "-" else name
        if (
            not self.front.is_json
        ):  # a reader of stdout alone must know which picture the text is about
            if number > 1:
                self.front.console.data("")
            self.front.console.data(f"{shown}:")
        announcements = self._announcements if number == 1 else ()
        return [*announcements, messages.looking_at(number, total, shown), *notices]
