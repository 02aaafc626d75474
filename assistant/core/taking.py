"""Takes a picture and says what is wrong with it, and what goes on meanwhile: where every answer begins."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from assistant import messages
from assistant.core.announcer import Announcer
from assistant.core.events import ImageRgb
from assistant.core.heartbeat import DEFAULT_QUIET_S, Heartbeat, sign_of_life
from assistant.core.ports import Earcon
from assistant.core.session_jobs import Ticket
from assistant.core.session_ports import Inspector, Kind
from assistant.messages import session as words


class Taking:
    """Takes pictures, and knows what is going on.

    Attributes:
        problems: what was said to be wrong with the last picture.
    """

    def __init__(
        self,
        announcer: Announcer,
        inspect: Inspector,
        *,
        is_memory_short: Callable[[], bool] = lambda: False,
        quiet_s: tuple[float, ...] = DEFAULT_QUIET_S,
    ) -> None:
        """Join the parts.

        Args:
            announcer: shows and speaks.
            inspect: looks for what is wrong with a picture.
            is_memory_short: whether a long wait is explained by memory that is nearly full.
            quiet_s: stretches of silence before each sign of life, in seconds.
        """
        self.announcer, self._inspect = announcer, inspect
        self._is_memory_short, self.quiet_s = is_memory_short, quiet_s
        self.problems: tuple[str, ...] = ()
        self._stage = ""
        self._since = 0.0

    @property
    def stage(self) -> tuple[str, float]:
        """What is going on, and for how many seconds; an empty text when nothing is."""
        return self._stage, time.monotonic() - self._since

    def set_stage(self, stage: str) -> None:
        """Remember and show what is going on."""
        if stage and not self._stage:
            self._since = time.monotonic()
        self._stage = stage
        self.announcer.stage(stage)

    def take(
        self,
        capture: Callable[[], ImageRgb],
        ticket: Ticket,
        openings: Sequence[str] = (messages.LOOKING,),
        stage: str = words.STAGE_CAPTURING,
    ) -> ImageRgb | None:
        """Take a picture and say what is wrong with it.

        Args:
            capture: gives the picture; may take its time.
            ticket: None is returned once it is cancelled.
            openings: are said first.
            stage: what a sign of life says meanwhile.

        Raises:
            AssistantError: there is no picture.
        """
        for opening in openings:
            self.announcer.tell(opening)
        # The inspection takes milliseconds, but where memory is short as long as anything else.
        with self.watch(stage):
            image = capture()
            if ticket.is_cancelled:
                return None
            self.announcer.earcon(Earcon.SHUTTER)
            self.problems = tuple(self._inspect(image))
        for problem in self.problems:
            self.announcer.tell(problem, Kind.NOTE)
        return image

    def watch(self, stage: str) -> Heartbeat:
        """Begin a stage, and give signs of life while it lasts and nothing is heard."""
        self.set_stage(stage)
        return Heartbeat(lambda: self.beat(self._stage), self.quiet_s, self.announcer.is_heard)

    def beat(self, stage: str) -> None:
        """Give a sign of life."""
        line = sign_of_life(stage, is_memory_short=self._is_memory_short())
        self.announcer.tell(line, Kind.WORKING)

    def tell(self, message: str) -> None:
        """Say something beside the answer."""
        self.announcer.tell(message)

    def is_heard(self) -> bool:
        """Return whether something is being spoken, or would be but for a pause."""
        return self.announcer.is_heard() or self.announcer.is_held()
