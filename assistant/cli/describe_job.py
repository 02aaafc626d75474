"""What ``describe`` and ``ask`` say about each picture, and what they print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant import messages
from assistant.cli.pictures_job import CommandFront, PicturesJob
from assistant.cli.records import answer_record, failure_record
from assistant.core.answering import Answering
from assistant.core.events import EndReason, ImageRgb
from assistant.core.glancing import RefusedError
from assistant.core.questions import Question
from assistant.core.session_jobs import Ticket
from assistant.core.session_ports import Kind
from assistant.errors import AssistantError, ExitCode

if TYPE_CHECKING:
    from assistant.cli.heatmap import HeatmapFile


@dataclass(frozen=True)
class Job:
    """What the user wants.

    Attributes:
        pictures: names as typed; "-" is standard input.
        questions: asked about each picture, in turn.
        is_labelled: whether each question is repeated before its answer.
    """

    pictures: Sequence[str]
    questions: Sequence[Question]
    is_labelled: bool = False


class DescribeJob(PicturesJob):
    """The work of one command line that asks a model."""

    def __init__(
        self,
        job: Job,
        answering: Answering,
        front: CommandFront,
        load_picture: Callable[[str], ImageRgb],
        model_names: tuple[str, str] = ("", ""),
        *,
        heatmap: HeatmapFile | None = None,
        **options: Any,
    ) -> None:
        """Join the parts.

        Args:
            job: what is asked.
            answering: answers.
            front: prints.
            load_picture: as of ``PicturesJob``.
            model_names: names of the model file and of the projector file, for ``--json``.
            heatmap: draws what steering picked, if that was asked for.
            **options: the further ones of ``PicturesJob``.
        """
        super().__init__(job.pictures, answering, front, load_picture, **options)
        self._job, self._answering = job, answering
        self._model_names, self._heatmap = model_names, heatmap
        self._question = job.questions[0]

    def ticket_of_picture(self, ticket: Ticket) -> Ticket:
        # Further questions need the picture, also where the first is skipped.
        return ticket if len(self._job.questions) == 1 else Ticket()

    def stop(self) -> None:
        self._answering.cancel()

    def say(self, name: str, image: ImageRgb, ticket: Ticket) -> ExitCode:
        questions, code = self._job.questions, ExitCode.OK
        for index, question in enumerate(questions, start=1):
            self._question = question
            if index > 1:
                ticket = self.begin_turn()
            if len(questions) > 1:
                self.announcer.tell(messages.next_question(index, len(questions)))
            if self._job.is_labelled:
                self.announcer.tell(question.text, Kind.QUESTION)
            ended = self._answer(name, image, question, ticket)
            code = code or ended
            if ended is ExitCode.INTERRUPTED:
                break
        return code

    def record_failure(self, name: str, error: AssistantError) -> None:
        self.front.console.json(failure_record(name, self._question.text, error))

    def _answer(self, name: str, image: ImageRgb, question: Question, ticket: Ticket) -> ExitCode:
        try:
            narration = self._answering.answer(image, question, ticket)
        except RefusedError as error:  # it was said
            if self.front.is_json:
                self.front.console.json(failure_record(name, question.text, error, error.findings))
            return error.exit_code
        self._has_answered = True
        if self._heatmap is not None:
            self._heatmap.draw(image)
        if self.front.is_json:
            record = answer_record(name, question.text, narration, self._model_names)
            self.front.console.json(record)
        if narration.answer.ended is EndReason.CANCELLED and not ticket.is_cancelled:
            return ExitCode.INTERRUPTED
        return ExitCode.OK
