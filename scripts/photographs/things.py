"""Makes the table of what the detector says of photographs: ``python -m scripts.photographs.things``.

What is true was judged by looking at each statement, and stands in judged_things.toml. With ``--unjudged`` it prints
the statements that nobody has judged yet, in that file's form.
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeAlias

import numpy as np
from PIL import Image

from assistant.core.findings import Box, Thing
from assistant.glance.things import LEAST_SCORE, NAMED_SCORE, ThingFinder, say_as
from scripts.photographs.fetch import find_cache, read_index

JUDGED = Path(__file__).with_name("judged_things.toml")
LEAST_JUDGED_SCORE = 0.6
LEAST_SHARED = 0.5
_Z = 1.96


@dataclass(frozen=True)
class Judgement:
    """What somebody saw at a place.

    Attributes:
        picture: its file in the cache.
        thing: the detector's own name for it.
        box: where.
        is_it: whether it is that.
        is_such: whether it is of that family: a person, an animal, a vehicle; as is_it for other names.
        actually: what it is where it is not that.
    """

    picture: str
    thing: str
    box: tuple[int, ...]
    is_it: bool
    is_such: bool
    actually: str = ""


Statement: TypeAlias = tuple[str, str, Thing]
"""Picture, its kind, and what the detector saw in it, under its own name."""


def main() -> None:
    """Print the table, or what is not judged yet."""
    judgements = (
        [Judgement(**row) for row in tomllib.loads(JUDGED.read_text())["judged"]]
        if JUDGED.exists()
        else []
    )
    finder = ThingFinder()
    statements: dict[str, list[Statement]] = {"choose": [], "judge": []}
    seconds = []
    n_pictures = 0
    for photograph in read_index():
        if photograph.kind not in {"photo", "cutout"}:
            continue
        picture = np.asarray(Image.open(find_cache() / photograph.file).convert("RGB"))
        started = time.perf_counter()
        things = finder.detect(picture, LEAST_JUDGED_SCORE)
        seconds.append(time.perf_counter() - started)
        n_pictures += photograph.use == "judge"
        statements[photograph.use] += [
            (photograph.file, photograph.kind, thing) for thing in things
        ]
    if "--unjudged" in sys.argv:
        _print_unjudged(statements["judge"], judgements)
        return
    print(f"{n_pictures} pictures to judge on; median {median(seconds):.2f} s each\n")
    print("| said | statements | true | 95 % interval |\n|---|---|---|---|")
    _print_row(
        f"NanoDet's own names from {LEAST_JUDGED_SCORE:.2f}",
        statements["judge"],
        judgements,
        own=True,
    )
    _print_row(
        f"own names from {NAMED_SCORE:.2f}",
        _keep(statements["judge"], NAMED_SCORE),
        judgements,
        own=True,
    )
    shipped = [row for row in _keep(statements["judge"], LEAST_SCORE) if say_as(row[2]) is not None]
    _print_row(
        f"families from {LEAST_SCORE:.2f}, own names from {NAMED_SCORE:.2f}", shipped, judgements
    )
    for kind in ("photo", "cutout"):
        _print_row(f"of these, on a {kind}", [row for row in shipped if row[1] == kind], judgements)
    for name in ("person", "animal", "vehicle"):
        chosen = [
            row for row in shipped if (said := say_as(row[2])) is not None and said.name == name
        ]
        _print_row(f'of these, "{name}"', chosen, judgements)


def _keep(statements: Iterable[Statement], least_score: float) -> list[Statement]:
    return [row for row in statements if row[2].score >= least_score]


def _print_row(
    title: str, statements: list[Statement], judgements: list[Judgement], *, own: bool = False
) -> None:
    found = [(_find(row, judgements), row[2]) for row in statements]
    n_unjudged = sum(judgement is None for judgement, _thing in found)
    n_true = sum(
        judgement.is_it if own or thing.score >= NAMED_SCORE else judgement.is_such
        for judgement, thing in found
        if judgement is not None
    )
    n = len(found) - n_unjudged
    low, high = find_interval(n_true, n)
    missing = f" ({n_unjudged} not judged)" if n_unjudged else ""
    share = 100 * n_true / max(n, 1)
    print(
        f"| {title} | {n}{missing} | {n_true} ({share:.0f} %) | {100 * low:.0f} to {100 * high:.0f} % |"
    )


def find_interval(n_true: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    if n == 0:
        return 0.0, 1.0
    share, extra = n_true / n, _Z**2 / n
    middle = (share + extra / 2) / (1 + extra)
    half = _Z * (share * (1 - share) / n + extra / (4 * n)) ** 0.5 / (1 + extra)
    return middle - half, middle + half


def _find(statement: Statement, judgements: list[Judgement]) -> Judgement | None:
    picture, _kind, thing = statement
    rows = (row for row in judgements if row.picture == picture and row.thing == thing.name)
    return next((row for row in rows if _share(row.box, thing.box) >= LEAST_SHARED), None)


def _share(one: tuple[int, ...], other: Box) -> float:
    """Return the area that two boxes share, as a part of the area of both."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(0, width) * max(0, height)
    return both / max(1, one[2] * one[3] + other[2] * other[3] - both)


def _print_unjudged(statements: list[Statement], judgements: list[Judgement]) -> None:
    for row in statements:
        if _find(row, judgements) is None:
            picture, _kind, thing = row
            print(
                f'{{ picture = "{picture}", thing = "{thing.name}", box = {list(thing.box)}, is_it =, is_such = }},'
            )


if __name__ == "__main__":
    main()
