"""Write the campaign's table into ``docs/reliability.md``."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from scripts.bench.report import ROOT, markdown_table, replace_between
from scripts.faults.record import Case, Record

DOCUMENT = ROOT / "docs" / "reliability.md"
VERDICT = "memory, descriptors, processes"
"""Kind of the line that judges a long run and is no case of it."""
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_NAMES = {
    "pictures": "damaged pictures",
    "models": "damaged model pairs",
    "kills": "kills and stops of a process",
    "machine": "a hostile machine",
    "soak": "keys of one long run",
}


def write_report(results: Path) -> None:
    """Put what was recorded between the document's markers."""
    rows, notes = [], []
    for path in sorted(results.glob("*.jsonl"), key=lambda path: _place(path.stem)):
        name, _, seed = path.stem.rpartition("-")
        cases = Record(results, name, int(seed)).cases
        rows.append(_row(name, seed, cases))
        notes += _notes(name, cases)
    replace_between(DOCUMENT, BEGIN, END, "\n".join([markdown_table(rows), "", *notes]))


def _place(stem: str) -> tuple[int, str]:
    name = stem.rpartition("-")[0]
    return (list(_NAMES).index(name) if name in _NAMES else len(_NAMES), stem)


def _row(name: str, seed: str, cases: list[Case]) -> dict[str, str]:
    done = [case for case in cases if case.kind != VERDICT]
    counted = Counter(case.outcome for case in done if not case.has_failed)
    outcomes = ", ".join(f"{outcome}: {n}" for outcome, n in counted.most_common())
    n_failed = sum(case.has_failed for case in cases)
    longest_s = max((case.seconds for case in cases), default=0.0)
    return {
        "faults": _NAMES.get(name, name),
        "seed": seed,
        "cases": str(len(done)),
        "what came of them": outcomes,
        "longest case": f"{longest_s:.1f} s",
        "broken promises": str(n_failed),
    }


def _notes(name: str, cases: list[Case]) -> list[str]:
    if name == "kills":
        times = [json.loads(case.detail) for case in cases if not case.has_failed]
        if times:
            shown, heard = (max(time[key] for time in times) for key in ("shown_s", "heard_s"))
            said = f"first sentence came within {shown:.1f} s, its first sound within {heard:.1f} s"
            return [f"- After a kill the next key's {said}."]
    if name == "machine":
        kinds = Counter(case.kind for case in cases if case.kind)
        return [
            "- The hostile machine: "
            + ", ".join(f"{kind} ({n})" for kind, n in sorted(kinds.items()))
            + "."
        ]
    if name == "soak":
        return [f"- The long run: {case.detail}." for case in cases if case.kind == VERDICT]
    return []
