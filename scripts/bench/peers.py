"""Time the program beside llama-cpp-python's Llava15ChatHandler and llama-mtmd-cli; see docs/benchmarks.md.

Two things are measured, on the same files, picture and threads. The wait for the first token of a
second question about a picture, as a share of the first question's, by our worker and by
``Llava15ChatHandler``. And a whole describe from the start of a process to its end (load, encode,
read, and write a fixed number of tokens greedily), by our program with SPARC and by llama-mtmd-cli,
one after the other in turn. Each run is a fresh process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image

from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.chat_templates import VICUNA_SYSTEM
from assistant.inference.options import EngineOptions
from assistant.system import processor
from scripts.bench import mtmd_cli, report
from scripts.bench.models_to_time import EMBEDDED, options_for
from scripts.bench.timing import Timing, in_turn, noise_picture

CHILD = Path(__file__).resolve().parent / "peer_child.py"
STAGES = ("start and load", "encode", "read", "write")
_LOG_TAIL = 2000


@dataclass(frozen=True)
class Whole:
    """One whole describe, in ms.

    Attributes:
        wall: from the start of the process to its end.
        stages: of ``STAGES``; the first is what the others leave of ``wall``.
        n_prompt: prompt tokens, image tokens included.
    """

    wall: float
    stages: dict[str, float]
    n_prompt: int


def whole(wall: float, encode: float, read: float, write: float, n_prompt: int) -> Whole:
    """Return a describe whose start and load are what the measured stages leave."""
    rest = wall - encode - read - write
    return Whole(wall, dict(zip(STAGES, (rest, encode, read, write), strict=True)), n_prompt)


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = report.make_parser(__doc__, "bench_peers", mtmd_cli.BUILD_HELP)
    parser.add_argument("--shapes", default=f"{EMBEDDED},0.5b,7b", help="as in speed.py")
    parser.add_argument("--cache-dir", type=Path, default=Path("shapes"))
    parser.add_argument("--mtmd-cli", type=Path, metavar="PATH", help="llama-mtmd-cli; see below")
    parser.add_argument("--tokens", type=int, default=32, help="decode steps of a whole describe")
    parser.add_argument("--pairs", type=int, default=5, help="whole describes by each program")
    parser.add_argument("--questions", type=int, default=3, help="second questions by each")
    parser.add_argument("--threads", type=int, default=processor.physical_cores())
    return parser.parse_args(argv)


class Runner:
    """The peers on one model and picture."""

    def __init__(self, files: EngineOptions, picture: Path, arguments: argparse.Namespace) -> None:
        self._files, self._picture, self._arguments = files, picture, arguments

    def ours(self) -> Whole:
        """Time a whole describe by our program."""
        # The last token picked is not fed, where llama-mtmd-cli feeds it: one more makes equal steps.
        result, wall = self._child("describe", self._arguments.tokens + 1)
        if result["method"] != "sparc":
            raise RuntimeError("the description was not steered")
        times = (result["encode_ms"], result["prefill_ms"], result["decode_ms"])
        return whole(wall, *times, result["prompt_tokens"])

    def theirs(self) -> Whole:
        """Time a whole describe by llama-mtmd-cli."""
        prompt = f"{VICUNA_SYSTEM} {DETAILED_PROMPT}"
        line = mtmd_cli.command(
            self._arguments.mtmd_cli,
            self._files.model_path,
            self._files.mmproj_path,
            self._picture,
            prompt,
            self._arguments.tokens,
            self._arguments.threads,
        )
        output, wall = _run(line)
        said = mtmd_cli.parse(output)
        write = said.step_ms * self._arguments.tokens
        return whole(wall, said.encode_ms, said.prefill_ms, write, said.n_prompt)

    def second(self, mode: str) -> tuple[float, float]:
        """Return waits in ms for the first token of a first and a second question, by "second" or "handler"."""
        result, _ = self._child(mode, 1)
        first, later = result["waits_ms"]
        if "read_tokens" in result:
            print(f"second question: {result['read_tokens']} tokens were read", file=sys.stderr)
        return first, later

    def _child(self, mode: str, n_tokens: int) -> tuple[dict[str, Any], float]:
        task = {
            "mode": mode,
            "model": str(self._files.model_path),
            "mmproj": str(self._files.mmproj_path),
            "picture": str(self._picture),
            "threads": self._arguments.threads,
            "tokens": n_tokens,
        }
        output, wall = _run([sys.executable, str(CHILD), json.dumps(task)], has_stderr=False)
        result: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
        return result, wall


def _run(line: Sequence[str], *, has_stderr: bool = True) -> tuple[str, float]:
    """Run a program; return what it printed and its wall time in ms."""
    start = time.perf_counter()
    errors = subprocess.STDOUT if has_stderr else subprocess.PIPE
    done = subprocess.run(
        line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, check=False
    )
    wall = 1000 * (time.perf_counter() - start)
    output = done.stdout.decode(errors="replace")
    if done.returncode != 0:
        tail = (output + (done.stderr or b"").decode(errors="replace"))[-_LOG_TAIL:]
        raise RuntimeError(f"{Path(line[0]).name} ended with {done.returncode}:\n{tail}")
    return output, wall


def _timing(ms: Iterable[float]) -> Timing:
    return Timing(tuple(value / 1000 for value in ms))


def _seconds(timing: Timing) -> str:
    return timing.shown(2, " s")


def question_rows(title: str, results: dict[str, list[Any]]) -> list[dict[str, str]]:
    """Return the table of second questions: one line a program."""
    rows = []
    for name, waits in results.items():
        first, later = (_timing(wait) for wait in zip(*waits, strict=True))
        rows.append(
            {
                "model": title,
                "program": name,
                "first question": _seconds(first),
                "second question": _seconds(later),
                "second / first": later.over(first).shown(3),
            }
        )
    return rows


def whole_rows(title: str, results: dict[str, list[Any]]) -> list[dict[str, str]]:
    """Return the table of whole describes: one line a program, and one with the ratios."""
    timed = {
        name: {"whole": _timing(run.wall for run in runs)}
        | {stage: _timing(run.stages[stage] for run in runs) for stage in STAGES}
        for name, runs in results.items()
    }
    rows = [
        {"model": f"{title} ({results[name][0].n_prompt} prompt tokens)", "program": name}
        | {stage: _seconds(timing) for stage, timing in stages.items()}
        for name, stages in timed.items()
    ]
    ours, theirs = timed.values()
    ratio = {"model": title, "program": "ours / llama-mtmd-cli"}
    return [*rows, ratio | {stage: ours[stage].over(theirs[stage]).shown(3) for stage in ours}]


def body(
    questions: list[dict[str, str]], wholes: list[dict[str, str]], arguments: argparse.Namespace
) -> str:
    """Return the page's section."""
    parts = []
    if questions:
        parts += [
            "Wait for the first token of a first and of a second question about one picture. Ours is "
            "the worker with SPARC, asked from the front; the other is llama-cpp-python's "
            "`Llava15ChatHandler` with flash attention on. Loading is counted for neither.",
            report.markdown_table(questions),
        ]
    if wholes:
        parts += [
            f"A whole describe: a fresh process that loads, encodes the picture, reads the prompt, and "
            f"takes {arguments.tokens} decode steps, greedily, with EOS ignored. Ours is the front and "
            "its worker with SPARC at the default settings; llama-mtmd-cli is built from the same "
            "source package with the same flags, and runs without its warm-up, which would only cost "
            "it time. *Start and load* is what the other stages leave of the whole.",
            report.markdown_table(wholes),
        ]
    return report.measured_section(
        "",
        f"llama-cpp-python 0.3.36; {arguments.threads} threads in every program, each with its own way "
        "of waiting; files in the page cache; medians, and the lowest and highest in brackets.",
        *parts,
        command=" (`--help` says how llama-mtmd-cli is built)",
    )


