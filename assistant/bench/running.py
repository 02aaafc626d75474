"""Asks every question with every method, one after the other, and keeps each answer as it comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.bench import messages as words
from assistant.bench.methods import Method
from assistant.bench.results import ResultsFile
from assistant.core.events import (
    Answer,
    DecodeOptions,
    DescribeRequest,
    EndReason,
    ImageRgb,
    TraceHeader,
    TraceStep,
)
from assistant.core.heartbeat import Heartbeat
from assistant.core.pipeline import narrate_answer
from assistant.core.ports import Describer
from assistant.errors import InferenceError

MAX_TOKENS = 512
"""Of a description; the authors' value (arXiv 2502.01419, section 5)."""
QUIET_S = (10.0, 20.0, 30.0, 60.0)


@dataclass(frozen=True)
class Job:
    """One question about one picture.

    Attributes:
        key: names it in the file of results.
        has_attention: whether the attention on the picture is wanted, for ``Watch``.
    """

    key: str
    picture: Path
    question: str
    max_tokens: int = MAX_TOKENS
    has_attention: bool = False


@dataclass(frozen=True)
class Seen:
    """What was seen of one answer while it was written."""

    answer: Answer
    header: TraceHeader | None
    steps: tuple[TraceStep, ...]
    image_rgb: ImageRgb


Watch = Callable[[Job, Seen], dict[str, Any]]
"""Takes more out of an answer, to be kept with it."""


def run(
    jobs: Sequence[Job],
    methods: Sequence[Method],
    describer: Describer,
    load_picture: Callable[[str], ImageRgb],
    results: ResultsFile,
    tell: Callable[[str], None],
    watch: Watch | None = None,
    quiet_s: tuple[float, ...] = QUIET_S,
) -> None:
    """Answer greedily what is not in the results yet.

    Questions about one picture should follow each other: the picture is then read once.

    Args:
        jobs: the questions.
        methods: each is used with every question.
        describer: the model.
        load_picture: takes a path.
        results: where answers are kept; a run that is stopped loses none.
        tell: says a line about what goes on; called from a thread of its own too.
        watch: takes more out of each answer.
        quiet_s: stretches of silence after which the state of the work is said, in seconds.

    Raises:
        AssistantError: a picture or an answer failed; what was answered before is kept.
    """
    todo = [(job, [m for m in methods if not results.has(job.key, m.label)]) for job in jobs]
    todo = [(job, left) for job, left in todo if left]
    total = sum(len(left) for _, left in todo)
    n_kept = len(jobs) * len(methods) - total
    if n_kept:
        tell(words.kept(n_kept))
    if not total:
        return
    progress = _Progress(total)
    tell(words.answers_to_come(total))
    with Heartbeat(lambda: tell(progress.line()), quiet_s):
        for job, left in todo:
            image = load_picture(str(job.picture))
            for method in left:
                seen = _answer(job, method, image, describer, tell)
                record = _record(job, method, seen.answer)
                if watch is not None:
                    record |= watch(job, seen)
                results.add(record)
                progress.count()


def _answer(
    job: Job, method: Method, image: ImageRgb, describer: Describer, tell: Callable[[str], None]
) -> Seen:
    request = DescribeRequest(
        image, job.question, DecodeOptions(max_tokens=job.max_tokens), method.config,
        has_trace=job.has_attention, has_attention=job.has_attention, is_anyway=True,
    )  # fmt: skip
    taken = _Taken(tell)
    answer = narrate_answer(describer, request, taken).answer
    if answer.ended is EndReason.CANCELLED:
        raise InferenceError(words.answer_missing(str(job.picture)))
    if answer.unsteered_reason and method.config.method != "none":
        raise InferenceError(words.not_steered(method.label, answer.unsteered_reason))
    return Seen(answer, taken.header, tuple(taken.steps), image)


class _Taken:
    """The pipeline's listener where nobody listens: keeps the trace of one answer."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.header: TraceHeader | None = None
        self.steps: list[TraceStep] = []
        self.status = tell

    def trace(self, record: TraceHeader | TraceStep) -> None:
        if isinstance(record, TraceStep):
            self.steps.append(record)
        else:  # a new start
            self.header, self.steps = record, []

    def is_heard(self) -> bool:
        return True  # the run gives signs of life itself

    def sentence(self, sentence: str) -> None:
        pass

    def beat(self, stage: str) -> None:
        pass

    def stage(self, stage: str) -> None:
        pass


def _record(job: Job, method: Method, answer: Answer) -> dict[str, Any]:
    return {
        "key": job.key,
        "method": method.label,
        "text": answer.text,
        "tokens": answer.counts.tokens,
        "ended": answer.ended.value,
        "decode_ms": round(answer.timings.decode_ms, 1),
    }


class _Progress:
    """How far the work is; asked from the heartbeat's thread."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0
        self._lock = threading.Lock()
        self._started = time.monotonic()

    def count(self) -> None:
        with self._lock:
            self._done += 1

    def line(self) -> str:
        with self._lock:
            done = self._done
        took_s = time.monotonic() - self._started
        left_s = took_s / done * (self._total - done) if done else None
        return words.progress(done, self._total, left_s)
