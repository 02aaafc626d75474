"""Measure what is said of light and colours: prints the tables of docs/photographs.md.

Light from a side is drawn over photographs; colour names are compared with those of the XKCD colour survey, the half
of it that nothing was chosen on; and statements about photographs are counted, with the verdicts of a sighted reader
from ``light_verdicts.toml``. ``--sheets FOLDER`` writes the pictures with their statements, to be looked at.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from assistant.core.events import ImageRgb
from assistant.core.findings import LightSide
from assistant.glance.colour_names import TERMS, UNCLEAR, name_pixels
from assistant.glance.colours import name_colours
from assistant.glance.light import look_at_light
from scripts.photographs.pictures import read_photographs
from scripts.photographs.survey import read_survey

VERDICTS = Path(__file__).with_name("light_verdicts.toml")
Statement = tuple[str, str, str]
"""What it is about, the picture's name, and what is said."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--use", default="judge", choices=["choose", "judge"])
    parser.add_argument("--sheets", type=Path, help="folder for pictures with what is said of them")
    arguments = parser.parse_args()
    print(compare_with_survey(), end="\n\n")
    photographs = list(read_photographs(arguments.use))
    print(measure_sides([picture for _, picture in photographs[::4]]), end="\n\n")
    statements, took_ms = find_statements(photographs)
    print(count_statements(statements, len(photographs)), end="\n\n")
    print(f"Light and colours together: median {np.median(took_ms):.0f} ms a photograph.")
    if arguments.sheets:
        write_sheets(dict(photographs), statements, arguments.sheets)


def compare_with_survey() -> str:
    """Return how often a name agrees with a term in the survey's name, and with the one mainly meant."""
    lines = [
        "| survey's names | colours | named | a term agrees | the main term agrees |",
        "|---|---:|---:|---:|---:|",
    ]
    for label, is_for_judging in (("for choosing", False), ("for judging", True)):
        colours = [c for c in read_survey() if c.is_for_judging is is_for_judging]
        numbers = [int(name_pixels(c.pixel)[0, 0]) for c in colours]
        named = [(c, TERMS[n]) for c, n in zip(colours, numbers, strict=True) if n != UNCLEAR]
        any_agrees = sum(term in c.terms for c, term in named)
        main_agrees = sum(term == c.main for c, term in named)
        shares = [f"{100 * n / len(named):.0f} %" for n in (any_agrees, main_agrees)]
        lines.append(f"| {label} | {len(colours)} | {len(named)} | " + " | ".join(shares) + " |")
    return "\n".join(lines)


def measure_sides(photographs: Sequence[ImageRgb]) -> str:
    """Return how often the side is named from which light was drawn over photographs that have none of their own."""
    plain = [p for p in photographs if look_at_light(p).side is None]
    lines = [
        "| light drawn from a side | right side | wrong side | nothing said |",
        "|---|---:|---:|---:|",
    ]
    for ratio in (1.5, 2, 4, 8, 16):
        counts: Counter[str] = Counter()
        for picture in plain:
            for side in LightSide:
                said = look_at_light(light_from(picture, side, ratio)).side
                counts["none" if said is None else "right" if said is side else "wrong"] += 1
        cells = (counts[key] for key in ("right", "wrong", "none"))
        lines.append(f"| {ratio} times as much | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def light_from(picture: ImageRgb, side: LightSide, ratio: float) -> ImageRgb:
    """Return the picture with ``ratio`` times as much light at one side as at the other."""
    is_upright = side in {LightSide.ABOVE, LightSide.BELOW}
    n = picture.shape[0 if is_upright else 1]
    gain = np.geomspace(1, 1 / ratio, n)
    if side in {LightSide.RIGHT, LightSide.BELOW}:
        gain = gain[::-1]
    gain = gain[:, None, None] if is_upright else gain[None, :, None]
    return np.asarray(picture * gain ** (1 / 2.2), np.uint8)


def find_statements(
    photographs: Iterable[tuple[str, ImageRgb]],
) -> tuple[list[Statement], list[float]]:
    """Return what is said of each photograph, and how long that took, in ms."""
    statements: list[Statement] = []
    took_ms = []
    for name, picture in photographs:
        begun = time.perf_counter()
        light, colours = look_at_light(picture), name_colours(picture)
        took_ms.append((time.perf_counter() - begun) * 1000)
        statements.append(("brightness", name, light.brightness.value))
        statements.append(("side", name, light.side.value if light.side else ""))
        statements.append(("main", name, ", ".join(colours.main)))
        statements.append(("middle", name, colours.middle))
    return [statement for statement in statements if statement[2]], took_ms


def count_statements(statements: Sequence[Statement], n_photographs: int) -> str:
    """Return how many statements there are, and how many a reader found untrue."""
    verdicts = tomllib.loads(VERDICTS.read_text(encoding="utf-8"))["untrue"]
    lines = [f"| of {n_photographs} photographs | statements | found untrue |", "|---|---:|---:|"]
    for about in ("brightness", "side", "main", "middle"):
        said = [name for of, name, _ in statements if of == about]
        untrue = sum(v["about"] == about and any(v["picture"] in n for n in said) for v in verdicts)
        lines.append(f"| {about} | {len(said)} | {untrue} |")
    return "\n".join(lines)


def write_sheets(
    pictures: dict[str, ImageRgb], statements: Sequence[Statement], folder: Path
) -> None:
    """Write a sheet of small pictures for each kind of statement, 60 at most."""
    folder.mkdir(parents=True, exist_ok=True)
    for about in ("brightness", "side", "main", "middle"):
        tiles = [
            _draw_tile(pictures[name], said)
            for of, name, said in statements
            if of == about and said != "usual"
        ][:60]
        tiles += [np.full_like(tiles[0], 255)] * (-len(tiles) % 6)
        rows = [np.hstack(tiles[at : at + 6]) for at in range(0, len(tiles), 6)]
        cv2.imwrite(str(folder / f"{about}.png"), np.vstack(rows)[..., ::-1])


def _draw_tile(picture: ImageRgb, said: str) -> ImageRgb:
    tile = np.full((190, 200, 3), 255, np.uint8)
    scale = 160 / max(picture.shape[:2])
    size = max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale))
    tile[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    cv2.putText(tile, said, (0, 180), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (200, 0, 0), 1)
    return tile


if __name__ == "__main__":
    main()
