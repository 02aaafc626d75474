"""From the model's events to sentences that a person reads and hears, with no dead silence between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from assistant import messages
from assistant.core.events import (
    Answer,
    DescribeRequest,
    Encoding,
    EndReason,
    Event,
    Failed,
    Finished,
    Loaded,
    Loading,
    Piece,
    Prefilling,
    Restarted,
    TraceHeader,
    TraceStep,
    Unfamiliar,
)
from assistant.core.fluency import is_left_out, mend_sentence
from assistant.core.heartbeat import DEFAULT_QUIET_S, Heartbeat
from assistant.core.narration import content_first, plain_words
from assistant.core.ports import Describer
from assistant.core.sentences import SentenceSplitter, split_sentences
from assistant.errors import (
    ExitCode,
    InferenceError,
    RequestFailedError,
    UnfamiliarPictureError,
)
from assistant.messages import engine as engine_words


class Listener(Protocol):
    """A front, as the pipeline sees it. Called from the caller's thread and from the heartbeat's."""

    def sentence(self, sentence: str) -> None:
        """Take the next sentence of the answer."""

    def status(self, message: str) -> None:
        """Show and speak what is going on."""

    def beat(self, stage: str) -> None:
        """Say that the stage still goes on; nothing was heard for a while."""

    def stage(self, stage: str) -> None:
        """Take what is going on now, for those who ask; it is not spoken."""

    def trace(self, record: TraceHeader | TraceStep) -> None:
        """Take a record of the trace, if one was asked for."""

    def is_heard(self) -> bool:
        """Return whether something is being spoken now, so that no sign of life is needed."""


@dataclass
class Narration:
    """What became of one question.

    Attributes:
        request: what was asked.
        answer: what the model says about its answer.
        sentences: what was shown and spoken, in order.
        warnings: what was said about the answer beside it.
        load_ms: how long the model took to load, 0 if it was loaded.
    """

    request: DescribeRequest
    answer: Answer
    sentences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    load_ms: float = 0.0


class _Voice:
    """Gives sentences on, once each, and holds back a loop until the model proves it is none.

    Attributes:
        said: the sentences that were given on.
        has_left_out: whether something of the finished answer made no sense.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._splitter = SentenceSplitter()
        self._held: list[str] = []
        self.said: list[str] = []
        self.has_left_out = False

    def feed(self, piece: str) -> None:
        for sentence in self._splitter.feed(piece):
            is_first = not (self.said or self._held)
            for words in mend_sentence(_words(sentence, is_first=is_first)):
                self._hear(words)

    def finish(self, answer: Answer) -> None:
        """Say what is left. The answer is the truth: it has a loop's copies cut off."""
        final: list[str] = []
        for sentence in split_sentences(answer.text):
            words = _words(sentence, is_first=not final)
            final += mend_sentence(words)
            self.has_left_out |= is_left_out(words)
        if final[: len(self.said)] == self.said:
            for sentence in final[len(self.said) :]:
                self._emit(sentence)

    def restart(self) -> None:
        self._splitter.reset()
        self._held.clear()
        self.said.clear()

    def _hear(self, sentence: str) -> None:
        self._held.append(sentence)
        if sentence in self.said:
            return  # maybe the start of a loop: wait for what comes next
        for held in self._held:
            self._emit(held)
        self._held.clear()

    def _emit(self, sentence: str) -> None:
        self.said.append(sentence)
        self._say(sentence)


def _words(sentence: str, *, is_first: bool) -> str:
    words = plain_words(sentence)
    return content_first(words) if is_first else words


def narrate_answer(
    describer: Describer,
    request: DescribeRequest,
    listener: Listener,
    quiet_s: tuple[float, ...] = DEFAULT_QUIET_S,
) -> Narration:
    """Ask, and give the answer on sentence by sentence as it is written.

    Args:
        describer: the model.
        request: the question and the picture.
        listener: hears sentences, status and trace.
        quiet_s: stretches of silence after which a sign of life is given, in seconds.

    Raises:
        UnfamiliarPictureError: the picture is none of the model's world.
        AssistantError: the question could not be answered; carries the exit code.
    """
    stage = messages.STAGE_STARTING
    load_ms = 0.0
    finished: Finished | None = None

    def beat() -> None:
        listener.beat(stage)

    heartbeat = Heartbeat(beat, quiet_s, listener.is_heard)

    def say(sentence: str) -> None:
        heartbeat.poke()
        listener.sentence(sentence)

    voice = _Voice(say)
    with heartbeat:
        for event in describer.ask(request):
            before, stage = stage, _stage_after(event, stage)
            if stage != before:
                listener.stage(stage)
            match event:
                case Piece(text=text):
                    voice.feed(text)
                case TraceHeader() | TraceStep():
                    listener.trace(event)
                case Loaded(load_ms=value, notes=notes):
                    load_ms = value
                    for sentence in notes:
                        listener.status(sentence)
                case Restarted(reason=reason):
                    voice.restart()
                    heartbeat.poke()
                    listener.status(messages.restarted(reason))
                case Unfamiliar() if request.is_anyway:
                    heartbeat.poke()
                    listener.status(engine_words.UNFAMILIAR_ANYWAY)
                case Unfamiliar():
                    raise UnfamiliarPictureError(engine_words.UNFAMILIAR)
                case Failed():
                    raise RequestFailedError(event.message, event.hint, _exit_code(event.exit_code))
                case Finished():
                    finished = event
                    voice.finish(event.answer)
                case _:
                    pass
    if finished is None:
        raise InferenceError(messages.ANSWER_MISSING)
    narration = Narration(request, finished.answer, voice.said, load_ms=load_ms)
    narration.warnings = list(_warnings(finished.answer, request, voice))
    return narration


def _stage_after(event: Event, stage: str) -> str:
    match event:
        case Loading():
            return messages.STAGE_LOADING
        case Encoding():
            return messages.STAGE_ENCODING
        case Prefilling(done=done, total=total):
            return messages.stage_prefilling(100 * done // max(total, 1))
        case Piece():
            return messages.STAGE_WRITING
        case _:
            return stage


def _warnings(answer: Answer, request: DescribeRequest, voice: _Voice) -> list[str]:
    warnings = []
    if answer.ended is not EndReason.CANCELLED:
        if voice.has_left_out:
            warnings.append(messages.PART_LEFT_OUT if voice.said else messages.ALL_LEFT_OUT)
        elif not voice.said:
            warnings.append(messages.NO_WORDS)
    match answer.ended:
        case EndReason.MAX_TOKENS:
            warnings.append(messages.ended_max_tokens(request.decode.max_tokens))
        case EndReason.CONTEXT_FULL:
            warnings.append(messages.ENDED_CONTEXT_FULL)
        case EndReason.REPETITION:
            warnings.append(messages.ENDED_REPETITION)
        case EndReason.CANCELLED:
            warnings.append(messages.ENDED_CANCELLED)
        case EndReason.EOS:
            pass
    if answer.n_dropped_turns:
        warnings.append(engine_words.turns_dropped(answer.n_dropped_turns))
    if answer.unsteered_reason:
        warnings.append(messages.unsteered(answer.unsteered_reason))
    return warnings


def _exit_code(number: int) -> ExitCode:
    try:
        return ExitCode(number)
    except ValueError:
        return ExitCode.FAILURE
