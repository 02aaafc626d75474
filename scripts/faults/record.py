"""Cases and what became of them: a line of JSON each, so that a campaign goes on where it stopped."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

MORE_TO_DO = 75
"""Exit code of a run that its time limit ended: run it again."""


@dataclass(frozen=True)
class Case:
    """One case.

    Attributes:
        number: of the case, from 0; with the class's seed it makes the same damage again.
        kind: what was done.
        outcome: what became of it, a word or two; "FAILED" where a promise was broken.
        seconds: how long it took.
        detail: what was said, or which promise was broken.
    """

    number: int
    kind: str
    outcome: str
    seconds: float
    detail: str = ""

    @property
    def has_failed(self) -> bool:
        """Whether a promise was broken."""
        return self.outcome == "FAILED"


class BrokenPromiseError(Exception):
    """What should never happen did."""


class Record:
    """The cases of one class, kept in a file."""

    def __init__(self, folder: Path, name: str, seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name}-{seed}.jsonl"
        self.seed = seed
        self.cases: list[Case] = []
        if self.path.exists():
            lines = self.path.read_text("utf-8").splitlines()
            self.cases = [Case(**json.loads(line)) for line in lines if line.endswith("}")]

    def add(self, case: Case) -> None:
        """Keep a case."""
        self.cases.append(case)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(case), ensure_ascii=True) + "\n")

    def forget(self) -> None:
        """Begin again, for a class that cannot go on where it stopped."""
        self.cases.clear()
        self.path.unlink(missing_ok=True)

    def missing(self, count: int) -> list[int]:
        """Return the numbers below ``count`` that were not run."""
        done = {case.number for case in self.cases}
        return [number for number in range(count) if number not in done]


def run_cases(
    record: Record,
    count: int,
    minutes: float,
    run: Callable[[int, random.Random], tuple[str, str, str]],
) -> int:
    """Run what is missing, until the time is up.

    Args:
        record: keeps each case.
        count: how many cases there are in all.
        minutes: how long this run may take.
        run: does case ``number`` with a generator of its own; returns kind, outcome and detail, or raises
            ``BrokenPromiseError``. Any other exception is a broken promise too.

    Returns:
        0 when all cases were run, else ``MORE_TO_DO``.
    """
    end = time.monotonic() + minutes * 60
    for number in record.missing(count):
        if time.monotonic() > end:
            return MORE_TO_DO
        started = time.monotonic()
        try:
            kind, outcome, detail = run(number, random.Random(f"{record.seed}/{number}"))
        except BrokenPromiseError as error:
            kind, outcome, detail = "", "FAILED", str(error)
        except Exception as error:  # noqa: BLE001 - an exception that reaches a front is a traceback
            kind, outcome, detail = "", "FAILED", f"{type(error).__name__}: {error}"
        case = Case(number, kind, outcome, round(time.monotonic() - started, 3), detail[:600])
        if case.has_failed:
            print(f"case {number} failed: {case.detail}", flush=True)
        record.add(case)
    return 0


def must_be_a_sentence(text: str) -> None:
    """Hold a text against what a person may be told.

    Raises:
        BrokenPromiseError: it is empty, several lines, a traceback, or no sentence.
    """
    is_sentence = text.strip() and "\n" not in text and text.rstrip().endswith((".", "?", "!"))
    if not is_sentence or "Traceback" in text or len(text) > 1000:
        raise BrokenPromiseError(f"not a sentence: {text!r}")


def memory_kb(pid: int) -> int:
    """Return what a process holds that is no file (``RssAnon``); 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("RssAnon")), 0)


def n_descriptors(pid: int | str = "self") -> int:
    """Return the number of open file descriptors of a process."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def children_of(pid: int) -> list[int]:
    """Return the processes below a process, at any depth; zombies included."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    return list(_below(pid, parents))


def _below(pid: int, parents: dict[int, list[int]]) -> Iterator[int]:
    for child in parents.get(pid, []):
        yield child
        yield from _below(child, parents)
