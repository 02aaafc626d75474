"""How true the embedded model's words are, on held-out drawn scenes, with every method.

`python scripts/bench_quality.py` describes the same test scenes unsteered, with SPARC as its
authors set it, with the SPARC preset that a development split picks, and with a uniform boost, all
through the real engine and the shipped files, and rewrites its section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # started as a file, not as a module
    sys.path.insert(0, str(ROOT))

from assistant.inference import machine  # noqa: E402
from scripts import bench_quality_run as run  # noqa: E402
from scripts.bench_report import (  # noqa: E402
    command_line,
    machine_line,
    markdown_table,
    replace_section,
)
from scripts.train_demo_model.world import Split  # noqa: E402
from sparc_ggml.config import SparcConfig  # noqa: E402

NONE = SparcConfig(method="none")
AUTHORS = SparcConfig(alpha=1.1, beta=0.1, tau=1.5)
UNIFORM = (SparcConfig(method="uniform", alpha=1.05), SparcConfig(method="uniform", alpha=1.1))
GRID = tuple(
    SparcConfig(alpha=alpha, beta=0.1, tau=tau)
    for alpha in (1.02, 1.05, 1.1)
    for tau in (1.5, 2.5, 4.0)
)
FIRST = 600
"""Test scenes before this one were looked at while training still went on, so they no longer count."""
BAR = {"precision": 0.95, "recall": 0.95, "place": 0.93, "yes/no": 0.90}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the benchmark; the exit status is 1 where the unsteered model misses the bar."""
    args = _arguments(argv)
    machine.set_waiting()
    with ProcessPoolExecutor(
        args.jobs, get_context("spawn"), run.load, (args.model, args.mmproj)
    ) as pool:
        dev = _evaluate(pool, "dev", args.dev, (NONE, *GRID), asks=False)
        preset = max(GRID, key=lambda config: dev[config].f1)
        print(f"preset picked on the development split: {_name(preset)}", flush=True)
        rows = (NONE, AUTHORS, preset, *UNIFORM)
        test = _evaluate(
            pool, "test", args.scenes, tuple(dict.fromkeys(rows)), asks=True, first=args.first
        )
    labels = ("none", "sparc, authors' values", "sparc, picked preset", "uniform", "uniform")
    table = [
        {"method": label, **_parameters(config), **test[config].row(test[NONE])}
        for label, config in zip(labels, rows, strict=True)
    ]
    body = _report(args, table, dev, preset, test[NONE])
    print(body)
    if args.report is not None:
        replace_section(args.report, "bench_quality", body)
    return 0 if _misses(test[NONE]) == [] else 1


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    demo = ROOT / "models" / "demo"
    parser.add_argument("--scenes", type=int, default=300, help="test scenes")
    parser.add_argument("--first", type=int, default=FIRST, help="number of the first test scene")
    parser.add_argument("--dev", type=int, default=100, help="scenes that pick the preset")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes, 1 thread each")
    parser.add_argument("--model", type=Path, default=demo / "sparc-demo-llava-q8_0.gguf")
    parser.add_argument("--mmproj", type=Path, default=demo / "sparc-demo-llava-mmproj-f16.gguf")
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "benchmarks.md")
    parser.add_argument(
        "--no-report", dest="report", action="store_const", const=None, help="print only"
    )
    return parser.parse_args(argv)


def _evaluate(
    pool: ProcessPoolExecutor,
    split: Split,
    scenes: int,
    configs: tuple[SparcConfig, ...],
    asks: bool,
    first: int = 0,
) -> dict[SparcConfig, run.Tally]:
    """Every configuration on the same scenes; a progress line now and then."""
    tallies = {config: run.Tally() for config in configs}
    tasks = [run.Task(split, index, configs, asks) for index in range(first, first + scenes)]
    for done, results in enumerate(pool.map(run.work, tasks), start=1):
        for config, result in zip(configs, results, strict=True):
            tallies[config].add(result)
        if done % 50 == 0:
            print(f"{split}: {done} of {scenes} scenes", file=sys.stderr, flush=True)
    return tallies


def _name(config: SparcConfig) -> str:
    return f"{config.method}, alpha {config.alpha:g}, tau {config.tau:g}"


def _parameters(config: SparcConfig) -> dict[str, str]:
    return {
        "alpha": "" if config.method == "none" else f"{config.alpha:g}",
        "tau": f"{config.tau:g}" if config.method == "sparc" else "",
    }


def _misses(tally: run.Tally) -> list[str]:
    values = tally.values()
    return [name for name, least in BAR.items() if values[name] < least]


def _report(
    args: argparse.Namespace,
    table: list[dict[str, str]],
    dev: dict[SparcConfig, run.Tally],
    preset: SparcConfig,
    plain: run.Tally,
) -> str:
    misses = _misses(plain)
    bar = ", ".join(f"{name} ≥ {least:g}" for name, least in BAR.items())
    verdict = f"missed: {', '.join(misses)}" if misses else "met"
    dev_table = [
        {
            "method": config.method,
            **_parameters(config),
            "precision": f"{tally.values()['precision']:.3f}",
            "recall": f"{tally.values()['recall']:.3f}",
            "F1": f"{tally.f1:.4f}",
            "picked": "yes" if config == preset else "",
        }
        for config, tally in dev.items()
    ]
    return "\n\n".join(
        (
            "## Is it true? Held-out drawn scenes, the embedded model",
            f"`{command_line()}` on {machine_line()}.",
            f"{args.scenes} test scenes from number {args.first} on, drawn at {run.PICTURE_PX} pixels, "
            "greedy, the shipped pair of files through the engine. Precision and recall count objects by kind; place "
            "is one of nine, and size one of three, of the objects rightly named. All right is the share of "
            "pictures with every object named in its place and nothing else. Each scene gets "
            "two yes/no questions (one of each answer) and one counting question. SPARC beta is "
            "0.1 and its layer round(20/32 · layers). The last column is the difference in F1 to "
            "the unsteered model on the same scenes with its 95 % bootstrap interval.",
            markdown_table(table),
            f"The bar for the unsteered model ({bar}): {verdict}.",
            f"The preset was picked on {args.dev} development scenes by F1:",
            markdown_table(dev_table),
        )
    )


if __name__ == "__main__":
    sys.exit(main())
