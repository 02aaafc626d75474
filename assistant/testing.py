"""Public stand-ins for the ports, for tests and for trying a front without a model or a sound card."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.core.events import (
    Answer,
    Counts,
    DescribeRequest,
    Encoding,
    EndReason,
    Event,
    Finished,
    ImageRgb,
    Loaded,
    Loading,
    Piece,
    Prefilling,
    Timings,
    TraceHeader,
    TraceStep,
)
from assistant.core.findings import Found, Part
from assistant.core.narration import says_something
from assistant.core.ports import Earcon, Priority
from assistant.errors import AssistantError, CameraError, GlanceError
from assistant.speech.utterance_queue import Utterance, UtteranceQueue
from sparc_ggml.config import SparcConfig


def answer_events(text: str, pieces: Sequence[str] | None = None) -> list[Event]:
    """Return the events of an undisturbed answer."""
    pieces = [text] if pieces is None else pieces
    sparc = SparcConfig().for_depth(4)
    answer = Answer(
        text.strip(), EndReason.EOS, Timings(1, 2, 3, 4, 5), Counts(64, 80, len(pieces)), sparc
    )
    return [
        Loading("fake"),
        Loaded("fake", 1.0),
        Encoding(),
        Prefilling(80, 80),
        *map(Piece, pieces),
        Finished(answer),
    ]


@dataclass
class ScriptedDescriber:
    """A describer that answers by a script of events, exceptions to raise, and seconds to wait.

    Attributes:
        script: these, or a function of the request that makes them.
        prepared: pictures that were to be prepared; ``None`` where that was cancelled.
    """

    script: (
        Sequence[Event | AssistantError | float]
        | Callable[[DescribeRequest], Iterable[Event | AssistantError | float]]
    )
    requests: list[DescribeRequest] = field(default_factory=list)
    prepared: list[ImageRgb | None] = field(default_factory=list)
    is_closed: bool = False
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def ask(self, request: DescribeRequest) -> Iterator[Event]:
        """Play the script; after ``cancel`` it ends at the next item with a cancelled answer."""
        self.requests.append(request)
        self._cancelled.clear()
        script = self.script(request) if callable(self.script) else self.script
        text = ""
        for item in script:
            if isinstance(item, float | int):
                self._cancelled.wait(item)
            if self._cancelled.is_set():
                yield _cancelled_answer(text)
                return
            if isinstance(item, AssistantError):
                raise item
            if isinstance(item, float | int):
                continue
            if isinstance(item, TraceHeader | TraceStep) and not request.has_trace:
                continue
            if isinstance(item, Piece):
                text += item.text
            yield item

    def cancel(self) -> None:
        self._cancelled.set()

    def prepare(self, image_rgb: ImageRgb, question: str = "") -> None:
        self.prepared.append(image_rgb)

    def cancel_prepare(self) -> None:
        self.prepared.append(None)

    def close(self) -> None:
        self.is_closed = True


def _cancelled_answer(text: str) -> Finished:
    return Finished(
        Answer(text.strip(), EndReason.CANCELLED, Timings(), Counts(), SparcConfig(method="none"))
    )


@dataclass
class ScriptedGlancer:
    """A glancer that finds what its script says: what is found, seconds to wait, and an error for the end.

    Attributes:
        script: these, or a function of the picture that makes them; parts that were not asked for are left out.
        pictures: what was glanced at.
        n_warmed: how often it was made ready.
    """

    script: (
        Sequence[Found | GlanceError | float]
        | Callable[[ImageRgb], Iterable[Found | GlanceError | float]]
    ) = ()
    pictures: list[ImageRgb] = field(default_factory=list)
    n_warmed: int = 0
    is_closed: bool = False
    _is_glancing: bool = False
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def warm(self) -> None:
        self.n_warmed += 1

    def glance(
        self,
        image_rgb: ImageRgb,
        parts: Collection[Part] = tuple(Part),
        *,
        is_beside: bool = False,
    ) -> Generator[Found]:
        """Play the script; after ``cancel`` it ends at the next item."""
        self.pictures.append(image_rgb)
        self._cancelled.clear()
        self._is_glancing = True
        script = self.script(image_rgb) if callable(self.script) else self.script
        failure: GlanceError | None = None
        try:
            for item in script:
                if isinstance(item, float | int):
                    self._cancelled.wait(item)
                elif isinstance(item, GlanceError):
                    failure = item
                elif item.part in parts and not self._cancelled.is_set():
                    yield item
                if self._cancelled.is_set() or self.is_closed:
                    return
        finally:
            self._is_glancing = False
        if failure is not None:
            raise failure

    def cancel(self) -> None:
        if self._is_glancing:
            self._cancelled.set()

    def close(self) -> None:
        self.is_closed = True
        self._cancelled.set()


@dataclass
class RecordingSpeaker:
    """A speaker that speaks nothing and remembers what it was asked to.

    Attributes:
        seconds_per_utterance: how long an utterance takes; 0 speaks at once.
        spoken: utterances whose speaking was finished, long ones in parts.
        log: every call in order: ("say", text), else "cancel", "hush", "pause", "resume" or "close" with an empty text.
    """

    seconds_per_utterance: float = 0.0
    spoken: list[str] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)
    rates: list[int] = field(default_factory=list)
    is_paused: bool = False
    position: int | None = None
    _queue: UtteranceQueue = field(default_factory=UtteranceQueue)
    _speaking: Utterance | None = None
    _spoken_at_s: float = 0.0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def say(
        self,
        utterance: str,
        priority: Priority = Priority.DESCRIPTION,
        position: int | None = None,
    ) -> None:
        with self._lock:
            is_closed = self.log[-1:] == [("close", "")]
            if not is_closed and says_something(utterance):
                self.log.append(("say", utterance))
                self._queue.put(Utterance(utterance, priority, position))
                self._settle()

    def cancel(self) -> None:
        with self._lock:
            self._settle()
            self._queue.clear()
            self._speaking, self.is_paused = None, False
            self.log.append(("cancel", ""))

    def hush(self) -> bool:
        with self._lock:
            self._settle()
            if self._speaking is not None and self._speaking.priority is Priority.DESCRIPTION:
                self._queue.put_back(self._speaking)
            self._speaking = None
            waiting = self._queue.drop_all_but_descriptions()
            self.is_paused = self.is_paused or bool(waiting)
            self.log.append(("hush", ""))
            return any(utterance.position is not None for utterance in waiting)

    def pause(self) -> None:
        with self._lock:
            self.hush()
            self.is_paused = True
            self.log[-1] = ("pause", "")

    def resume(self) -> None:
        with self._lock:
            self.is_paused = False
            self.log.append(("resume", ""))
            self._settle()

    def set_rate(self, rate_wpm: int) -> None:
        self.rates.append(rate_wpm)

    def wait(self, timeout_s: float | None = None) -> bool:
        end = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            with self._lock:
                self._settle()
                if self._speaking is None:
                    return True
            if end is not None and time.monotonic() >= end:
                return False
            time.sleep(0.001)

    def close(self) -> None:
        with self._lock:
            self._queue.clear()
            self._speaking = None
            if self.log[-1:] != [("close", "")]:
                self.log.append(("close", ""))

    def _settle(self) -> None:
        """Do what a speaker would have done until now."""
        now = time.monotonic()
        while True:
            if self._speaking is None:
                self._speaking = self._queue.take(is_paused=self.is_paused)
                if self._speaking is None:
                    return
                self._spoken_at_s = now + self.seconds_per_utterance
                if self._speaking.position is not None:
                    self.position = self._speaking.position
            if now < self._spoken_at_s:
                return
            self.spoken.append(self._speaking.text)
            self._speaking = None


@dataclass
class RecordingEarcons:
    """A player of signs that plays nothing and remembers what it was asked to."""

    played: list[Earcon] = field(default_factory=list)

    def play(self, earcon: Earcon) -> None:
        self.played.append(earcon)

    def cancel(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class FakeCamera:
    """A camera with a script of pictures, exceptions to raise, and seconds to wait; the last item is repeated."""

    script: Sequence[ImageRgb | AssistantError | float]
    name: str = "fake camera"
    n_captured: int = 0
    is_closed: bool = False
    _position: int = 0

    def capture(self) -> ImageRgb:
        while not self.is_closed:
            item = self.script[min(self._position, len(self.script) - 1)]
            self._position += 1
            if isinstance(item, AssistantError):
                raise item
            if isinstance(item, int | float):
                if self._position >= len(self.script):
                    break
                time.sleep(item)
                continue
            self.n_captured += 1
            return item.copy()
        raise CameraError("No picture came from the fake camera.")

    def peek(self) -> ImageRgb | None:
        item = self.script[min(self._position, len(self.script) - 1)]
        if self.is_closed or isinstance(item, AssistantError | int | float):
            return None
        return item.copy()

    def close(self) -> None:
        self.is_closed = True
