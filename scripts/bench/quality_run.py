"""The working half of quality: scenes through the real engine, several processes at once, kept as they come."""

from __future__ import annotations

import ctypes
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from assistant.bench import quality
from assistant.bench.data_files import fingerprint
from assistant.bench.methods import Method
from assistant.bench.results import ResultsFile
from assistant.bench.running import MAX_TOKENS, run
from assistant.bench.scenes import read_scenes, scenes_fingerprint
from assistant.camera.still_image import load_picture
from assistant.core.answering import SECOND_LOOK_TEMPERATURE
from assistant.core.events import DecodeOptions, DescribeRequest, Event, Finished, ImageRgb
from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions
from assistant.model_store.find import ModelFiles
from assistant.system import processor

Answers = Mapping[tuple[str, str], Mapping[str, Any]]
_SECOND_LOOK_SEED = 7
_PR_SET_PDEATHSIG = 1
"""``prctl(2)``"""


class EngineDescriber:
    """A ``Describer`` in this very process: a benchmark that crashes may crash."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, request: DescribeRequest) -> Iterator[Event]:
        """Yield all events when the answer is complete."""
        events: list[Event] = []
        answer = self._engine.answer(request, events.append)
        yield from events
        yield Finished(answer)

    def cancel(self) -> None:
        pass

    def prepare(self, image_rgb: ImageRgb, question: str = "") -> None:
        pass

    def cancel_prepare(self) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Batch:
    """What one process does.

    Attributes:
        scenes: the file of scenes.
        share: number of this process.
        n_shares: how many there are; each takes every n-th scene.
        methods: of steering.
        results: where its answers are kept.
        has_attention: whether the attention is watched.
        has_questions: whether the scenes' questions are asked.
        has_second_look: whether each scene is described a second time, as the check key does.
    """

    scenes: Path
    share: int
    n_shares: int
    methods: tuple[Method, ...]
    results: Path
    has_attention: bool = False
    has_questions: bool = False
    has_second_look: bool = False


def answers(
    files: ModelFiles,
    scenes: Path,
    methods: Sequence[Method],
    folder: Path,
    jobs: int,
    **what: bool,
) -> Answers:
    """Describe all scenes with all methods; what is in ``folder`` already is not done again."""
    folder.mkdir(parents=True, exist_ok=True)
    batches = [
        Batch(scenes, share, jobs, tuple(methods), folder / f"{share}-of-{jobs}.jsonl", **what)
        for share in range(jobs)
    ]
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    processor.set_waiting()
    with ProcessPoolExecutor(jobs, get_context("spawn"), _load, (files,)) as pool:
        for part in pool.map(_work, batches):
            found |= part
    return found


_engine: Engine | None = None
_files: ModelFiles | None = None


def _load(files: ModelFiles) -> None:
    global _engine, _files
    # A benchmark that is ended from outside leaves no process that goes on computing.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _files = files
    options = EngineOptions(
        files.model_path,
        files.mmproj_path,
        preset=files.preset,
        template=files.template,
        n_threads=1,
    )
    _engine = Engine(options)


def _work(batch: Batch) -> dict[tuple[str, str], dict[str, Any]]:
    assert _engine is not None
    assert _files is not None
    world, scenes = read_scenes(batch.scenes)
    mine = range(batch.share, len(scenes), batch.n_shares)
    wanted = {quality.caption_key(number) for number in mine}
    jobs = [
        job
        for job in quality.make_jobs(
            scenes, has_attention=batch.has_attention, has_questions=batch.has_questions
        )
        if job.key.partition(" question ")[0] in wanted
    ]
    header = {
        "world": world.name,
        "scenes": scenes_fingerprint(batch.scenes, scenes),
        "model": [[p.name, fingerprint(p)] for p in (_files.model_path, _files.mmproj_path)],
        "has_attention": batch.has_attention,
    }
    results = ResultsFile(batch.results, header)

    def tell(line: str) -> None:
        if batch.share == 0:
            split, kind = batch.scenes.parent.name, batch.results.parent.name
            print(f"{split}, {kind}: {line}", flush=True)

    try:
        watch = quality.AttentionWatch(world, scenes)
        run(jobs, batch.methods, EngineDescriber(_engine), load_picture, results, tell, watch)
        if batch.has_second_look:
            _look_again(results, batch, [(n, scenes[n].picture) for n in mine], tell)
    finally:
        results.close()
    return results.answers


def second_key(number: int) -> str:
    """Return the key of the second look at scene ``number``."""
    return f"scene {number} again"


def _look_again(
    results: ResultsFile,
    batch: Batch,
    pictures: Sequence[tuple[int, Path]],
    tell: Callable[[str], None],
) -> None:
    assert _engine is not None
    method = batch.methods[-1]
    for number, path in pictures:
        if results.has(second_key(number), method.label):
            continue
        decode = DecodeOptions(
            max_tokens=MAX_TOKENS,
            temperature=SECOND_LOOK_TEMPERATURE,
            seed=_SECOND_LOOK_SEED + number,
        )
        image = load_picture(str(path))
        answer = _engine.answer(DescribeRequest(image, DETAILED_PROMPT, decode, method.config))
        results.add(
            {"key": second_key(number), "method": method.label, "text": answer.text,
             "tokens": answer.counts.tokens, "ended": answer.ended.value}
        )  # fmt: skip
    tell("second looks done.")
