"""Figures by the number of things of a scene, of answers that `sparc-assistant bench quality` has kept.

`python scripts/bench/quality_by_count.py S/scenes.jsonl bench-quality.jsonl` prints the table of the model card.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # started as a file, not as a module
    sys.path.insert(0, str(ROOT))

from assistant.bench.scenes import read_scenes  # noqa: E402
from assistant.bench.summary import BASELINE  # noqa: E402
from scripts.bench.quality_report import by_count  # noqa: E402
from scripts.bench.report import markdown_table  # noqa: E402

GROUPS = ((6, 6), (7, 8), (9, 11), (12, 99), (1, 99))


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the unsteered model's figures by the number of things."""
    scenes_path, results_path = map(Path, sys.argv[1:] if argv is None else argv)
    world, scenes = read_scenes(scenes_path)
    records = map(json.loads, results_path.read_text(encoding="utf-8").splitlines())
    answers = {(r["key"], r["method"]): r for r in records if "key" in r}
    print(markdown_table(by_count(world, scenes, answers, BASELINE, GROUPS)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
