"""From a picture to a spoken answer: keys, command line and Python all come through here.

1. ``take``: "Looking.", the picture, the shutter's sign, and what is wrong with the picture.
2. ``answer``: the facts of a glance while the model reads, the sentences as the model writes them, then warnings, the
   reminder that it may be wrong, "Done." Where the model does not know such pictures: that, and a glance.
3. ``check``: the same question once more in silence, and what both answers have in common.

What goes wrong is raised; the caller says it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from assistant import messages
from assistant.core.agreement import agreement_lines, compare, same_answer_lines, witness_lines
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
from assistant.core.glance_beside import GlanceBeside, lead_in
from assistant.core.glancing import Glancing
from assistant.core.heartbeat import DEFAULT_QUIET_S
from assistant.core.history import Entry, History
from assistant.core.pipeline import Narration, narrate_answer
from assistant.core.ports import Describer
from assistant.core.questions import BRIEF, DETAILED, Question, Style
from assistant.core.session_jobs import CancellableDescriber, Ticket
from assistant.core.session_ports import Inspector, Kind
from assistant.core.steering_switch import SteeringSwitch
from assistant.core.taking import Taking
from assistant.errors import UnfamiliarPictureError
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
        is_steering_measured: whether the steering has values that are known to suit the model.
        answers_yes_or_no: False for a model that says yes to every question whether something is there.
        has_glance: whether a glance is heard while the model reads, and after a refusal.
        knows_strangers: whether the model says itself that a picture is none of its world; a glance waits for that.
        is_anyway: whether a picture that is none of the model's world is answered all the same.
    """

    decode: DecodeOptions
    sparc: SparcConfig | None
    keeps_turns: bool = False
    model: str = ""
    is_steering_measured: bool = True
    answers_yes_or_no: bool = True
    has_glance: bool = False
    knows_strangers: bool = False
    is_anyway: bool = False


