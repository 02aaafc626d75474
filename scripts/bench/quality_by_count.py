"""Print the figures by the number of things of a scene: the table of models/demo/README.md.

It reads the answers that ``sparc-assistant bench quality`` has kept.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.bench.scenes import read_scenes
from assistant.bench.summary import BASELINE
from scripts.bench.quality_report import by_count
from scripts.bench.report import markdown_table

GROUPS = ((6, 6), (7, 8), (9, 11), (12, 99), (1, 99))


def main(argv: Sequence[str] | None = None) -> int:
    """Print the unsteered model's figures by the number of things."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", type=Path, help="scenes.jsonl of judged_scenes.py")
    parser.add_argument("results", type=Path, help="bench-quality.jsonl")
    args = parser.parse_args(argv)
    world, scenes = read_scenes(args.scenes)
    records = map(json.loads, args.results.read_text(encoding="utf-8").splitlines())
    answers = {(r["key"], r["method"]): r for r in records if "key" in r}
    print(markdown_table(by_count(world, scenes, answers, BASELINE, GROUPS)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
