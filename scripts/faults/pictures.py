"""Damaged pictures: each is described, or refused with one sentence, within its time limit."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.camera.picture_reader import TIMEOUT_S, PictureReader
from assistant.camera.quality import assess
from assistant.core.events import DecodeOptions, DescribeRequest, Failed, Finished, Restarted
from assistant.errors import PictureError
from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from assistant.model_store.find import embedded_model
from scripts.bench.report import ROOT
from scripts.faults.picture_damage import damaged, good_pictures
from scripts.faults.record import (
    BrokenPromiseError,
    Record,
    memory_kb,
    must_be_a_sentence,
    n_descriptors,
    run_cases,
)

_SHORT = DecodeOptions(max_tokens=4)
_GROWTH_KB = 64_000
"""More than this after the first pictures is growth: the reader keeps one picture's memory at most."""


class PictureCampaign:
    """Reads and describes damaged pictures with the real reader and the real model."""

    def __init__(self, folder: Path) -> None:
        files = embedded_model()
        options = EngineOptions(
            files.model_path, files.mmproj_path, files.name, files.preset, template=files.template
        )
        self._path = folder / "picture"
        self._pictures = good_pictures(ROOT / "examples")
        self._reader, self._client = PictureReader(), InferenceClient(options)
        self._first: tuple[int, int] | None = None
        self._n = 0

    def close(self) -> None:
        """End both processes."""
        self._reader.close()
        self._client.close()

    def run(self, number: int, rng: random.Random) -> tuple[str, str, str]:
        """One picture; see ``run_cases``."""
        kind, data = damaged(self._pictures, rng)
        self._path.write_bytes(data)
        outcome, detail = self._tell(kind)
        self._n += 1
        if self._n % 50 == 0:
            self._look_for_growth()
        return kind, outcome, detail

    def _tell(self, kind: str) -> tuple[str, str]:
        started = time.monotonic()
        try:
            image = self._reader.read(str(self._path))
        except PictureError as error:
            must_be_a_sentence(error.message)
            if "left whole" in kind:
                raise BrokenPromiseError(f"a good picture was refused: {error}") from error
            return self._kind_of_refusal(error.message), error.message
        finally:
            took_s = time.monotonic() - started
            if took_s > TIMEOUT_S + 2:
                raise BrokenPromiseError(f"read, or refused, after {took_s:.1f} s")
        for problem in assess(image):
            must_be_a_sentence(problem.sentence)
        events = list(self._client.ask(DescribeRequest(image, "What is this?", _SHORT)))
        if any(isinstance(event, Restarted) for event in events):
            raise BrokenPromiseError(f"the model process ended at it: {events}")
        if isinstance(events[-1], Failed):
            must_be_a_sentence(events[-1].message)
            return "refused by the model", events[-1].message
        if not isinstance(events[-1], Finished):
            raise BrokenPromiseError(f"no end: {events[-1]}")
        return "described", ""

    def _kind_of_refusal(self, message: str) -> str:
        for word, kind in (
            ("crashed on it", "ended the reader"),
            ("took more than", "given up for time"),
        ):
            if word in message:
                return kind
        return "refused"

    def _look_for_growth(self) -> None:
        worker, front = self._client.worker_pid or 0, os.getpid()
        now = (memory_kb(front) + memory_kb(worker), n_descriptors() + n_descriptors(worker))
        if self._n == 200:
            self._first = now
        if self._first is not None and now[0] > self._first[0] + _GROWTH_KB:
            raise BrokenPromiseError(f"memory grew from {self._first[0]} to {now[0]} KB")
        if self._first is not None and now[1] > self._first[1] + 4:
            raise BrokenPromiseError(f"descriptors grew from {self._first[1]} to {now[1]}")


@contextlib.contextmanager
def opened() -> Iterator[PictureCampaign]:
    """Open the campaign with a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        campaign = PictureCampaign(Path(folder))
        with contextlib.closing(campaign):
            yield campaign


def run(record: Record, count: int, minutes: float) -> int:
    """Run what is missing of ``count`` pictures; see ``run_cases``."""
    with opened() as campaign:
        return run_cases(record, count, minutes, campaign.run)
