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
        spoken: utterances whose speaking was finished.
        log: every call in order, as ("say", text), ("cancel", "") or ("close", "").
        seconds_per_utterance: how long an utterance takes; 0 speaks at once.
    """

    seconds_per_utterance: float = 0.0
    spoken: list[str] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)
    _queue: list[str] = field(default_factory=list)
    _free_at: float = 0.0

    def say(self, utterance: str) -> None:
        """Remembers the utterance; it counts as spoken when its time has passed."""
        if (self.log and self.log[-1][0] == "close") or not utterance.strip():
            return
        self.log.append(("say", utterance))
        self._settle()
        if not self._queue:
            self._free_at = time.monotonic() + self.seconds_per_utterance
        self._queue.append(utterance)
        self._settle()

    def cancel(self) -> None:
        """Forgets what was not spoken yet."""
        self._settle()
        self._queue.clear()
        self.log.append(("cancel", ""))

    def wait(self, timeout_s: float | None = None) -> bool:
        """Waits until everything was spoken; False if the time ran out."""
        end = None if timeout_s is None else time.monotonic() + timeout_s
        self._settle()
        while self._queue:
            if end is not None and time.monotonic() >= end:
                return False
            time.sleep(0.001)
            self._settle()
        return True

    def close(self) -> None:
        """Silences; may be called again."""
        self._queue.clear()
        if not self.log or self.log[-1][0] != "close":
            self.log.append(("close", ""))

    def _settle(self) -> None:
        while self._queue and time.monotonic() >= self._free_at:
            self.spoken.append(self._queue.pop(0))
            self._free_at += self.seconds_per_utterance


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
