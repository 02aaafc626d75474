"""Times the program beside its peers: llama-cpp-python's Llava15ChatHandler and llama.cpp's llama-mtmd-cli.

Two things are measured, on the same files, picture and threads. The wait for the first token of a
second question about a picture, as a share of the first question's, by our worker and by
``Llava15ChatHandler``. And a whole describe from the start of a process to its end (load, encode,
read, and write a fixed number of tokens greedily), by our program with SPARC and by llama-mtmd-cli,
one after the other in turn. Each run is a fresh process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image

from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.chat_templates import VICUNA_SYSTEM
from assistant.model_store import find
from assistant.system import processor
from scripts.bench import mtmd_cli, report, shapes
from scripts.bench.timing import Timing, noise_picture

REPORT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
CHILD = Path(__file__).resolve().parent / "peer_child.py"
SECTION = "bench_peers"
EMBEDDED = "embedded"
STAGES = ("start and load", "encode", "read", "write")
_LOG_TAIL = 2000


@dataclass(frozen=True)
class Files:
    """A model to time."""

    title: str
    model: Path
    mmproj: Path


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
    """A describe whose start and load are what the measured stages leave."""
    rest = wall - encode - read - write
    return Whole(wall, dict(zip(STAGES, (rest, encode, read, write), strict=True)), n_prompt)


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=mtmd_cli.BUILD_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = ", ".join(shapes.SHAPES)
    parser.add_argument(
        "--shapes", default=f"{EMBEDDED},0.5b,7b", help=f"comma-separated, of: {EMBEDDED}, {names}"
    )
    parser.add_argument("--cache-dir", type=Path, help="keeps the random-weight files (7b: 4.7 GB)")
    parser.add_argument("--mtmd-cli", type=Path, metavar="PATH", help="llama-mtmd-cli; see below")
    parser.add_argument("--tokens", type=int, default=32, help="decode steps of a whole describe")
    parser.add_argument("--pairs", type=int, default=5, help="whole describes by each program")
    parser.add_argument(
        "--questions", type=int, default=3, help="second questions by each; 0: none"
    )
    parser.add_argument("--threads", type=int, default=processor.physical_cores())
    parser.add_argument("--section", default=SECTION, help="section of the report to write")
    parser.add_argument("--report", type=Path, default=REPORT, help="Markdown file to write into")
    parser.add_argument("--no-report", action="store_true", help="print only")
    return parser.parse_args(argv)


def files_for(name: str, folder: Path) -> Files:
    """Finds or writes a model's files."""
    if name == EMBEDDED:
        found = find.embedded_model()
        return Files(found.name, found.model_path, found.mmproj_path)
    return Files(shapes.SHAPES[name].title, *shapes.write_pair(name, folder))


