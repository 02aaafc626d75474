"""From a key to a spoken answer: the picture is taken, looked over, described, remembered."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from assistant import messages
from assistant.core.agreement import agreement_lines, compare, same_answer_lines
from assistant.core.announcer import Announcer
from assistant.core.capturing import Capturing
from assistant.core.events import (
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
from assistant.core.session_ports import Cameras, Inspector, Kind, Models, Preferences
from assistant.errors import AssistantError
from assistant.messages import session as words
from sparc_ggml.config import SparcConfig

SECOND_LOOK_TEMPERATURE = 0.7


class Answering:
    """Does the long work of a session; its methods run in the session's work thread.

    Attributes:
        describer: the model in use; may be exchanged between two pieces of work.
        is_steered: whether SPARC steers the next answer, where the model's preset does.
    """

    def __init__(
        self,
        describer: Describer,
        announcer: Announcer,
        cameras: Cameras,
        models: Models,
        preferences: Preferences,
        inspect: Inspector,
        history: History,
        take_prepared: Callable[[], ImageRgb | None] = lambda: None,
        quiet_s: tuple[float, ...] = DEFAULT_QUIET_S,
    ) -> None:
        self.describer = describer
        self.is_steered = True
        self._announcer = announcer
        self._capturing = Capturing(cameras)
        self._models = models
        self._preferences = preferences
        self._inspect = inspect
        self._history = history
        self._take_prepared = take_prepared
        self._quiet_s = quiet_s
        self._has_warned = False
        self._stage = ""
        self._since = 0.0

    @property
    def stage(self) -> tuple[str, float]:
        """What is going on, and for how many seconds the work has gone on; empty when none does."""
        return self._stage, time.monotonic() - self._since

    def look(self, question: Question, ticket: Ticket) -> None:
        """Takes a picture and answers."""
        with _Working(self, ticket):
            image = self._capture(ticket)
            if image is not None:
                self._answer(image, question, ticket)

    def take(self, then: Callable[[ImageRgb], None], ticket: Ticket) -> None:
        """Takes a picture about which something will be asked."""
        with _Working(self, ticket):
            image = self._capture(ticket)
            if image is not None and not ticket.is_cancelled:
                self.describer.prepare(image)
                then(image)

    def ask(self, image: ImageRgb, question: Question, ticket: Ticket) -> None:
        """Answers a question about a picture that was taken before."""
        with _Working(self, ticket):
            self._answer(image, question, ticket)

    def check(self, entry: Entry, ticket: Ticket) -> None:
        """Looks a second time, and says what both looks mention and what only one does."""
        with _Working(self, ticket):
            self._announcer.tell(words.CHECK_STARTED)
            request = self._request(entry.image_rgb, entry.question, [])
            decode = replace(
                request.decode, temperature=SECOND_LOOK_TEMPERATURE, seed=random.randrange(2**31)
            )
            silent = _Listener(self, ticket, is_spoken=False)
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

    def set_stage(self, stage: str) -> None:
        """Remembers and shows what is going on."""
        if stage and not self._stage:
            self._since = time.monotonic()
        self._stage = stage
        self._announcer.stage(stage)

    def fail(self, error: Exception, ticket: Ticket) -> None:
        """Says what went wrong, unless nobody waits any more."""
        if ticket.is_cancelled:
            return
        if isinstance(error, AssistantError):
            self._announcer.fail(error)
        else:
            self._announcer.unexpected(error)

    def say(self, sentence: str) -> None:
        """The next sentence of the answer."""
        self._announcer.sentence(sentence)

    def tell(self, message: str, *, is_after: bool = False) -> None:
        """Says something beside the answer."""
        (self._announcer.tell_after if is_after else self._announcer.tell)(message)

    def is_heard(self) -> bool:
        """Whether something is being spoken."""
        return self._announcer.is_heard()

    def interrupt_capture(self) -> None:
        """Nobody waits for a picture that is being taken."""
        self._capturing.interrupt()

    def _beat(self) -> None:
        self._announcer.tell(sign_of_life(self._stage))

    def _capture(self, ticket: Ticket) -> ImageRgb | None:
        self._announcer.tell(messages.LOOKING)
        self.set_stage(words.STAGE_CAPTURING)
        prepared = self._take_prepared()
        # Over the look at it too: usually milliseconds, but where memory is short as long as anything else.
        with Heartbeat(self._beat, self._quiet_s, self._announcer.is_heard):
            image = self._capturing.take() if prepared is None else prepared
            if ticket.is_cancelled:
                return None
            self._announcer.earcon(Earcon.SHUTTER)
            problems = self._inspect(image)
        for problem in problems:
            self._announcer.tell(problem, Kind.NOTE)
        return image

    def _answer(self, image: ImageRgb, question: Question, ticket: Ticket) -> None:
        taken_at = datetime.now()
        turns = self._history.about(image) if question.style is Style.QUESTION else []
        self._announcer.begin_answer(question.label)
        request = self._request(image, question.text, turns)
        narration = self._narrate(request, _Listener(self, ticket), ticket)
        is_complete = narration.answer.ended is not EndReason.CANCELLED
        if narration.sentences:
            sentences = tuple(narration.sentences)
            self._history.add(
                Entry(image, question.text, question.label, sentences, taken_at, is_complete)
            )
        if ticket.is_cancelled or not is_complete:
            return
        for warning in narration.warnings:
            self._announcer.tell_after(warning)
        if narration.sentences and not self._has_warned:
            self._has_warned = True
            self._announcer.tell_after(messages.MAY_BE_WRONG)
        self._announcer.tell_after(messages.DONE, Kind.STATUS)

    def _narrate(self, request: DescribeRequest, listener: _Listener, ticket: Ticket) -> Narration:
        self.set_stage(messages.STAGE_STARTING)
        describer = CancellableDescriber(self.describer, ticket)
        return narrate_answer(describer, request, listener, self._quiet_s)

    def _request(self, image: ImageRgb, question: str, turns: list[Entry]) -> DescribeRequest:
        sparc: SparcConfig = self._models.preset
        if not self.is_steered:
            sparc = replace(sparc, method="none")
        kept = (
            tuple(Turn(entry.question, " ".join(entry.sentences)) for entry in turns)
            if self._models.keeps_turns
            else ()
        )
        decode = self._preferences.decode_options()
        return DescribeRequest(image, question, decode, sparc, turns=kept)


class _Working:
    """Marks work as going on, and turns whatever goes wrong in it into words."""

    def __init__(self, answering: Answering, ticket: Ticket) -> None:
        self._answering = answering
        self._ticket = ticket

    def __enter__(self) -> None:
        self._answering.set_stage(messages.STAGE_STARTING)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        self._answering.set_stage("")
        if isinstance(error, Exception):
            self._answering.fail(error, self._ticket)
            return True
        return False


class _Listener:
    """The pipeline's listener; says nothing more once its work is cancelled."""

    def __init__(self, answering: Answering, ticket: Ticket, *, is_spoken: bool = True) -> None:
        self._answering = answering
        self._ticket = ticket
        self._is_spoken = is_spoken

    def sentence(self, sentence: str) -> None:
        if self._is_spoken and not self._ticket.is_cancelled:
            self._answering.say(sentence)

    def status(self, message: str) -> None:
        if not self._ticket.is_cancelled:
            self._answering.tell(message)

    def note(self, message: str) -> None:
        """Told by ``Answering`` after the answer."""

    def stage(self, stage: str) -> None:
        self._answering.set_stage(stage)

    def trace(self, record: TraceHeader | TraceStep) -> None:
        """A session keeps no trace."""

    def is_heard(self) -> bool:
        return self._answering.is_heard()
