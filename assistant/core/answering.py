"""From a picture to a spoken answer: keys, command line and Python all come through here.

1. ``take``: "Looking.", the picture, the shutter's sign, and what is wrong with the picture.
2. ``answer``: the sentences as the model writes them, then warnings, the reminder that it may be wrong, "Done."
3. ``check``: the same question once more in silence, and what both answers have in common.

What goes wrong is raised; the caller says it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from assistant import messages
from assistant.core.agreement import agreement_lines, compare, same_answer_lines
from assistant.core.announcer import Announcer
from assistant.core.events import (
    DecodeOptions,
    DescribeRequest,
    EndReason,
    ImageRgb,
    TraceHeader,
    TraceStep,
    Turn,
)
from assistant.core.heartbeat import DEFAULT_QUIET_S, Heartbeat, sign_of_life
from assistant.core.history import Entry, History
from assistant.core.pipeline import Narration, narrate_answer
from assistant.core.ports import Describer, Earcon
from assistant.core.questions import BRIEF, DETAILED, Question, Style
from assistant.core.session_jobs import CancellableDescriber, Ticket
from assistant.core.session_ports import Inspector, Kind
from assistant.messages import session as words
from sparc_ggml.config import SparcConfig

SECOND_LOOK_TEMPERATURE = 0.7


@dataclass(frozen=True)
class AnswerOptions:
    """How the next answer is written.

    Attributes:
        sparc: the steering; None takes the model's own.
        keeps_turns: whether the model was trained to use earlier questions and answers.
        model: what the model is called.
        is_anyway: whether a picture that is none of the model's world is answered all the same.
    """

    decode: DecodeOptions
    sparc: SparcConfig | None
    keeps_turns: bool = False
    model: str = ""
    is_anyway: bool = False


class Answering:
    """Takes pictures and answers questions about them, one at a time, in the caller's thread.

    Attributes:
        describer: the model in use; may be exchanged between two answers.
        is_steered: whether SPARC steers the next answer, where the model's preset does.
    """

    def __init__(
        self,
        describer: Describer,
        announcer: Announcer,
        options: Callable[[], AnswerOptions],
        inspect: Inspector,
        history: History,
        *,
        on_trace: Callable[[TraceHeader | TraceStep], None] | None = None,
        is_memory_short: Callable[[], bool] = lambda: False,
        quiet_s: tuple[float, ...] = DEFAULT_QUIET_S,
    ) -> None:
        """Join the parts.

        Args:
            describer: the model.
            announcer: shows and speaks.
            options: gives the options of the next answer.
            inspect: looks for what is wrong with a picture.
            history: keeps the answers.
            on_trace: takes what steering did; None asks for no trace.
            is_memory_short: whether a long wait is explained by memory that is nearly full.
            quiet_s: stretches of silence before each sign of life, in seconds.
        """
        self.describer = describer
        self.is_steered = True
        self._announcer, self._options, self._inspect = announcer, options, inspect
        self._history, self._on_trace = history, on_trace
        self._is_memory_short, self._quiet_s = is_memory_short, quiet_s
        self._has_warned = False
        self._stage = ""
        self._since = 0.0

    @property
    def stage(self) -> tuple[str, float]:
        """What is going on, and for how many seconds; an empty text when nothing is."""
        return self._stage, time.monotonic() - self._since

    def set_stage(self, stage: str) -> None:
        """Remember and show what is going on."""
        if stage and not self._stage:
            self._since = time.monotonic()
        self._stage = stage
        self._announcer.stage(stage)

    def take(
        self,
        capture: Callable[[], ImageRgb],
        ticket: Ticket,
        openings: Sequence[str] = (messages.LOOKING,),
        stage: str = words.STAGE_CAPTURING,
    ) -> ImageRgb | None:
        """Take a picture and say what is wrong with it.

        Args:
            capture: gives the picture; may take its time.
            ticket: None is returned once it is cancelled.
            openings: are said first.
            stage: what a sign of life says meanwhile.

        Raises:
            AssistantError: there is no picture.
        """
        for opening in openings:
            self._announcer.tell(opening)
        self.set_stage(stage)
        # The inspection takes milliseconds, but where memory is short as long as anything else.
        with Heartbeat(lambda: self.beat(self._stage), self._quiet_s, self._announcer.is_heard):
            image = capture()
            if ticket.is_cancelled:
                return None
            self._announcer.earcon(Earcon.SHUTTER)
            problems = self._inspect(image)
        for problem in problems:
            self._announcer.tell(problem, Kind.NOTE)
        return image

    def answer(self, image: ImageRgb, question: Question, ticket: Ticket) -> Narration:
        """Ask, and show and speak the answer while it is written.

        Raises:
            AssistantError: it could not be answered.
        """
        taken_at = datetime.now()
        turns = self._history.about(image) if question.style is Style.QUESTION else []
        self._announcer.begin_answer(question.label)
        request = self._request(image, question.text, turns)
        narration = self._narrate(request, _Listener(self, ticket, self._announcer), ticket)
        is_complete = narration.answer.ended is not EndReason.CANCELLED
        if narration.sentences:
            sentences = tuple(narration.sentences)
            self._history.add(
                Entry(
                    image, question.text, question.label, sentences, taken_at, is_complete,
                    self._options().model,
                )
            )  # fmt: skip
        if ticket.is_cancelled or not is_complete:
            return narration
        for warning in narration.warnings:
            self._announcer.tell_after(warning)
        if narration.sentences and not self._has_warned:
            self._has_warned = True
            self._announcer.tell_after(messages.MAY_BE_WRONG)
        self._announcer.tell_after(messages.DONE, Kind.STATUS)
        return narration

    def check(self, entry: Entry, ticket: Ticket) -> None:
        """Ask a second time, and say what both answers mention and what only one does."""
        request = self._request(entry.image_rgb, entry.question, [])
        decode = replace(
            request.decode, temperature=SECOND_LOOK_TEMPERATURE, seed=random.randrange(2**31)
        )
        silent = _Listener(self, ticket, None)
        narration = self._narrate(replace(request, decode=decode), silent, ticket)
        if ticket.is_cancelled or narration.answer.ended is EndReason.CANCELLED:
            return
        first, second = entry.sentences, narration.sentences
        is_described = entry.question in (DETAILED.text, BRIEF.text)
        for line in (
            agreement_lines(compare(first, second))
            if is_described
            else same_answer_lines(first, second)
        ):
            self._announcer.tell_after(line)
        self._announcer.tell_after(messages.DONE, Kind.STATUS)

    def beat(self, stage: str) -> None:
        """Give a sign of life."""
        line = sign_of_life(stage, is_memory_short=self._is_memory_short())
        self._announcer.tell(line, Kind.WORKING)

    def tell(self, message: str) -> None:
        """Say something beside the answer."""
        self._announcer.tell(message)

    def is_heard(self) -> bool:
        """Return whether something is being spoken, or would be but for a pause."""
        return self._announcer.is_heard() or self._announcer.is_held()

    def trace(self, record: TraceHeader | TraceStep) -> None:
        """Pass on what steering did."""
        if self._on_trace is not None:
            self._on_trace(record)

    def _narrate(self, request: DescribeRequest, listener: _Listener, ticket: Ticket) -> Narration:
        self.set_stage(messages.STAGE_STARTING)
        describer = CancellableDescriber(self.describer, ticket)
        return narrate_answer(describer, request, listener, self._quiet_s)

    def _request(self, image: ImageRgb, question: str, turns: list[Entry]) -> DescribeRequest:
        options = self._options()
        sparc = options.sparc
        if sparc is not None and not self.is_steered:
            sparc = replace(sparc, method="none")
        kept = [Turn(entry.question, " ".join(entry.sentences)) for entry in turns]
        return DescribeRequest(
            image, question, options.decode, sparc, has_trace=self._on_trace is not None,
            turns=tuple(kept) if options.keeps_turns else (), is_anyway=options.is_anyway,
        )  # fmt: skip


class _Listener:
    """The pipeline's listener; says nothing more once its work is cancelled."""

    def __init__(self, answering: Answering, ticket: Ticket, announcer: Announcer | None) -> None:
        """Listen; where there is no announcer, sentences are not said."""
        self._answering, self._ticket, self._announcer = answering, ticket, announcer
        self.stage, self.trace = answering.set_stage, answering.trace
        self.is_heard = answering.is_heard

    def sentence(self, sentence: str) -> None:
        if self._announcer is not None and not self._ticket.is_cancelled:
            self._announcer.sentence(sentence)

    def status(self, message: str) -> None:
        if not self._ticket.is_cancelled:
            self._answering.tell(message)

    def beat(self, stage: str) -> None:
        if not self._ticket.is_cancelled:
            self._answering.beat(stage)
