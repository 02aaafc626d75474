"""Describes pictures and answers questions for the command line, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from assistant import messages
from assistant.cli.records import TraceFile, answer_record, failure_record
from assistant.core.events import (
    DecodeOptions,
    DescribeRequest,
    EndReason,
    ImageRgb,
    TraceHeader,
    TraceStep,
)
from assistant.core.heartbeat import Heartbeat, sign_of_life
from assistant.core.pipeline import narrate_answer
from assistant.core.ports import Describer, Priority, Speaker
from assistant.errors import AssistantError, ExitCode
from assistant.fronts.console import Console
from assistant.settings.tree import Settings
from sparc_ggml.config import SparcConfig

if TYPE_CHECKING:
    from assistant.cli.heatmap import HeatmapFile


class PictureLoader(Protocol):
    """Loads a picture by the name that the user typed."""

    def __call__(self, name: str) -> ImageRgb:
        """Raises PictureError."""
        ...


@dataclass(frozen=True)
class Job:
    """What the user wants.

    Attributes:
        pictures: names as typed; "-" is standard input.
        questions: asked about each picture, in turn.
        is_json: whether objects are printed in place of sentences.
        is_labelled: whether each question is repeated on stdout before its answer.
    """

    pictures: Sequence[str]
    questions: Sequence[str]
    is_json: bool = False
    is_labelled: bool = False


@dataclass(frozen=True)
class Equipment:
    """What the work is done with.

    Attributes:
        describer: the model.
        speaker: speaks sentences and status.
        load_picture: reads pictures.
        console: shows.
        trace: where the trace goes, if one was asked for.
        sparc: steering of every answer.
        heatmap: draws what steering picked, if that was asked for.
        model_names: names of the model file and of the projector file, for ``--json``.
    """

    describer: Describer
    speaker: Speaker
    load_picture: PictureLoader
    console: Console
    trace: TraceFile | None
    sparc: SparcConfig | None
    model_names: tuple[str, str] = ("", "")
    notices: Sequence[str] = ()
    """Said and shown once, right after the first sign of life."""
    hints: Sequence[str] = ()
    """Shown once beside the notices; too long to be spoken."""
    heatmap: HeatmapFile | None = None


class _Front:
    """Shows and speaks; the pipeline's listener."""

    def __init__(self, equipment: Equipment, is_json: bool, started: float) -> None:
        self._equipment = equipment
        self._is_json = is_json
        self._started = started

    def sentence(self, sentence: str) -> None:
        if not self._is_json:
            self._equipment.console.data(sentence)
        self._equipment.speaker.say(sentence)

    def status(self, message: str) -> None:
        self._equipment.console.status(message, time.monotonic() - self._started)
        self._equipment.speaker.say(message, Priority.STATUS)

    def note(self, message: str) -> None:
        self._equipment.console.status(message)
        self._equipment.speaker.say(message)

    def beat(self) -> None:
        """A sign of life while a picture is being taken or read."""
        self.status(sign_of_life(messages.STAGE_OPENING))

    def stage(self, stage: str) -> None:
        """Nobody can ask here."""

    def trace(self, record: TraceHeader | TraceStep) -> None:
        if self._equipment.trace is not None:
            self._equipment.trace.write(record)
        if self._equipment.heatmap is not None:
            self._equipment.heatmap.add(record)

    def is_heard(self) -> bool:
        return not self._equipment.speaker.wait(timeout_s=0)


def run_job(
    job: Job,
    settings: Settings,
    equipment: Equipment,
    clock: Callable[[], float] = time.monotonic,
) -> ExitCode:
    """Does the whole job; a picture that fails does not keep the next from being described.

    Returns:
        The exit code of the first failure, else ``ExitCode.OK``.
    """
    first_failure = ExitCode.OK
    has_answered = False
    for number, name in enumerate(job.pictures, start=1):
        started = clock()
        front = _Front(equipment, job.is_json, started)
        _announce(job, equipment, number, name)
        for index, question in enumerate(job.questions, start=1):
            try:
                if index == 1:
                    with Heartbeat(front.beat, is_heard=front.is_heard):
                        image = equipment.load_picture(name)
                if len(job.questions) > 1:
                    equipment.console.status(messages.next_question(index, len(job.questions)))
                _label(job, equipment, question)
                request = _request(image, question, settings, equipment)
                narration = narrate_answer(equipment.describer, request, front)
                if equipment.heatmap is not None:
                    equipment.heatmap.draw(image)
            except AssistantError as error:
                first_failure = first_failure or error.exit_code
                _tell(equipment, error)
                if job.is_json:
                    equipment.console.json(failure_record(name, question, error))
                break
            if job.is_json:
                record = answer_record(name, question, request, narration, equipment.model_names)
                equipment.console.json(record)
            if narration.sentences and not has_answered:
                has_answered = True
                equipment.console.status(messages.MAY_BE_WRONG)
                equipment.speaker.say(messages.MAY_BE_WRONG)
            _finish(equipment, clock() - started)
            if narration.answer.ended is EndReason.CANCELLED:
                return first_failure or ExitCode.INTERRUPTED
    equipment.speaker.wait()
    return first_failure


def _announce(job: Job, equipment: Equipment, number: int, name: str) -> None:
    total = len(job.pictures)
    if total == 1:
        message = messages.LOOKING
    else:
        shown = messages.PICTURE_FROM_STDIN if name == "-" else name
        message = messages.looking_at(number, total, shown)
        if not job.is_json:  # a reader of stdout alone must know which picture the text is about
            equipment.console.data(("" if number == 1 else "\n") + f"{shown}:")
    equipment.console.status(message)
    equipment.speaker.say(message)
    if number == 1:
        for notice in equipment.notices:
            equipment.console.status(notice)
            equipment.speaker.say(notice)
        for hint in equipment.hints:
            equipment.console.status(hint)


def _label(job: Job, equipment: Equipment, question: str) -> None:
    if job.is_labelled and not job.is_json:
        equipment.console.data(question)
        equipment.speaker.say(question)


def _request(
    image: ImageRgb, question: str, settings: Settings, equipment: Equipment
) -> DescribeRequest:
    answer = settings.answer
    decode = DecodeOptions(
        max_tokens=answer.max_tokens,
        temperature=answer.temperature,
        top_p=answer.top_p,
        seed=answer.seed,
    )
    has_trace = equipment.trace is not None or equipment.heatmap is not None
    return DescribeRequest(image, question, decode, equipment.sparc, has_trace)


def _tell(equipment: Equipment, error: AssistantError) -> None:
    equipment.console.error(error)
    equipment.speaker.say(str(error), Priority.ERROR)


def _finish(equipment: Equipment, took_s: float) -> None:
    message = messages.DONE
    equipment.console.status(message, took_s)
    equipment.speaker.say(message)
