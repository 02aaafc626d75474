"""Measure the worker's memory, at its peak and after many answers on new pictures; see docs/benchmarks.md.

Linux alone tells of both (``/proc/PID/status``): VmHWM is the most that the process ever had in memory, mapped
files included; RssAnon is what it holds that is no file.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.core.events import DecodeOptions, DescribeRequest, Finished
from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from scripts.bench import report
from scripts.bench.models_to_time import EMBEDDED, add_model_options, each_model
from scripts.bench.timing import noise_picture

_ALLOWED = 700e6
_N_WARM = 50
"""Answers after which caches are full: pictures are remembered up to 64 MB, and every size was met once."""


@dataclass(frozen=True)
class Memory:
    """A worker's memory in bytes."""

    peak: int
    held: int
    held_alone: int


@dataclass(frozen=True)
class Result:
    """One model's memory after the first answers and after all."""

    name: str
    n_answers: int
    files: int
    early: Memory
    late: Memory


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = report.make_parser(__doc__, "bench_memory")
    add_model_options(parser, EMBEDDED)
    parser.add_argument("--answers", type=int, default=1000, help="answers of the embedded model")
    parser.add_argument("--tokens", type=int, default=16, help="tokens of an answer")
    return parser.parse_args(argv)


def memory_of(pid: int) -> Memory:
    """Return what the kernel says of a process."""
    fields = {}
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if value.endswith(" kB"):
            fields[name] = int(value.split()[0]) * 1024
    return Memory(fields["VmHWM"], fields["VmRSS"], fields["RssAnon"])


def measure(options: EngineOptions, n_answers: int, n_tokens: int) -> Result:
    """Let a worker answer, each time about a picture it has never seen."""
    n_warm = min(_N_WARM, n_answers - 1)
    decode = DecodeOptions(max_tokens=n_tokens, ignores_eos=True)
    early = late = Memory(0, 0, 0)
    with InferenceClient(options) as client:
        for i in range(n_answers):
            request = DescribeRequest(noise_picture(i), DETAILED_PROMPT, decode)
            last = list(client.ask(request))[-1]
            if not isinstance(last, Finished):
                raise RuntimeError(f"no answer: {last}")
            if last.answer.unsteered_reason:
                raise RuntimeError(f"not steered: {last.answer.unsteered_reason}")
            assert client.worker_pid is not None
            late = memory_of(client.worker_pid)
            if i + 1 == n_warm:
                early = late
    files = options.model_path.stat().st_size + options.mmproj_path.stat().st_size
    return Result(options.model_name, n_answers, files, early, late)


def row(result: Result) -> dict[str, str]:
    """Return one line of the table."""
    growth = result.late.held_alone / max(result.early.held_alone, 1) - 1
    return {
        "model": result.name,
        "both files": f"{result.files / 1e6:.0f} MB",
        "peak": f"{result.late.peak / 1e6:.0f} MB",
        "peak less files": f"{(result.late.peak - result.files) / 1e6:.0f} MB "
        f"(bar: {_ALLOWED / 1e6:.0f} MB)",
        "answers": str(result.n_answers),
        "growth": f"{100 * growth:+.2f} %" if result.n_answers > _N_WARM else "not measured",
    }


def main(argv: list[str] | None = None) -> int:
    """Measure every shape asked for and write the section; a large model answers once."""
    arguments = parse_arguments(argv)
    results = [
        measure(options, arguments.answers if name == EMBEDDED else 1, arguments.tokens)
        for name, options in each_model(arguments)
    ]
    section = report.measured_section(
        "Memory of the worker",
        "Every answer is about a new picture, steered, with the settings that are shipped. The peak is "
        "the most that the worker ever had in memory, mapped files included. Growth is of the memory that "
        f"is not a file, from answer {_N_WARM} to the last.",
        report.markdown_table([row(result) for result in results]),
    )
    print(section)
    report.publish(arguments, section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
