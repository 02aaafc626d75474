"""Time decoding with SPARC while another process keeps a core busy; see docs/benchmarks.md and ADR 10.

A thread of llama.cpp that has finished its part of a graph node waits for the others: it spins, or sleeps,
or spins for a while and then sleeps (``GOMP_SPINCOUNT``). libgomp reads that once, so every way gets a process
of its own; in it, quiet and busy answers alternate.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.bench import report


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = report.make_parser(__doc__, "bench_busy")
    parser.add_argument("--shapes", default="embedded,0.5b", help="comma-separated, as in speed.py")
    parser.add_argument("--cache-dir", type=Path, default=Path("shapes"))
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--spins", default="shipped,passive,1000,100000,active", help="to try")
    parser.add_argument("--threads", default="0", help="numbers to try; 0: what is shipped")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


@contextmanager
def busy_core() -> Iterator[subprocess.Popen[bytes]]:
    """Start a process that computes for ever, stopped until it is told to go on."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            process.send_signal(signal.SIGSTOP)
            yield process
        finally:
            process.kill()


def time_one(arguments: argparse.Namespace) -> dict[str, Any]:
    """Time one shape in this process; the environment says how threads wait."""
    # These load libgomp, which reads the environment: not in the process that starts the others.
    from assistant.system import processor

    processor.set_waiting()  # where the environment says nothing
    from scripts.bench.models_to_time import options_for
    from scripts.bench.timing import Bench, engines

    name, n_threads = arguments.one.split(":")
    options = replace(options_for(name, arguments.cache_dir), n_threads=int(n_threads) or None)
    ms: dict[str, list[float]] = {"quiet": [], "busy": []}
    with engines(options, has_bare=False) as loaded, busy_core() as other:
        bench = Bench(loaded["used"], arguments.tokens)
        bench.answer(replace(options.preset, method="none"), 1)
        bench.ms_a_token(options.preset)
        for _ in range(arguments.pairs):
            ms["quiet"].append(bench.ms_a_token(options.preset))
            other.send_signal(signal.SIGCONT)
            ms["busy"].append(bench.ms_a_token(options.preset))
            other.send_signal(signal.SIGSTOP)
    return {way: 1000 / statistics.median(values) for way, values in ms.items()}


def time_all(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Start a process for every shape, number of threads and way of waiting."""
    rows = []
    for name in arguments.shapes.split(","):
        for threads in arguments.threads.split(","):
            for spin in arguments.spins.split(","):
                rates = _run(arguments, name, threads, spin)
                rows.append({"name": name, "threads": threads, "spin": spin, **rates})
                print(rows[-1], file=sys.stderr)
    return rows


def _run(arguments: argparse.Namespace, name: str, threads: str, spin: str) -> dict[str, float]:
    waiting = {
        "shipped": {},
        "active": {"OMP_WAIT_POLICY": "active"},
        "passive": {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"},
    }.get(spin, {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": spin})
    command = [sys.executable, "-m", "scripts.bench.busy", "--one", f"{name}:{threads}"]
    command += ["--cache-dir", str(arguments.cache_dir.resolve())]
    command += ["--tokens", str(arguments.tokens), "--pairs", str(arguments.pairs)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "GOMP_"))}
    run = subprocess.run(
        command, env=environment | waiting, stdout=subprocess.PIPE, check=True, cwd=report.ROOT
    )
    rates: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return rates


def table(rows: list[dict[str, Any]]) -> str:
    """Return the table; a rate is also shown as a share of the shape's best quiet rate."""
    best = {
        name: max(r["quiet"] for r in rows if r["name"] == name)
        for name in {r["name"] for r in rows}
    }
    return report.markdown_table(
        [
            {
                "model": row["name"],
                "threads": "as shipped" if row["threads"] == "0" else row["threads"],
                "spins before it sleeps": row["spin"],
                "quiet": f"{row['quiet']:.1f} tokens/s",
                "quiet / best quiet": f"{row['quiet'] / best[row['name']]:.2f}",
                "one core busy": f"{row['busy']:.1f} tokens/s",
                "busy / quiet": f"{row['busy'] / row['quiet']:.2f}",
            }
            for row in rows
        ]
    )


def body(rows: list[dict[str, Any]], arguments: argparse.Namespace) -> str:
    """Return the page's section."""
    return report.measured_section(
        "With one core kept busy by another process",
        f"{arguments.tokens} tokens with SPARC, {arguments.pairs} times quiet and busy in turn, medians; "
        "loading and reading the prompt left out.",
        table(rows),
    )


def main(argv: list[str] | None = None) -> int:
    """Time everything asked for and write the section."""
    arguments = parse_arguments(argv)
    if arguments.one:
        print(json.dumps(time_one(arguments)))
        return 0
    rows = time_all(arguments)
    section = body(rows, arguments)
    print(section)
    report.publish(arguments, section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
