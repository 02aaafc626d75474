"""Public stand-ins for the ports, for tests and for trying a front without a model or a sound card."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
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
from assistant.core.ports import Earcon, Priority
from assistant.errors import AssistantError, CameraError
from sparc_ggml.config import SparcConfig


def answer_events(text: str, pieces: Sequence[str] | None = None) -> list[Event]:
    """The events of an undisturbed answer."""
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
    """Answers every question with a script of events, exceptions to raise, and seconds to wait.

    Attributes:
        script: events, exceptions or waits in seconds, or a function of the request that makes them.
        requests: what was asked, in order.
        prepared: pictures that were to be prepared, in order; ``None`` where that was cancelled.
        is_closed: whether ``close`` was called.
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
        """Plays the script; after ``cancel`` it ends at the next item with a cancelled answer."""
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
        """Ends the script at its next item."""
        self._cancelled.set()

    def prepare(self, image_rgb: ImageRgb, question: str = "") -> None:
        """Remembers the picture."""
        self.prepared.append(image_rgb)

    def cancel_prepare(self) -> None:
        """Remembers that the picture is not wanted."""
        self.prepared.append(None)

    def close(self) -> None:
        """Remembers that it was closed."""
        self.is_closed = True


def _cancelled_answer(text: str) -> Finished:
    return Finished(
        Answer(text.strip(), EndReason.CANCELLED, Timings(), Counts(), SparcConfig(method="none"))
    )


@dataclass
class RecordingSpeaker:
    """Speaks nothing and remembers what it was told.

    Attributes:
        seconds_per_utterance: how long an utterance takes; 0 speaks at once.
        spoken: utterances whose speaking was finished.
        log: every call in order, as ("say", text), ("cancel", ""), ("pause", ""), ("resume", "") or ("close", "").
        rates: rates that were set.
        is_paused: whether descriptions wait.
        position: of the utterance spoken last.
    """

    seconds_per_utterance: float = 0.0
    spoken: list[str] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)
    rates: list[int] = field(default_factory=list)
    is_paused: bool = False
    position: int | None = None
    _queue: list[tuple[Priority, str, int | None]] = field(default_factory=list)
    _free_at: float | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def say(
        self,
        utterance: str,
        priority: Priority = Priority.DESCRIPTION,
        position: int | None = None,
    ) -> None:
        """Remembers the utterance; it counts as spoken when its time has passed."""
        with self._lock:
            if (self.log and self.log[-1][0] == "close") or not any(c.isalnum() for c in utterance):
                return
            self.log.append(("say", utterance))
            self._settle()
            index = next(
                (
                    number
                    for number, waiting in enumerate(self._queue)
                    if waiting[0] > priority and not (number == 0 and self._free_at is not None)
                ),
                len(self._queue),
            )
            self._queue.insert(index, (priority, utterance, position))
            self._settle()

    def cancel(self) -> None:
        """Forgets what was not spoken yet, and ends a pause."""
        with self._lock:
            self._settle()
            self._queue.clear()
            self._free_at = None
            self.is_paused = False
            self.log.append(("cancel", ""))

    def pause(self) -> None:
        """Descriptions wait; one that was begun begins again."""
        with self._lock:
            self._settle()
            self.is_paused = True
            self._free_at = None
            self.log.append(("pause", ""))

    def resume(self) -> None:
        """Descriptions go on."""
        with self._lock:
            self.is_paused = False
            self.log.append(("resume", ""))
            self._settle()

    def set_rate(self, rate_wpm: int) -> None:
        """Remembers the rate."""
        self.rates.append(rate_wpm)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Waits until everything was spoken or waits in a pause; False if the time ran out."""
        end = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            with self._lock:
                self._settle()
                if self._next() is None:
                    return True
            if end is not None and time.monotonic() >= end:
                return False
            time.sleep(0.001)

    def close(self) -> None:
        """Silences; may be called again."""
        with self._lock:
            self._queue.clear()
            if not self.log or self.log[-1][0] != "close":
                self.log.append(("close", ""))

    def _next(self) -> int | None:
        """Index of what is spoken now; None when nothing is."""
        for index, (priority, _, _) in enumerate(self._queue):
            if not self.is_paused or priority < Priority.DESCRIPTION:
                return index
        return None

    def _settle(self) -> None:
        now = time.monotonic()
        while (index := self._next()) is not None:
            _, utterance, position = self._queue[index]
            if self._free_at is None:
                self._free_at = now + self.seconds_per_utterance
                if position is not None:
                    self.position = position
            if now < self._free_at:
                return
            self.spoken.append(utterance)
            del self._queue[index]
            self._free_at = None


@dataclass
class RecordingEarcons:
    """Plays nothing and remembers what was to be played.

    Attributes:
        played: signs, in order.
    """

    played: list[Earcon] = field(default_factory=list)

    def play(self, earcon: Earcon) -> None:
        """Remembers the sign."""
        self.played.append(earcon)

    def cancel(self) -> None:
        """Nothing sounds."""

    def close(self) -> None:
        """Nothing to free."""


@dataclass
class FakeCamera:
    """Gives a script of pictures, errors to raise, and seconds to wait before the next; then the last again.

    Attributes:
        script: pictures of shape (height, width, 3), exceptions, or waits in seconds.
        name: how it is called.
        n_captured: how many pictures ``capture`` gave.
        is_closed: whether ``close`` was called.
    """

    script: Sequence[ImageRgb | AssistantError | float]
    name: str = "fake camera"
    n_captured: int = 0
    is_closed: bool = False
    _position: int = 0

    def capture(self) -> ImageRgb:
        """The next picture of the script; raises the next error, and ``CameraError`` when closed."""
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
        """The picture that ``capture`` would give now, without going on in the script."""
        item = self.script[min(self._position, len(self.script) - 1)]
        if self.is_closed or isinstance(item, AssistantError | int | float):
            return None
        return item.copy()

    def close(self) -> None:
        """Remembers that it was closed."""
        self.is_closed = True