def main(argv: list[str] | None = None) -> int:
    """Time every model asked for and write the section."""
    arguments = parse_arguments(argv)
    questions: list[dict[str, str]] = []
    wholes: list[dict[str, str]] = []
    if arguments.mtmd_cli is None:
        print("llama-mtmd-cli is not timed: --mtmd-cli was not given.", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="bench-peers-") as temporary:
        picture = Path(temporary) / "picture.png"
        Image.fromarray(noise_picture(0)).save(picture)
        for name in arguments.shapes.split(","):
            files = options_for(name.strip(), arguments.cache_dir)
            runner = Runner(files, picture, arguments)
            title = files.model_name
            if arguments.questions:
                modes = {"ours": "second", "Llava15ChatHandler": "handler"}
                asked = {ours: partial(runner.second, mode) for ours, mode in modes.items()}
                questions += question_rows(title, in_turn(arguments.questions, asked, title))
            report.publish(arguments, body(questions, wholes, arguments))
            if arguments.mtmd_cli is not None and arguments.pairs:
                ways = {"ours": runner.ours, "llama-mtmd-cli": runner.theirs}
                wholes += whole_rows(title, in_turn(arguments.pairs, ways, title))
            report.publish(arguments, body(questions, wholes, arguments))
    print(body(questions, wholes, arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
