"""What a check found, and how all checks are run so that none can hang or crash the doctor."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.messages import doctor as words

Check = Callable[[], list["Finding"]]


class State(StrEnum):
    """How bad it is: only a problem keeps describing from working."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor: the check's name, for programs; a sentence; and unless all is well, what to do."""

    name: str
    state: State
    text: str
    remedy: str = ""

    def __post_init__(self) -> None:
        if self.state is not State.OK and not self.remedy:
            raise ValueError(f"{self.name} has no remedy")

    @property
    def lines(self) -> list[str]:
        """As plain lines: what was found, and then what to do."""
        say = {State.OK: words.ok, State.WARNING: words.warning, State.PROBLEM: words.problem}
        first = say[self.state](self.text) if self.state in say else self.text
        return [first, self.remedy] if self.remedy else [first]


def ok(name: str, text: str) -> list[Finding]:
    """Return that all is well."""
    return [Finding(name, State.OK, text)]


def warn(name: str, text: str, remedy: str) -> list[Finding]:
    """Return what describing works without."""
    return [Finding(name, State.WARNING, text, remedy)]


def fail(name: str, text: str, remedy: str) -> list[Finding]:
    """Return what keeps describing from working."""
    return [Finding(name, State.PROBLEM, text, remedy)]


def run_checks(checks: Mapping[str, Check], timeout_s: float = 20.0) -> Iterator[Finding]:
    """Run all checks at once and yield their findings in order.

    A check that raises or takes longer than ``timeout_s`` becomes a finding that says so.
    """
    last = time.monotonic() + timeout_s
    answers = {name: _start(name, check) for name, check in checks.items()}
    for name, answer in answers.items():
        try:
            yield from answer.get(timeout=max(0.01, last - time.monotonic()))
        except queue.Empty:
            yield _unchecked(name, words.TOO_SLOW)


def _start(name: str, check: Check) -> queue.Queue[list[Finding]]:
    answer: queue.Queue[list[Finding]] = queue.Queue()

    def run() -> None:
        try:
            answer.put(check())
        except Exception as error:  # noqa: BLE001 - a broken check must not end the others
            answer.put([_unchecked(name, f"{type(error).__name__} {error}".strip())])

    # A daemon: a check that hangs must not keep the program from ending.
    threading.Thread(target=run, name=f"check-{name}", daemon=True).start()
    return answer


def _unchecked(name: str, reason: str) -> Finding:
    text = words.unchecked(name, reason)
    return Finding(name, State.UNCHECKED, text, words.UNCHECKED_REMEDY)