class Answering(Taking):
    """Takes pictures and answers questions about them, one at a time, in the caller's thread.

    Attributes:
        describer: the model in use; may be exchanged between two answers.
        steering: whether SPARC steers the next answer.
    """

    def __init__(
        self,
        describer: Describer,
        announcer: Announcer,
        options: Callable[[], AnswerOptions],
        inspect: Inspector,
        history: History,
        *,
        make_glancing: Callable[[Taking], Glancing] | None = None,
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
            make_glancing: makes what glances; None for a model that is always alone.
            on_trace: takes what steering did; None asks for no trace.
            is_memory_short: whether a long wait is explained by memory that is nearly full.
            quiet_s: stretches of silence before each sign of life, in seconds.
        """
        super().__init__(announcer, inspect, is_memory_short=is_memory_short, quiet_s=quiet_s)
        self.describer = describer
        self.steering = SteeringSwitch()
        self._options, self._history, self._on_trace = options, history, on_trace
        self.glancing = make_glancing(self) if make_glancing is not None else None
        self._has_warned = False

    def cancel(self) -> None:
        """End the running answer and glance."""
        if self.glancing is not None:
            self.glancing.cancel()
        self.describer.cancel()

    def answer(self, image: ImageRgb, question: Question, ticket: Ticket) -> Narration:
        """Ask, and show and speak the answer while it is written.

        Raises:
            RefusedError: the model does not know such pictures, and that was said.
            AssistantError: it could not be answered.
        """
        taken_at = datetime.now()
        turns = self._history.about(image) if question.style is Style.QUESTION else []
        self.announcer.begin_answer(question.label)
        beside = self._glance_beside(image, question, ticket)
        listener = _Listener(self, ticket, self.announcer, question.style, beside)
        sentences: tuple[str, ...] = ()
        is_complete = False
        try:
            narration = self._narrate(self._request(image, question.text, turns), listener, ticket)
            sentences = tuple(narration.sentences)
            is_complete = narration.answer.ended is not EndReason.CANCELLED
        except UnfamiliarPictureError as error:
            if self.glancing is None:
                raise
            has_glance = self._options().has_glance
            raise self.glancing.refuse(
                image, question, error, ticket, has_glance=has_glance
            ) from error
        finally:
            if beside is not None:
                beside.join()
            facts = tuple(beside.said) if beside is not None else ()
            if sentences or facts:
                said = (*facts, *lead_in(question.style, sentences)) if facts else ()
                self._history.add(
                    Entry(
                        image, question.text, question.label, sentences, taken_at, is_complete,
                        self._options().model, said, beside.findings if beside else (),
                        beside is not None and beside.has_more_text,
                    )
                )  # fmt: skip
            if beside is not None and self.glancing is not None:
                self.glancing.warm()  # the model's first words ended its process
        if ticket.is_cancelled or not is_complete:
            return narration
        if question.style is Style.QUESTION and not self._options().answers_yes_or_no:
            narration.warnings.append(words.SAYS_YES)
        lines = list(narration.warnings)
        if narration.sentences and not self._has_warned:
            self._has_warned = True
            lines.append(messages.MAY_BE_WRONG)
        ticket.is_told = True
        self.announcer.end_answer(lines)
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
        lines = self._compare(entry, narration.sentences, ticket)
        if not ticket.is_cancelled:
            ticket.is_told = True
            self.announcer.end_answer(lines)

    def turn_steering(self) -> str:
        """Turn steering on or off for the answers to come and return what to say."""
        options = self._options()
        return self.steering.turn(options.sparc, is_measured=options.is_steering_measured)

    def steering_status(self, key: str) -> str:
        """Return that steering is off, why, and the key that turns it on; empty where it is on."""
        options = self._options()
        return self.steering.status(options.sparc, key, is_measured=options.is_steering_measured)

    def _compare(self, entry: Entry, second: Sequence[str], ticket: Ticket) -> list[str]:
        if entry.question not in (DETAILED.text, BRIEF.text):
            return same_answer_lines(entry.sentences, second)
        lines = agreement_lines(compare(entry.sentences, second))
        if self.glancing is not None and self._options().has_glance:
            things = self.glancing.find_things(entry.image_rgb, ticket)
            lines += witness_lines(entry.sentences, things)
        return lines

    def trace(self, record: TraceHeader | TraceStep) -> None:
        """Pass on what steering did."""
        if self._on_trace is not None:
            self._on_trace(record)

    def _glance_beside(
        self, image: ImageRgb, question: Question, ticket: Ticket
    ) -> GlanceBeside | None:
        """Begin a glance where a new picture is described by a model that takes its time; else None."""
        options = self._options()
        if self.glancing is None or not options.has_glance or options.knows_strangers:
            return None
        if question.style is Style.QUESTION or self._history.of(image):
            return None
        return GlanceBeside(self.glancing, self.announcer, image, ticket)

    def _narrate(self, request: DescribeRequest, listener: _Listener, ticket: Ticket) -> Narration:
        self.set_stage(messages.STAGE_STARTING)
        describer = CancellableDescriber(self.describer, ticket)
        return narrate_answer(describer, request, listener, self.quiet_s)

    def _request(self, image: ImageRgb, question: str, turns: list[Entry]) -> DescribeRequest:
        options = self._options()
        sparc = self.steering.apply(options.sparc)
        kept = [Turn(entry.question, " ".join(entry.sentences)) for entry in turns]
        return DescribeRequest(
            image, question, options.decode, sparc, has_trace=self._on_trace is not None,
            turns=tuple(kept) if options.keeps_turns else (), is_anyway=options.is_anyway,
        )  # fmt: skip


class _Listener:
    """The pipeline's listener; says nothing more once its work is cancelled."""

    def __init__(
        self,
        answering: Answering,
        ticket: Ticket,
        announcer: Announcer | None,
        style: Style = Style.QUESTION,
        beside: GlanceBeside | None = None,
    ) -> None:
        """Listen; where there is no announcer, sentences are not said."""
        self._answering, self._ticket, self._announcer = answering, ticket, announcer
        self._beside, self._style = beside, style
        self.stage, self.trace = answering.set_stage, answering.trace
        self.is_heard = answering.is_heard

    def sentence(self, sentence: str) -> None:
        if self._announcer is None or self._ticket.is_cancelled:
            return
        beside, self._beside = self._beside, None
        if beside is not None and beside.end():
            (sentence,) = lead_in(self._style, [sentence])
        self._announcer.sentence(sentence)

    def status(self, message: str) -> None:
        if not self._ticket.is_cancelled:
            self._answering.tell(message)

    def note(self, message: str) -> None:
        if not self._ticket.is_cancelled:
            self._answering.announcer.tell(message, Kind.NOTE)

    def beat(self, stage: str) -> None:
        if not self._ticket.is_cancelled:
            self._answering.beat(stage)
