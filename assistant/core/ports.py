"""The ports of the core: what it needs of the world, as protocols."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol, runtime_checkable

from assistant.core.events import DescribeRequest, Event, ImageRgb
from assistant.core.findings import Found, Part


@runtime_checkable
class Describer(Protocol):
    """Something that answers questions about pictures."""

    def ask(self, request: DescribeRequest) -> Iterator[Event]:
        """Yield events up to and including ``Finished`` or ``Failed``. One request at a time.

        Raises:
            AssistantError: the model process failed and could not be brought back.
        """

    def cancel(self) -> None:
        """End the running answer at most one token later; safe from any thread and from a signal handler."""

    def prepare(self, image_rgb: ImageRgb, question: str = "") -> None:
        """Read a picture ahead of a question about it, in idle time; returns at once and never fails.

        ``ask`` for the same picture takes over what was done so far; for another picture, and when another
        is prepared, the work ends at once. Does nothing while an answer is being written, or where
        looking ahead is switched off.

        Args:
            image_rgb: the picture, shape (height, width, 3), uint8; nobody may change it afterwards.
            question: what will probably be asked.
        """

    def cancel_prepare(self) -> None:
        """End ``prepare``'s work; does nothing when there is none, and never touches an answer."""

    def close(self) -> None:
        """Free everything; idempotent."""


@runtime_checkable
class Glancer(Protocol):
    """Something that says at once what is certain about a picture, beside the model."""

    def warm(self) -> None:
        """Make ready, so that the next glance need not wait for it; returns at once and never fails."""

    def glance(
        self,
        image_rgb: ImageRgb,
        parts: Collection[Part] = tuple(Part),
        *,
        is_beside: bool = False,
    ) -> Generator[Found]:
        """Yield what is found, as it is found, part by part in the order of ``Part``; one glance at a time.

        A part that was looked for ends with a ``Found`` without a finding. Closing the generator ends the glance.

        Args:
            image_rgb: the picture, shape (height, width, 3), uint8; nobody may change it afterwards.
            parts: what to look for.
            is_beside: whether a model computes meanwhile, which must not be delayed.

        Raises:
            GlanceError: a part could not be looked for; raised after all else was yielded.
        """

    def cancel(self) -> None:
        """End the running glance at once, which yields nothing more; safe from any thread."""

    def close(self) -> None:
        """Free everything; idempotent."""


class Priority(IntEnum):
    """What is spoken before what; a running utterance is never interrupted by another."""

    ERROR = 0
    STATUS = 1
    DESCRIPTION = 2


@runtime_checkable
class Speaker(Protocol):
    """Something that speaks utterances one after the other. All methods may be called from any thread."""

    @property
    def is_paused(self) -> bool:
        """Whether descriptions wait for ``resume``."""

    @property
    def position(self) -> int | None:
        """The ``position`` of the utterance that is being spoken, or was last; None before the first."""

    def say(
        self,
        utterance: str,
        priority: Priority = Priority.DESCRIPTION,
        position: int | None = None,
    ) -> None:
        """Queue an utterance and return at once.

        Args:
            utterance: what to speak; one without a letter or digit is nothing to say.
            priority: more urgent ones come before waiting ones; among equals the first comes first.
            position: what ``position`` gives once this is being spoken; None leaves it.
        """

    def cancel(self) -> None:
        """Drop the queue, silence the running utterance within 50 ms, and end a pause."""

    def hush(self) -> bool:
        """Silence at once, so that a key is answered: drop errors and status, and hold descriptions.

        A description that was interrupted goes back to the front of the queue, and the speaker is paused where any
        waits; errors and status that come afterwards are spoken.

        Returns:
            Whether one with a ``position`` waits.
        """

    def pause(self) -> None:
        """Silence as ``hush`` does, and pause although no description waits yet."""

    def resume(self) -> None:
        """Go on from the start of the description that was interrupted."""

    def set_rate(self, rate_wpm: int) -> None:
        """Words a minute from the next utterance on."""

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until everything queued was spoken or waits in a pause; False if the time ran out."""

    def close(self) -> None:
        """Silence, free everything, and leave no file behind; idempotent."""


class Earcon(StrEnum):
    """A sign in sound; each differs from the others in rhythm and pitch."""

    SHUTTER = "shutter"
    WORKING = "working"
    READY = "ready"
    ERROR = "error"
    LONG_PRESS = "long_press"
    """The button was held long enough for its second meaning."""
    HELD = "held"
    """The button was held so long that nothing begins."""


@runtime_checkable
class Earcons(Protocol):
    """Something that plays signs beside speech."""

    def play(self, earcon: Earcon) -> None:
        """Play a sign and return at once; trouble is never told."""

    def cancel(self) -> None:
        """Silence what is being played."""

    def close(self) -> None:
        """Silence and free everything; idempotent."""


@dataclass(frozen=True)
class CameraInfo:
    """A camera that was found, whether or not it can be used.

    Attributes:
        id: what ``open_camera`` takes: "/dev/video0", "rpicam:0", a URL or a path.
        name: speakable, for example "Logitech C270".
        kind: "webcam", "raspberry pi", "network", "video" or "picture".
        is_usable: nothing speaks against taking a picture with it.
        problem: why it cannot be used and what to do, speakable; empty when it can.
    """

    id: str
    name: str
    kind: str
    is_usable: bool = True
    problem: str = ""


@runtime_checkable
class Camera(Protocol):
    """Something that takes pictures. All methods may be called from any thread."""

    @property
    def name(self) -> str:
        """How to call it when speaking."""

    def capture(self) -> ImageRgb:
        """Take a picture now; never an older, buffered one. Opens the camera again if it was gone.

        Returns:
            Shape (height, width, 3), uint8, RGB; the caller's own.

        Raises:
            CameraError: no picture came; a later call may succeed.
        """

    def peek(self) -> ImageRgb | None:
        """Return a picture as ``capture`` takes it, where that is cheap and quick; else None. Never raises.

        For looking ahead: ask a few times a second whether the scene is still. A camera that needs
        seconds for a picture, that is not open, or that is busy with ``capture``, gives None.
        """

    def close(self) -> None:
        """Free the camera and end a running ``capture``, which raises; idempotent."""
