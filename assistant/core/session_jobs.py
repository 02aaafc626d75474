"""The one piece of long work of a session: it runs beside the keys, and the newest one wins."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

from assistant.core.events import DescribeRequest, Event, ImageRgb
from assistant.core.ports import Describer

_log = logging.getLogger(__name__)
Work = Callable[["Ticket"], None]


class Ticket:
    """What a piece of work asks whether it is still wanted.

    Attributes:
        is_told: whether the last of it was said, and it is as good as over.
    """

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self.is_told = False

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody waits for the work any more."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Nobody waits any more."""
        self._cancelled.set()


class Jobs:
    """Runs one piece of work at a time in a thread of its own.

    A new piece cancels the one before and starts when that has ended, so that two never use the model at once.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._next: tuple[Work, Ticket] | None = None
        self._later: list[Callable[[], None]] = []
        self._running: Ticket | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="session", daemon=True)
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        """Whether work is going on or waits."""
        with self._changed:
            return self._running is not None or self._next is not None

    @property
    def is_unheard(self) -> bool:
        """Whether work goes on or waits whose last words were not said yet."""
        with self._changed:
            is_running = self._running is not None and not self._running.is_told
            return is_running or self._next is not None

    def submit(self, work: Work) -> Ticket:
        """Cancel what goes on, and run this as soon as that has ended."""
        with self._changed:
            self.cancel()
            ticket = Ticket()
            if not self._is_closed:
                self._next = (work, ticket)
                self._changed.notify_all()
            return ticket

    def submit_when_idle(self, work: Callable[[], None]) -> None:
        """Run this when nothing goes on or waits, before what is submitted next; it counts as no work of a person's."""
        with self._changed:
            self._later.append(work)
            self._changed.notify_all()

    def cancel(self) -> bool:
        """Cancel what goes on and what waits; whether there was anything."""
        with self._changed:
            was_busy = False
            if self._next is not None:
                self._next[1].cancel()
                self._next = None
                was_busy = True
            if self._running is not None and not self._running.is_cancelled:
                self._running.cancel()
                was_busy = True
            return was_busy

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing goes on; False if the time ran out."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._running is None and self._next is None, timeout_s
            )

    def close(self, timeout_s: float = 5.0) -> None:
        """Cancel everything and wait a while for its end."""
        with self._changed:
            self.cancel()
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._next or self._later or self._is_closed)
                if self._next is not None:
                    work, ticket = self._next
                    self._next, self._running = None, ticket
                elif self._is_closed:
                    return
                else:
                    work, ticket = _without_ticket(self._later.pop(0)), Ticket()
            try:
                work(ticket)
            except Exception:  # noqa: BLE001 - work tells its own trouble; the next key must be answered all the same
                _log.debug("work failed", exc_info=True)
            finally:
                with self._changed:
                    self._running = None
                    self._changed.notify_all()


def _without_ticket(work: Callable[[], None]) -> Work:
    return lambda _ticket: work()


class CancellableDescriber:
    """A describer whose answer ends when its ticket is cancelled, even before the question is sent."""

    def __init__(self, describer: Describer, ticket: Ticket) -> None:
        self._describer = describer
        self._ticket = ticket

    def ask(self, request: DescribeRequest) -> Iterator[Event]:
        has_told = False
        for event in self._describer.ask(request):
            # A cancel that came before the question was sent was about an earlier question.
            if self._ticket.is_cancelled and not has_told:
                has_told = True
                self._describer.cancel()
            yield event

    def prepare(self, image_rgb: ImageRgb, question: str = "") -> None:
        self._describer.prepare(image_rgb, question)

    def cancel_prepare(self) -> None:
        self._describer.cancel_prepare()

    def cancel(self) -> None:
        self._describer.cancel()

    def close(self) -> None:
        pass  # the owner closes it
