"""Runs the fault campaign, a class of faults at a time, and writes what came of it.

    python -m scripts.faults pictures --count 10000 --seed 1
    python -m scripts.faults report

Each class keeps its cases in a file of ``--results`` and goes on where it stopped; ``--minutes`` ends a run early (exit
code 75: run it again). ``report`` writes the table in ``docs/reliability.md``.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from scripts.faults.record import Courtesy, Record

CLASSES = {"pictures": 10_000, "models": 1_000, "kills": 200, "machine": 70, "soak": 1_000}
"""Classes of faults, and how many cases each has."""


def main() -> int:
    """Runs a class, or writes the report."""
    parser = argparse.ArgumentParser(description="Runs the fault campaign.")
    parser.add_argument("what", choices=(*CLASSES, "report"))
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--lock", type=Path, help="lock this file, shared, during each case")
    parser.add_argument("--yield-to", type=Path, help="begin no case while this file is there")
    parser.add_argument("--results", type=Path, default=Path("build/faults"))
    options = parser.parse_args()
    if options.what == "report":
        from scripts.faults.report import write_report

        write_report(options.results)
        return 0
    record = Record(options.results, options.what, options.seed)
    module = importlib.import_module(f"scripts.faults.{options.what}")
    courtesy = Courtesy(options.lock, options.yield_to)
    count = options.count or CLASSES[options.what]
    code: int = module.run(record, count, options.minutes, courtesy)
    failed = [case for case in record.cases if case.has_failed]
    print(f"{options.what}: {len(record.cases)} cases, {len(failed)} failed", flush=True)
    return code or bool(failed)


if __name__ == "__main__":
    sys.exit(main())