class Runner:
    """Runs the peers on one model and picture."""

    def __init__(self, files: Files, picture: Path, arguments: argparse.Namespace) -> None:
        self._files, self._picture, self._arguments = files, picture, arguments

    def ours(self) -> Whole:
        """A whole describe by our program."""
        # The last token picked is not fed, where llama-mtmd-cli feeds it: one more makes equal steps.
        result, wall = self._child("describe", self._arguments.tokens + 1)
        if result["method"] != "sparc":
            raise RuntimeError("the description was not steered")
        times = (result["encode_ms"], result["prefill_ms"], result["decode_ms"])
        return whole(wall, *times, result["prompt_tokens"])

    def theirs(self) -> Whole:
        """A whole describe by llama-mtmd-cli."""
        prompt = f"{VICUNA_SYSTEM} {DETAILED_PROMPT}"
        line = mtmd_cli.command(
            self._arguments.mtmd_cli,
            self._files.model,
            self._files.mmproj,
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
        """Waits in ms for the first token of a first and a second question, by "second" or "handler"."""
        result, _ = self._child(mode, 1)
        first, later = result["waits_ms"]
        if "read_tokens" in result:
            print(f"second question: {result['read_tokens']} tokens were read", file=sys.stderr)
        return first, later

    def _child(self, mode: str, n_tokens: int) -> tuple[dict[str, Any], float]:
        task = {
            "mode": mode,
            "model": str(self._files.model),
            "mmproj": str(self._files.mmproj),
            "picture": str(self._picture),
            "threads": self._arguments.threads,
            "tokens": n_tokens,
        }
        output, wall = _run([sys.executable, str(CHILD), json.dumps(task)], has_stderr=False)
        result: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
        return result, wall


def _run(line: Sequence[str], *, has_stderr: bool = True) -> tuple[str, float]:
    """Runs a program; returns what it printed and its wall time in ms."""
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


def in_turn(n: int, ways: Mapping[str, Callable[[], Any]], title: str) -> dict[str, list[Any]]:
    """Calls each way ``n`` times, turning the order round each time against slow drifts."""
    results: dict[str, list[Any]] = {name: [] for name in ways}
    for pair in range(n):
        for name in list(ways) if pair % 2 == 0 else reversed(list(ways)):
            results[name].append(ways[name]())
            print(f"{title}, {name}, {pair + 1} of {n}: {results[name][-1]}", file=sys.stderr)
    return results


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Timing:
    """Ours over theirs, pair by pair."""
    return Timing(tuple(one / other for one, other in zip(ours, theirs, strict=True)))


def shown(timing: Timing) -> str:
    """A ratio's median and range."""
    return f"{timing.median:.3f} ({timing.low:.3f}-{timing.high:.3f})"


def _seconds(values: Sequence[float]) -> str:
    timing = Timing(tuple(value / 1000 for value in values))
    return f"{timing.median:.2f} s ({timing.low:.2f}-{timing.high:.2f})"


def question_rows(title: str, results: dict[str, list[Any]]) -> list[dict[str, str]]:
    """The table of second questions: one line a program."""
    return [
        {
            "model": title,
            "program": name,
            "first question": _seconds([first for first, _ in waits]),
            "second question": _seconds([later for _, later in waits]),
            "second / first": shown(ratios([b for _, b in waits], [a for a, _ in waits])),
        }
        for name, waits in results.items()
    ]


def whole_rows(title: str, results: dict[str, list[Any]]) -> list[dict[str, str]]:
    """The table of whole describes: one line a program, and one with the ratios."""
    rows = [
        {
            "model": f"{title} ({runs[0].n_prompt} prompt tokens)",
            "program": name,
            "whole": _seconds([run.wall for run in runs]),
            **{stage: _seconds([run.stages[stage] for run in runs]) for stage in STAGES},
        }
        for name, runs in results.items()
    ]
    ours, theirs = results.values()
    whole_ratio = ratios([run.wall for run in ours], [run.wall for run in theirs])
    by_stage = {
        stage: shown(
            ratios([run.stages[stage] for run in ours], [run.stages[stage] for run in theirs])
        )
        for stage in STAGES
    }
    ratio = {"model": title, "program": "ours / llama-mtmd-cli", "whole": shown(whole_ratio)}
    return [*rows, {**ratio, **by_stage}]


def body(
    questions: list[dict[str, str]], wholes: list[dict[str, str]], arguments: argparse.Namespace
) -> str:
    """The report's section."""
    lines = [
        f"Machine: {report.machine_line()}. llama-cpp-python 0.3.36; {arguments.threads} threads "
        "in every program, each with its own way of waiting; files "
        "in the page cache; medians, and the lowest and highest in brackets. One-minute load average "
        f"at the end: {os.getloadavg()[0]:.1f}.",
        "",
        f"Command: `{report.command_line()}` (`--help` says how llama-mtmd-cli is built)",
    ]
    if questions:
        lines += [
            "",
            "Wait for the first token of a first and of a second question about one picture. Ours is "
            "the worker with SPARC, asked from the front; the other is llama-cpp-python's "
            "`Llava15ChatHandler` with flash attention on. Loading is counted for neither.",
            "",
            report.markdown_table(questions),
        ]
    if wholes:
        lines += [
            "",
            f"A whole describe: a fresh process that loads, encodes the picture, reads the prompt, and "
            f"takes {arguments.tokens} decode steps, greedily, with EOS ignored. Ours is the front and "
            "its worker with SPARC at the default settings; llama-mtmd-cli is built from the same "
            "source package with the same flags, and runs without its warm-up, which would only cost "
            "it time. *Start and load* is what the other stages leave of the whole.",
            "",
            report.markdown_table(wholes),
        ]
    return "\n".join(lines)


def write_report(
    questions: list[dict[str, str]], wholes: list[dict[str, str]], arguments: argparse.Namespace
) -> None:
    """Writes what has been measured so far, so that an interrupted run leaves it."""
    if not arguments.no_report:
        section = body(questions, wholes, arguments)
        report.replace_section(arguments.report, arguments.section, section)


def main(argv: list[str] | None = None) -> int:
    """Times every model asked for and writes the report."""
    arguments = parse_arguments(argv)
    questions: list[dict[str, str]] = []
    wholes: list[dict[str, str]] = []
    if arguments.mtmd_cli is None:
        print("llama-mtmd-cli left out: --mtmd-cli was not given.", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="bench-peers-") as temporary:
        folder = arguments.cache_dir or Path(temporary)
        picture = Path(temporary) / "picture.png"
        Image.fromarray(noise_picture(0)).save(picture)
        for name in arguments.shapes.split(","):
            files = files_for(name.strip(), folder)
            runner = Runner(files, picture, arguments)
            if arguments.questions:
                asked = {
                    "ours": partial(runner.second, "second"),
                    "Llava15ChatHandler": partial(runner.second, "handler"),
                }
                results = in_turn(arguments.questions, asked, files.title)
                questions += question_rows(files.title, results)
                write_report(questions, wholes, arguments)
            if arguments.mtmd_cli is not None and arguments.pairs:
                ways = {"ours": runner.ours, "llama-mtmd-cli": runner.theirs}
                results = in_turn(arguments.pairs, ways, files.title)
                wholes += whole_rows(files.title, results)
                write_report(questions, wholes, arguments)
    print(body(questions, wholes, arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
