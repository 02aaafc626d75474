"""A glance beside the model: its facts are heard until the model begins to speak."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from assistant.core.announcer import Announcer
from assistant.core.events import ImageRgb
from assistant.core.findings import Finding
from assistant.core.glancing import Glancing
from assistant.core.questions import Style
from assistant.core.session_jobs import Ticket
from assistant.messages import glance as words
from assistant.system import threads

_log = logging.getLogger(__name__)


class GlanceBeside:
    """A glance in a thread of its own.

    Attributes:
        said: the facts that were said.
        findings: what was found, where the glance came to its end.
        has_more_text: whether the picture holds more text than was said.
    """

    def __init__(
        self, glancing: Glancing, announcer: Announcer, image: ImageRgb, ticket: Ticket
    ) -> None:
        """Begin; where there is no room for a thread, the model speaks alone.

        Args:
            glancing: looks.
            announcer: shows and speaks.
            image: the picture.
            ticket: of the answer; once it is cancelled nothing more is said.
        """
        self._glancing, self._announcer = glancing, announcer
        self._image, self._ticket = image, ticket
        self._own_ticket = Ticket()
        self.said: list[str] = []
        self.findings: tuple[Finding, ...] = ()
        self.has_more_text = False
        self._lock = threading.Lock()
        self._thread = threads.start(self._run, "glance")

    def end(self) -> bool:
        """Say no more, as the model begins to speak; return whether anything was said."""
        with self._lock:
            has_ended = self._own_ticket.is_cancelled
            self._own_ticket.cancel()
        if not has_ended:
            self._glancing.cancel()
        return bool(self.said)

    def join(self) -> None:
        """End it, and wait for its thread."""
        self.end()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            glance = self._glancing.look_beside(self._image, self._own_ticket, self._take)
        except Exception:  # noqa: BLE001 - the model answers all the same
            _log.debug("the glance failed", exc_info=True)
        else:
            self.findings = tuple(glance.findings)
            self.has_more_text = glance.has_more_text and bool(self.said)

    def _take(self, sentences: Sequence[str]) -> None:
        with self._lock:
            if self._ticket.is_cancelled:
                self._own_ticket.cancel()
            if self._own_ticket.is_cancelled:
                return
            for sentence in sentences:
                self.said.append(sentence)
                self._announcer.sentence(sentence)


def lead_in(style: Style, sentences: Sequence[str]) -> list[str]:
    """Return what a model says, told apart from the facts before it."""
    lead = words.IN_SHORT if style is Style.BRIEF else words.IN_DETAIL
    return [lead.format(sentence=sentence) for sentence in sentences[:1]] + list(sentences[1:])
