"""Run the fault campaign, a class of faults at a time: the table of docs/reliability.md.

Each class keeps its cases in a file of ``--results`` and goes on where it stopped; ``--minutes`` ends a run early
(exit code 75: run it again). ``report`` writes the table.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from scripts.faults.record import Record

CLASSES = {"pictures": 10_000, "models": 1_000, "kills": 200, "machine": 70, "soak": 1_000}
"""Classes of faults, and how many cases each has."""


def main() -> int:
    """Run a class, or write the report."""
    parser = argparse.ArgumentParser(prog="python -m scripts.faults", description=__doc__)
    parser.add_argument("what", choices=(*CLASSES, "report"))
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--results", type=Path, default=Path("build/faults"))
    options = parser.parse_args()
    if options.what == "report":
        from scripts.faults.report import write_report

        write_report(options.results)
        return 0
    record = Record(options.results, options.what, options.seed)
    module = importlib.import_module(f"scripts.faults.{options.what}")
    code: int = module.run(record, options.count or CLASSES[options.what], options.minutes)
    failed = [case for case in record.cases if case.has_failed]
    print(f"{options.what}: {len(record.cases)} cases, {len(failed)} failed", flush=True)
    return code or bool(failed)


if __name__ == "__main__":
    sys.exit(main())
