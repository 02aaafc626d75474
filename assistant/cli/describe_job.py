"""Which pictures ``describe`` and ``ask`` answer about, in which order, and what they print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant import messages
from assistant.camera.named_pictures import CAMERA
from assistant.cli.records import answer_record, failure_record
from assistant.core.announcer import Announcer
from assistant.core.answering import Answering
from assistant.core.events import EndReason, ImageRgb
from assistant.core.questions import Question
from assistant.core.session_jobs import Ticket
from assistant.core.session_ports import Kind, Line
from assistant.errors import AssistantError, ExitCode
from assistant.fronts.console import Console
from assistant.messages import session as words

if TYPE_CHECKING:
    from assistant.cli.heatmap import HeatmapFile
    from assistant.cli.turns import Turns


@dataclass(frozen=True)
class Job:
    """What the user wants.

    Attributes:
        pictures: names as typed; "-" is standard input.
        questions: asked about each picture, in turn.
        is_json: whether objects are printed in place of sentences.
        is_labelled: whether each question is repeated before its answer.
    """

    pictures: Sequence[str]
    questions: Sequence[Question]
    is_json: bool = False
    is_labelled: bool = False


class DescribeFront:
    """Prints the answer on stdout, and everything else on stderr."""

    def __init__(self, console: Console, *, is_json: bool = False) -> None:
        self.console = console
        self._is_json = is_json

    def show(self, line: Line) -> None:
        if line.kind in (Kind.SENTENCE, Kind.QUESTION):
            if not self._is_json:
                self.console.data(line.text)
        else:
            self.console.status(line.text)

    def begin_answer(self, title: str) -> None:
        """Print nothing: the question is known."""

    def go_to(self, sentence: int) -> None:
        """Print nothing: nobody moves in an answer here."""

    def stage(self, stage: str) -> None:
        """Print nothing: a sign of life names the stage."""


@dataclass
class DescribeJob:
    """The work of one command line.

    Attributes:
        load_picture: reads a picture by the name that was typed, or takes the camera's; raises AssistantError.
        model_names: names of the model file and of the projector file, for ``--json``.
        announcements: said first of all, for example how many pictures a folder has.
        notices: said once, right after the first sign of life.
        hints: gives what is said last, so that no description waits for it.
        heatmap: draws what steering picked, if that was asked for.
        turns: is the announcer's speaker where there are several pictures or questions.
    """

    job: Job
    answering: Answering
    announcer: Announcer
    front: DescribeFront
    load_picture: Callable[[str], ImageRgb]
    model_names: tuple[str, str] = ("", "")
    announcements: Sequence[str] = ()
    notices: Sequence[str] = ()
    hints: Callable[[], Sequence[str]] = tuple
    heatmap: HeatmapFile | None = None
    turns: Turns | None = None
    _has_answered: bool = False

    def run(self) -> ExitCode:
        """Do all of it; a picture that fails does not keep the next from being described.

        Returns:
            The exit code of the first failure, else ``ExitCode.OK``.
        """
        code = ExitCode.OK
        for number, name in enumerate(self.job.pictures, start=1):
            failed = self._answer_about(number, name)
            code = code or failed
            if failed is ExitCode.INTERRUPTED:
                break
        else:
            self._begin_turn()
            for hint in self.hints() if self._has_answered else ():
                self.announcer.tell_after(hint)
            self.announcer.finish()
        return code

    def _answer_about(self, number: int, name: str) -> ExitCode:
        questions = self.job.questions
        question = questions[0]
        ticket = self._begin_turn()
        try:
            image = self.answering.take(
                lambda: self.load_picture(name),
                # Further questions need the picture, also where the first is skipped.
                ticket if len(questions) == 1 else Ticket(),
                self._openings(number, name),
                words.STAGE_CAPTURING if name == CAMERA else messages.STAGE_OPENING,
            )
            for index, question in enumerate(questions if image is not None else (), start=1):
                if index > 1:
                    ticket = self._begin_turn()
                if len(questions) > 1:
                    self.announcer.tell(messages.next_question(index, len(questions)))
                if self.job.is_labelled:
                    self.announcer.tell(question.text, Kind.QUESTION)
                assert image is not None
                narration = self.answering.answer(image, question, ticket)
                self._has_answered = True
                if self.heatmap is not None:
                    self.heatmap.draw(image)
                if self.job.is_json:
                    record = answer_record(name, question.text, narration, self.model_names)
                    self.front.console.json(record)
                if narration.answer.ended is EndReason.CANCELLED and not ticket.is_cancelled:
                    return ExitCode.INTERRUPTED
        except AssistantError as error:
            self.announcer.fail(error)
            if self.job.is_json:
                self.front.console.json(failure_record(name, question.text, error))
            return error.exit_code
        return ExitCode.OK

    def _begin_turn(self) -> Ticket:
        ticket = Ticket()

        def stop() -> None:
            ticket.cancel()
            self.answering.describer.cancel()

        if self.turns is not None:
            self.turns.begin(stop)
        return ticket

    def _openings(self, number: int, name: str) -> list[str]:
        total = len(self.job.pictures)
        notices = list(self.notices) if number == 1 else []
        if total == 1:
            return [*self.announcements, messages.LOOKING, *notices]
        shown = messages.PICTURE_FROM_STDIN if name == "-" else name
        if (
            not self.job.is_json
        ):  # a reader of stdout alone must know which picture the text is about
            if number > 1:
                self.front.console.data("")
            self.front.console.data(f"{shown}:")
        announcements = self.announcements if number == 1 else ()
        return [*announcements, messages.looking_at(number, total, shown), *notices]
