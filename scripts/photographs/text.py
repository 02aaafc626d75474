"""Measure the reading of text: rendered pages, damaged as cameras do, and photographs. Prints Markdown.

The threshold is chosen on one half of the sentences and seeds, and the figures come from the other half.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import cv2

from assistant.glance.text.reader import SURE, Piece, TextReader, join_row
from scripts.photographs.text_damage import DAMAGES
from scripts.photographs.text_fonts import fetch_fonts
from scripts.photographs.text_pages import KINDS, Page, Painter
from scripts.photographs.text_photographs import read_photographs
from scripts.photographs.text_score import Score, compare

CHOOSE, JUDGE = 0, 1
THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
Rows = list[list[Piece]]


def draw_pages(half: int, seeds: int) -> Iterator[tuple[str, str, Page]]:
    """Yield pages with their kind and what was done to them, the same for the same half and seeds."""
    for seed in range(seeds):
        for kind in KINDS:
            for number, (damage, do) in enumerate(DAMAGES.items()):
                page = Painter(half, seed * 100 + number).draw(kind)
                yield kind, damage, Page(do(page.picture), page.lines)


def say_lines(rows: Rows, threshold: float) -> list[str]:
    """Return what is said of rows at a threshold."""
    return [line.text for row in rows if (line := join_row(row, threshold))]


def print_table(head: str, rows: Iterable[tuple[str, Score, str]]) -> None:
    """Print a table of scores, each with something that is appended to its row."""
    print(
        f"| {head} | pages | characters right | words right "
        "| misread, of 1000 said | invented, of 1000 said | seconds |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, score, seconds in rows:
        signs = 100 * (1 - score.wrong_signs / max(1, score.signs))
        words = 100 * score.right_words / max(1, score.words)
        per_mille = 1000 / max(1, score.said_words)
        print(
            f"| {name} | {score.pages} | {signs:.1f} % | {words:.1f} % | {score.misread_words * per_mille:.1f} "
            f"| {score.invented_words * per_mille:.1f} | {seconds} |"
        )
    print()


def choose(reader: TextReader, seeds: int) -> None:
    """Print what each threshold would give on the half that it is chosen on."""
    read = [
        (list(reader.read_rows(page.picture)), page.lines) for *_, page in draw_pages(CHOOSE, seeds)
    ]
    scores = []
    for threshold in THRESHOLDS:
        total = Score()
        for rows, lines in read:
            total.add(compare(say_lines(rows, threshold), lines))
        scores.append((f"{threshold:.2f}", total, ""))
    print_table("least score", scores)


def judge(reader: TextReader, seeds: int, is_wordy: bool) -> None:
    """Print what the reader says of the half that nothing was chosen on, by kind and by damage."""
    by: dict[str, dict[str, Score]] = {
        "kind": defaultdict(Score),
        "what was done": defaultdict(Score),
    }
    took: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for kind, damage, page in draw_pages(JUDGE, seeds):
        rows, seconds = time_rows(lambda picture=page.picture: reader.read_rows(picture))  # type: ignore[misc]
        said = say_lines(rows, SURE)
        score = compare(said, page.lines)
        for head, name in (("kind", kind), ("what was done", damage)):
            by[head][name].add(score)
            by[head]["all"].add(score)
            took[name].append(seconds)
        took["all"].append(seconds)
        if is_wordy and score.wrong_signs:
            print(f"{kind}, {damage}: {score}\n  there: {page.lines}\n  said:  {said}\n")
    for head, scores in by.items():
        names = sorted(scores, key=lambda name: name == "all")
        print_table(head, [(name, scores[name], show_seconds(took[name])) for name in names])


def measure_memory(reader: TextReader, threads: int) -> None:
    """Print the most that this process held while it read a page of a book in 12 megapixels."""
    picture = DAMAGES["12 megapixels"](Painter(JUDGE, 0).draw("book page").picture)
    _, (first, last, cpu) = time_rows(lambda: reader.read_rows(picture))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"A page of a book in 12 megapixels, {threads} threads: {first:.1f} s to the first line, {last:.1f} s in all, "
        f"{cpu:.1f} s of a core, {peak_mb:.0f} MB at the most, with the drawing of the page.\n"
    )


def time_rows(read: Callable[[], Iterator[list[Piece]]]) -> tuple[Rows, tuple[float, float, float]]:
    """Return rows, and the seconds to the first and to the last, and those of the processor."""
    start, cpu, first, rows = time.perf_counter(), time.process_time(), None, []
    for row in read():
        first = first or time.perf_counter() - start
        rows.append(row)
    end = time.perf_counter() - start
    return rows, (first or end, end, time.process_time() - cpu)


def show_seconds(seconds: Sequence[tuple[float, float, float]]) -> str:
    """Return medians: first line, all lines, processor."""
    middle = [sorted(each)[len(each) // 2] for each in zip(*seconds, strict=True)]
    return f"{middle[0]:.1f} to the first line, {middle[1]:.1f} in all, {middle[2]:.1f} of a core"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="pages of each kind and damage")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=("memory", "choose", "judge", "photographs"))
    parser.add_argument(
        "--errors", action="store_true", help="also print each page that was not read right"
    )
    parser.add_argument(
        "--photographs", type=Path, help="folder of photographs; default: the cache"
    )
    wish = parser.parse_args()
    cv2.setNumThreads(wish.threads)
    fetch_fonts()
    reader = TextReader()
    if wish.only in (None, "memory"):  # first, because a process keeps its peak
        measure_memory(reader, wish.threads)
    if wish.only in (None, "choose"):
        choose(reader, wish.seeds)
    if wish.only in (None, "judge"):
        judge(reader, wish.seeds, wish.errors)
    if wish.only in (None, "photographs"):
        read_photographs(reader, wish.photographs)


if __name__ == "__main__":
    main()
