"""Time a glance, alone and beside a model that reads; see docs/benchmarks.md.

Alone: from the key to the first fact and to the end, in the process that a session keeps ready, and its memory.
Beside: answers with and without a glance, in turn, each about a picture that was never seen. The glance ends at the
model's first sentence, as in use, so the whole answer is timed. The model is one of random weights, whose words are
noise and whose speed is real.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.core.events import DecodeOptions, DescribeRequest, ImageRgb, Piece
from assistant.core.findings import Part
from assistant.core.glance import GlanceWords
from assistant.core.questions import DETAILED_PROMPT
from assistant.glance.process import GlanceProcess
from assistant.inference.worker.client import InferenceClient
from scripts.bench import report
from scripts.bench.models_to_time import add_model_options, each_model
from scripts.bench.timing import Timing, in_turn
from tests.support.signs import draw_sign

_LINES = ["PLATFORM 4", "Trains to London", "leave every hour", "from 6 to 23"]
_FIRST_S, _WHOLE_S, _MEMORY_MB, _RATIO = 1.0, 3.0, 600, 1.05


@dataclass(frozen=True)
class Glance:
    """One glance: ms to the first fact and to the end, by part to its end, and how many facts there were."""

    first_ms: float
    whole_ms: float
    parts_ms: dict[Part, float]
    n_facts: int


def load_pictures(paths: Sequence[Path]) -> Iterator[tuple[str, ImageRgb]]:
    """Yield names and pictures: a rendered sign, and those that were named."""
    with tempfile.TemporaryDirectory() as folder:
        sign = draw_sign(Path(folder) / "a sign of four lines.png", _LINES)
        yield sign.stem, _load(sign)
    for path in paths:
        yield path.stem, _load(path)


def _load(path: Path) -> ImageRgb:
    return np.asarray(Image.open(path).convert("RGB"))


def glance_once(process: GlanceProcess, picture: ImageRgb) -> Glance:
    """Glance at a picture as the key does."""
    words, started = GlanceWords("", picture.shape[1]), time.perf_counter()
    first, n_facts, parts = 0.0, 0, dict[Part, float]()
    for found in process.glance(picture):
        now_ms = (time.perf_counter() - started) * 1000
        said = words.take(found)
        n_facts += len(said)
        first = first or (now_ms if said else 0.0)
        if found.finding is None:
            parts[found.part] = now_ms
    return Glance(first, (time.perf_counter() - started) * 1000, parts, n_facts)


def peak_mb(process: GlanceProcess) -> float:
    """Return the most memory that the process ever had, mapped files included."""
    assert process._process is not None
    status = Path(f"/proc/{process._process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def time_alone(paths: Sequence[Path], n_rounds: int) -> list[dict[str, str]]:
    """Return a row a picture."""
    rows = []
    with closing(GlanceProcess()) as process:
        process.warm()
        glance_once(
            process, np.zeros((8, 8, 3), np.uint8)
        )  # all is loaded, as a while after the start
        for name, picture in load_pictures(paths):
            glances = [glance_once(process, picture) for _ in range(n_rounds)]
            height, width = picture.shape[:2]
            rows.append(
                {
                    "picture": f"{name}, {width} x {height}",
                    "first fact, ms": Timing(tuple(each.first_ms for each in glances)).shown(0),
                    "whole, ms": Timing(tuple(each.whole_ms for each in glances)).shown(0),
                    "facts": str(glances[-1].n_facts),
                    "peak memory so far, MB": f"{peak_mb(process):.0f}",
                }
            )
    return rows


def time_cold(n_rounds: int) -> Timing:
    """Return ms to the first fact where the process is not there yet, as after a stop or on the command line."""
    waits = []
    for _ in range(n_rounds):
        with closing(GlanceProcess()) as process:
            waits.append(glance_once(process, np.full((480, 640, 3), 90, np.uint8)).first_ms)
    return Timing(tuple(waits))


class Beside:
    """Answers of one model, alone and with a glance."""

    def __init__(self, client: InferenceClient, process: GlanceProcess, n_tokens: int) -> None:
        self._client, self._process = client, process
        self._decode = DecodeOptions(max_tokens=n_tokens, ignores_eos=True)
        self._number = 0
        self.n_facts: list[int] = []

    def answer_ms(self, *, has_glance: bool) -> float:
        """Return how long a whole answer about a new picture took."""
        self._number += 1
        with tempfile.TemporaryDirectory() as folder:
            lines = [*_LINES, f"number {self._number}"]
            picture = _load(draw_sign(Path(folder) / "sign.png", lines))
        self._process.warm()
        time.sleep(1.5)  # it is ready, as in a session
        thread = threading.Thread(target=self._glance, args=(picture,))
        started = time.perf_counter()
        if has_glance:
            thread.start()
        is_reading = True
        for event in self._client.ask(DescribeRequest(picture, DETAILED_PROMPT, self._decode)):
            if is_reading and isinstance(event, Piece):
                is_reading = False
                self._process.cancel()
        took_ms = (time.perf_counter() - started) * 1000
        if has_glance:
            thread.join()
        return took_ms

    def _glance(self, picture: ImageRgb) -> None:
        words = GlanceWords("", picture.shape[1])
        finds = self._process.glance(picture, is_beside=True)
        self.n_facts.append(sum(len(words.take(found)) for found in finds))


def time_beside(arguments: argparse.Namespace) -> Iterator[dict[str, str]]:
    """Yield a row a model."""
    for _, options in each_model(arguments):
        with InferenceClient(options) as client, closing(GlanceProcess()) as process:
            beside = Beside(client, process, arguments.tokens)
            beside.answer_ms(has_glance=True)  # both are loaded
            beside.n_facts.clear()
            ways = {
                "alone": partial(beside.answer_ms, has_glance=False),
                "beside": partial(beside.answer_ms, has_glance=True),
            }
            took = in_turn(arguments.pairs, ways, f"{options.model_name}, ms an answer")
        alone, both = Timing(tuple(took["alone"])), Timing(tuple(took["beside"]))
        yield {
            "model": options.model_name,
            "alone, s": Timing(tuple(ms / 1000 for ms in alone.values)).shown(2),
            "with a glance, s": Timing(tuple(ms / 1000 for ms in both.values)).shown(2),
            "with / alone": both.over(alone).shown(3, has_interval=True),
            "facts heard before its first word": f"{min(beside.n_facts)} to {max(beside.n_facts)}",
        }


def main(argv: list[str] | None = None) -> int:
    parser = report.make_parser(__doc__, "bench_glance")
    add_model_options(parser, "0.5b")
    parser.add_argument("--pictures", type=Path, nargs="*", default=[], help="further pictures")
    parser.add_argument("--rounds", type=int, default=9, help="glances at each picture")
    parser.add_argument(
        "--pairs", type=int, default=9, help="answers alone and with a glance; 0: none"
    )
    parser.add_argument("--tokens", type=int, default=64, help="tokens of an answer")
    arguments = parser.parse_args(argv)
    examples = [report.ROOT / "examples" / f"{name}.png" for name in ("street", "kitchen")]
    alone = time_alone([*examples, *arguments.pictures], arguments.rounds)
    cold = time_cold(arguments.rounds)
    section = report.measured_section(
        "A glance, alone and beside a model",
        f"Medians with the lowest and the highest in brackets. Targets: the first fact within {_FIRST_S:g} s, all "
        f"within {_WHOLE_S:g} s, {_MEMORY_MB} MB. Where its process is not there yet, as on the command line, the "
        f"first fact comes after {cold.shown(0)} ms.",
        report.markdown_table(alone),
        f"Beside a model that reads, {arguments.tokens} tokens an answer. The ratio is taken pair by pair; in its "
        f"brackets is where the median lies with 95 % confidence. The target is {_RATIO:g}.",
        report.markdown_table(list(time_beside(arguments)) if arguments.pairs else []),
    )
    print(section)
    report.publish(arguments, section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
