"""Measures the worker's memory: at its peak, and after many answers on changing pictures.

Linux alone tells of both (``/proc/PID/status``): VmHWM is the most that the process ever had in memory, mapped
files included; RssAnon is what it holds that is no file.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.core.events import DecodeOptions, DescribeRequest, Finished
from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.worker.client import InferenceClient
from scripts.bench import report
from scripts.bench.speed import EMBEDDED, REPORT, options_for
from scripts.bench.timing import noise_picture

SECTION = "bench_memory"
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
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", default=EMBEDDED, help="comma-separated, as in speed.py")
    parser.add_argument("--cache-dir", type=Path, default=Path("shapes"))
    parser.add_argument("--answers", type=int, default=1000, help="answers of the embedded model")
    parser.add_argument("--tokens", type=int, default=16, help="tokens of an answer")
    parser.add_argument("--threads", type=int, help="default: what is shipped")
    parser.add_argument("--flash-attn", choices=("auto", "on", "off"), default="auto")
    parser.add_argument("--kv-type", choices=("auto", "f16", "q8_0"), default="auto")
    parser.add_argument("--section", default=SECTION, help="section of the report to write")
    parser.add_argument("--report", type=Path, default=REPORT, help="Markdown file to write into")
    parser.add_argument("--no-report", action="store_true", help="print only")
    return parser.parse_args(argv)


def memory_of(pid: int) -> Memory:
    """What the kernel says of a process."""
    fields = {}
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if value.endswith(" kB"):
            fields[name] = int(value.split()[0]) * 1024
    return Memory(fields["VmHWM"], fields["VmRSS"], fields["RssAnon"])


def measure(name: str, arguments: argparse.Namespace) -> Result | None:
    """Lets a worker answer, each time about a picture it has never seen; a large model answers once."""
    options = options_for(name, arguments, arguments.cache_dir)
    if options is None:
        return None
    options = replace(options, kv_type=arguments.kv_type)
    n_answers = arguments.answers if name == EMBEDDED else 1
    n_warm = min(_N_WARM, n_answers - 1)
    decode = DecodeOptions(max_tokens=arguments.tokens, ignores_eos=True)
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
    """One line of the table."""
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
    """Measures every shape asked for and writes the section."""
    arguments = parse_arguments(argv)
    results = [measure(name.strip(), arguments) for name in arguments.shapes.split(",")]
    table = report.markdown_table([row(result) for result in results if result])
    print(table)
    if not arguments.no_report:
        body = report.measured_section(
            "Memory of the worker",
            "Every answer is about a new picture, steered, with the settings that are shipped. The peak is "
            "the most that the worker ever had in memory, mapped files included. Growth is of the memory that "
            f"is not a file, from answer {_N_WARM} to the last.",
            table,
        )
        report.replace_section(arguments.report, arguments.section, body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
