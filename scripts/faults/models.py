"""Damaged GGUF pairs: refused before loading, or survived by the worker's restart; the front always answers."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import tempfile
import threading
from pathlib import Path

import numpy as np
from PIL import Image

from assistant.core.events import (
    DecodeOptions,
    DescribeRequest,
    EndReason,
    Event,
    Failed,
    Finished,
    Restarted,
)
from assistant.errors import AssistantError, InferenceError
from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from assistant.model_store.find import embedded_model, find_model
from scripts.bench.report import ROOT
from scripts.faults.gguf_damage import damaged
from scripts.faults.record import (
    BrokenPromiseError,
    Record,
    children_of,
    must_be_a_sentence,
    n_descriptors,
    run_cases,
)

LIMIT_S = 60.0
"""After this long a person presses stop, which must be answered."""
_STOP_S = 10.0
_MEMORY = 8 << 30
"""Address space of each worker, so that a file that asks for the whole memory does not get it."""
_SHORT = DecodeOptions(max_tokens=6)


class ModelCampaign:
    """Loads and asks damaged copies of the embedded pair."""

    def __init__(self, folder: Path) -> None:
        files = embedded_model()
        self._sound = {
            "model.gguf": files.model_path.read_bytes(),
            "mmproj.gguf": files.mmproj_path.read_bytes(),
        }
        self._folder = folder
        with Image.open(ROOT / "examples" / "street.png") as image:
            self._image = np.asarray(image.convert("RGB"))
        self._n_descriptors = 0

    def run(self, number: int, rng: random.Random) -> tuple[str, str, str]:
        """One pair; see ``run_cases``."""
        which = rng.choice((("model.gguf",), ("mmproj.gguf",), ("model.gguf", "mmproj.gguf")))
        kinds = []
        for name, sound in self._sound.items():
            data = sound
            if name in which:
                kind, data = damaged(sound, rng)
                kinds.append(f"{name.partition('.')[0]}: {kind}")
            (self._folder / name).write_bytes(data)
        outcome, detail = self._tell(self._folder / "model.gguf", self._folder / "mmproj.gguf")
        if left := children_of(os.getpid()):
            raise BrokenPromiseError(f"processes left: {left}")
        self._n_descriptors = self._n_descriptors or n_descriptors()
        if n_descriptors() > self._n_descriptors:
            raise BrokenPromiseError(f"descriptors left: {n_descriptors() - self._n_descriptors}")
        return "; ".join(kinds), outcome, detail

    def _tell(self, model: Path, mmproj: Path) -> tuple[str, str]:
        try:
            files = find_model(model, mmproj)
        except AssistantError as error:
            must_be_a_sentence(error.message)
            return "refused before loading", error.message
        options = EngineOptions(
            model,
            mmproj,
            files.name,
            files.preset,
            cache_dir=self._folder / "cache",
            template="vicuna_v1",
        )
        with InferenceClient(options) as client:
            events, has_stopped = self._ask(client)
        n_restarts = sum(isinstance(event, Restarted) for event in events)
        end = events[-1]
        if isinstance(end, InferenceError):
            must_be_a_sentence(end.message)
            return "worker ended twice, told", end.message
        if isinstance(end, Failed):
            must_be_a_sentence(end.message)
            return "refused by the worker", end.message
        if not isinstance(end, Finished):
            raise BrokenPromiseError(f"no end: {end}")
        if has_stopped and end.answer.ended is EndReason.CANCELLED:
            return "too slow, ended by stop", ""
        return ("answered after a restart" if n_restarts else "answered"), end.answer.text

    def _ask(self, client: InferenceClient) -> tuple[list[Event | InferenceError], bool]:
        events: list[Event | InferenceError] = []
        has_stopped = threading.Event()

        def ask() -> None:
            try:
                events.extend(client.ask(DescribeRequest(self._image, "What is this?", _SHORT)))
            except InferenceError as error:
                events.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join(LIMIT_S)
        if thread.is_alive():
            has_stopped.set()
            client.cancel()
            thread.join(_STOP_S)
            if thread.is_alive():
                client.close()
                raise BrokenPromiseError("a stop was not heeded")
        if not events:
            raise BrokenPromiseError("no event")
        return events, has_stopped.is_set()


def run(record: Record, count: int, minutes: float) -> int:
    """Run what is missing of ``count`` pairs; see ``run_cases``."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.RLIM_INFINITY))
    with (
        tempfile.TemporaryDirectory(prefix="faults-") as folder,
        contextlib.suppress(KeyboardInterrupt),
    ):
        return run_cases(record, count, minutes, ModelCampaign(Path(folder)).run)
    return 130
