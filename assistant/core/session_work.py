"""The long work behind the keys: runs in the session's work thread, and what goes wrong is said."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant import messages
from assistant.core.announcer import Announcer
from assistant.core.answering import Answering
from assistant.core.events import ImageRgb
from assistant.core.glancing import Glancing, RefusedError
from assistant.core.history import Entry
from assistant.core.questions import Question
from assistant.core.session_jobs import Ticket
from assistant.core.session_ports import Cameras
from assistant.errors import AssistantError
from assistant.system import threads

PATIENCE_S = 1.5
"""How long a picture may go on after a stop: most come by then, and the camera stays open."""


class Capturing:
    """Takes pictures, one at a time."""

    def __init__(self, cameras: Cameras) -> None:
        """Take nothing yet; ``cameras`` has the camera in use."""
        self._cameras = cameras
        self._number = 0
        self._running = 0

    def take(self) -> ImageRgb:
        """Return the newest frame.

        Raises:
            AssistantError: there is none, or it was broken off.
        """
        self._number += 1
        self._running = self._number
        try:
            return self._cameras.capture()
        finally:
            self._running = 0

    def interrupt(self) -> None:
        """Nobody waits for the picture that is being taken, if one is; returns at once.

        A camera that hangs is closed after a while, which ends its picture; the next picture opens it again.
        """
        number = self._running

        def break_off() -> None:
            time.sleep(PATIENCE_S)
            if self._running == number:
                self._cameras.close()

        if number:
            threads.start(break_off, "break-off")


class SessionWork:
    """What a key begins; each method is one piece of work for ``Jobs``."""

    def __init__(
        self,
        answering: Answering,
        announcer: Announcer,
        cameras: Cameras,
        take_prepared: Callable[[], ImageRgb | None] = lambda: None,
    ) -> None:
        """Join the parts; ``take_prepared`` gives the picture that was read before the key, if any."""
        self._answering, self._announcer = answering, announcer
        self._capturing = Capturing(cameras)
        self._take_prepared = take_prepared

    def look(self, question: Question, ticket: Ticket) -> None:
        """Take a picture and answer; that it begins was said."""
        with self._working(ticket):
            image = self._answering.take(self._capture, ticket, openings=())
            if image is not None:
                self._answering.answer(image, question, ticket)

    def take(self, then: Callable[[ImageRgb], None], ticket: Ticket) -> None:
        """Take a picture about which something will be asked."""
        with self._working(ticket):
            image = self._answering.take(self._capture, ticket, openings=())
            if image is not None and not ticket.is_cancelled:
                self._answering.describer.prepare(image)
                then(image)

    def ask(self, image: ImageRgb, question: Question, ticket: Ticket) -> None:
        """Answer a question about a picture that was taken before."""
        with self._working(ticket):
            self._answering.answer(image, question, ticket)

    def glance(self, ticket: Ticket) -> None:
        """Take a picture and say what is certain about it."""
        with self._working(ticket):
            self._answering.describer.cancel_prepare()  # which would take the processor
            image = self._answering.take(self._capture, ticket, openings=())
            if image is not None:
                self._glancing.look(image, ticket)

    def read_text(self, entry: Entry | None, ticket: Ticket) -> None:
        """Read the text of a picture that there is, or of a new one."""
        with self._working(ticket):
            self._answering.describer.cancel_prepare()
            lines = [] if entry is None else entry.text_lines
            image = entry.image_rgb if entry is not None else None
            if image is None:
                image = self._answering.take(self._capture, ticket, openings=())
            if image is not None:
                self._glancing.read(image, ticket, lines)

    def check(self, entry: Entry, ticket: Ticket) -> None:
        """Ask a second time and compare."""
        with self._working(ticket):
            self._answering.check(entry, ticket)

    def interrupt_capture(self) -> None:
        """Break off a picture that is being taken; nobody waits for it."""
        self._capturing.interrupt()

    @property
    def _glancing(self) -> Glancing:
        assert self._answering.glancing is not None
        return self._answering.glancing

    def _capture(self) -> ImageRgb:
        prepared = self._take_prepared()
        return self._capturing.take() if prepared is None else prepared

    @contextmanager
    def _working(self, ticket: Ticket) -> Iterator[None]:
        """Mark work as going on, and turn whatever goes wrong in it into words."""
        self._answering.set_stage(messages.STAGE_STARTING)
        error: Exception | None = None
        try:
            yield
        except RefusedError:  # it was said
            pass
        except Exception as caught:  # noqa: BLE001 - said, never silent
            error = caught
        self._answering.set_stage("")
        ticket.is_told = True
        if error is None or ticket.is_cancelled:
            return
        if isinstance(error, AssistantError):
            self._announcer.fail(error)
        else:
            self._announcer.unexpected(error)
