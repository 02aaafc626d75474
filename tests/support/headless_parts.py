"""A headless mode on fakes that runs as in the program: its loop in a thread, its keys from elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assistant.core.actions import Keymap
from assistant.fronts.headless.bindings import Binding, Bindings
from assistant.fronts.headless.mode import PROMPTS, HeadlessFront, HeadlessMode
from assistant.fronts.headless.presses import Presses
from assistant.fronts.headless.service_notify import ServiceNotifier
from assistant.testing import ScriptedDescriber, answer_events
from tests.support.session_parts import SessionParts, make_session
from tests.support.waiting import wait_until

LONG_PRESS_MS, HOLD_MS = 120, 400
"""Shorter than a person's, so that the tests are quick."""


@dataclass
class RunningHeadless:
    """A headless mode whose loop runs."""

    parts: SessionParts
    mode: HeadlessMode
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self.mode.run, daemon=True)
        self.thread.start()

    @property
    def spoken(self) -> list[str]:
        """Everything that was said, in order."""
        return self.parts.speaker.spoken

    def until(self, is_so: Callable[[], bool]) -> None:
        """Waits until something is so."""
        wait_until(is_so, lambda: self.spoken)

    def hear(self, start: str, after: int = 0) -> int:
        """Waits for an utterance; returns the number of utterances up to it and with it."""
        found: list[int] = []

        def is_said() -> bool:
            found[:] = [
                number
                for number, text in enumerate(self.spoken[after:], start=after + 1)
                if text.startswith(start)
            ]
            return bool(found)

        self.until(is_said)
        return found[0]

    def close(self) -> None:
        """Takes it down."""
        self.parts.session.close()


def run_headless(
    answer: str = "A red car. A green tree.",
    changes: Mapping[str, Binding] | None = None,
    *,
    seconds_per_utterance: float = 0.0,
    is_notice_due: bool = False,
    notifier: ServiceNotifier | None = None,
    front: HeadlessFront | None = None,
) -> RunningHeadless:
    """A headless mode on a scripted model."""
    describer = ScriptedDescriber(lambda _request: answer_events(answer))
    parts = make_session(
        describer,
        front,  # type: ignore[arg-type]
        seconds_per_utterance=seconds_per_utterance,
        is_notice_due=is_notice_due,
        prompts=PROMPTS,
    )
    mode = HeadlessMode(
        parts.session,
        Bindings(Keymap.from_rebindings(), changes),
        Presses(LONG_PRESS_MS, HOLD_MS),
        notifier or ServiceNotifier({}),
    )
    return RunningHeadless(parts, mode)
