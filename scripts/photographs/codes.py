"""Measure how well codes are read: prints the tables of docs/photographs.md.

Codes of each kind are drawn into photographs in many views; then photographs without any are searched.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice

import cv2
import numpy as np

from assistant.core.events import ImageRgb
from assistant.glance.codes import find_codes
from scripts.photographs.code_pictures import VIEWS, make_samples, show
from scripts.photographs.pictures import read_photographs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--repeats", type=int, default=3, help="photographs behind each code and view; 0 for none"
    )
    parser.add_argument("--use", default="judge", choices=["choose", "judge"])
    arguments = parser.parse_args()
    if arguments.repeats:
        photographs = islice(read_photographs(arguments.use), 0, None, 12)
        print(measure_reading([picture for _, picture in photographs], arguments.repeats))
    print(measure_false_reads(read_photographs(arguments.use, only_photos=False)))


def measure_reading(photographs: Sequence[ImageRgb], repeats: int) -> str:
    """Return the tables: each kind, and each view, with how many were read right, read wrong and missed."""
    rng = np.random.default_rng(18)
    counts: dict[str, dict[str, list[int]]] = {
        "kind": defaultdict(lambda: [0, 0, 0]),
        "view": defaultdict(lambda: [0, 0, 0]),
    }
    behind = [picture for picture in photographs if not find_codes(picture)]
    took_s = []
    for _ in range(repeats):
        for view in VIEWS:
            for sample in make_samples(rng):
                picture = show(sample, view, behind[rng.integers(len(behind))], rng)
                begun = time.perf_counter()
                texts = [code.text for code in find_codes(picture)]
                took_s.append(time.perf_counter() - begun)
                column = 2 if not texts else 0 if texts == [sample.text] else 1
                counts["kind"][sample.kind][column] += 1
                counts["view"][view.name][column] += 1
                if column == 1:
                    print(f"<!-- wrong: {sample.kind}, {view.name}: {sample.text} read {texts} -->")
    median, most = np.percentile(took_s, (50, 95)) * 1000
    tables = [_table(name, rows) for name, rows in counts.items()]
    return "\n\n".join(
        [*tables, f"Median {median:.0f} ms a picture, 95 of 100 below {most:.0f} ms."]
    )


def _table(name: str, rows: dict[str, list[int]]) -> str:
    lines = [f"| {name} | read right | read wrong | missed |", "|---|---:|---:|---:|"]
    lines += [f"| {row} | " + " | ".join(map(str, counts)) + " |" for row, counts in rows.items()]
    total = np.sum(list(rows.values()), axis=0)
    lines.append("| all | " + " | ".join(map(str, total)) + " |")
    return "\n".join(lines)


def measure_false_reads(pictures: Iterable[tuple[str, ImageRgb]]) -> str:
    """Return what is found in pictures as they are, and each in one other view; whoever reads it looks at them."""
    rng = np.random.default_rng(19)
    found: list[str] = []
    took_ms: list[float] = []
    n_pictures = 0
    for n_pictures, (name, picture) in enumerate(pictures, 1):
        for view in (picture, _vary(picture, n_pictures, rng)):
            begun = time.perf_counter()
            codes = find_codes(view)
            took_ms.append((time.perf_counter() - begun) * 1000)
            found += [f"- {name}, {view.shape[1]} by {view.shape[0]} px: {code}" for code in codes]
    head = f"{n_pictures} pictures in {len(took_ms)} views, no code drawn in: {len(found)} codes found."
    times = (
        f"Median {np.median(took_ms):.0f} ms, 95 of 100 below {np.percentile(took_ms, 95):.0f} ms."
    )
    return "\n".join([head, *found, times])


def _vary(picture: ImageRgb, number: int, rng: np.random.Generator) -> ImageRgb:
    """Return the picture enlarged, reduced, turned or noisy, by its number."""
    height, width = picture.shape[:2]
    if number % 4 == 0:
        return np.ascontiguousarray(np.rot90(picture))
    if number % 4 == 1:
        noisy = picture + rng.normal(0, 15, picture.shape)
        return np.clip(noisy, 0, 255).astype(np.uint8)
    scale, way = (1.7, cv2.INTER_CUBIC) if number % 4 == 2 else (0.6, cv2.INTER_AREA)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)


if __name__ == "__main__":
    main()
