"""What a benchmark reports: figures by method and differences to the unsteered model, as data and as plain lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assistant.bench import intervals, tally
from assistant.bench import messages as words
from assistant.bench.details import Details
from assistant.bench.intervals import Difference
from assistant.bench.tally import FIGURES, Floats, Judgement

BASELINE = "none"


@dataclass
class Captions:
    """All captions of one method, in the order of the pictures.

    Attributes:
        details: places and colours, where the truth knows them.
    """

    judgements: list[Judgement] = field(default_factory=list)
    looped: list[bool] = field(default_factory=list)
    details: Details = field(default_factory=Details)

    def table(self, part: int | None = None) -> Floats:
        """Return counts by caption, shape (n, fields); of a third of each caption where ``part`` says which."""
        return tally.table_of([j.whole if part is None else j.parts[part] for j in self.judgements])


def summarize_captions(captions: Mapping[str, Captions]) -> list[dict[str, Any]]:
    """Return an object for each method, in order; differences are to ``BASELINE`` where it is among them."""
    plain = captions.get(BASELINE)
    return [_one(label, own, plain) for label, own in captions.items()]


def _one(label: str, own: Captions, plain: Captions | None) -> dict[str, Any]:
    table = own.table()
    found: dict[str, Any] = {
        "method": label,
        "captions": len(own.judgements),
        "micro": _rounded(tally.micro(table)),
        "per_scene": _rounded(tally.per_scene(table)),
        "loops": sum(own.looped),
        "thirds": [_rounded(tally.micro(own.table(k))) for k in range(tally.N_PARTS)],
    }
    details = own.details
    if details.placed:
        found["place"] = round(details.placed_right / details.placed, 4)
    if details.coloured:
        found["colour"] = round(details.coloured_right / details.coloured, 4)
    if details.empty:
        found["empty"] = round(details.empty_right / details.empty, 4)
    if plain is not None and label != BASELINE:
        found["difference_to"] = BASELINE
        found["differences"] = round_differences(intervals.compare_captions(table, plain.table()))
        found["thirds_differences"] = [
            round_differences(intervals.compare_captions(own.table(k), plain.table(k)))
            for k in range(tally.N_PARTS)
        ]
        found["per_scene_differences"] = _per_scene_differences(table, plain.table())
    return found


def _per_scene_differences(ours: Floats, theirs: Floats) -> dict[str, dict[str, float]]:
    names = ("precision", "recall", "f1")
    places = [FIGURES.index(name) for name in names]
    count = np.ones((len(ours), 1))
    own, other = (np.hstack((tally.figures(t)[:, places], count)) for t in (ours, theirs))
    found = intervals.compare(own, other, lambda sums: sums[..., :3] / sums[..., 3:], len(names))
    return round_differences(dict(zip(names, found, strict=True)))


def format_captions(summary: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the summary as plain lines: a method at a time, every figure with its name."""
    lines = []
    for one in summary:
        micro, scene = one["micro"], one["per_scene"]
        lines.append(words.method_heading(one["method"], one["captions"]))
        lines.append(words.figures_line(_named(micro, ("precision", "recall", "f1"))))
        lines.append(words.per_scene_line(_named(scene, ("precision", "recall", "f1"))))
        lines.append(words.figures_line(_named(micro, ("chair_i", "chair_s"))))
        rest = _named(micro, ("invented_per_caption", "words", "repetition"))
        rest += [
            words.figure(name, f"{one[name]:.3f}")
            for name in ("place", "colour", "empty")
            if name in one
        ]
        lines.append(words.figures_line([*rest, words.figure("loops", str(one["loops"]))]))
        for number, third in enumerate(one["thirds"], start=1):
            named = _named(third, ("precision", "recall", "f1", "chair_i", "chair_s"))
            lines.append(words.third_line(number, named))
        for name, difference in one.get("differences", {}).items():
            if name in ("precision", "recall", "f1", "chair_i", "chair_s"):
                lines.append(words.difference_line(name, one["difference_to"], **difference))
    return lines


def format_yes_no(
    label: str, n: int, figures: Mapping[str, float], differences: Mapping[str, Any]
) -> list[str]:
    """Return the figures of a method's yes and no answers as plain lines."""
    lines = [words.yes_no_heading(label, n)]
    lines.append(words.figures_line(_named(figures, tuple(figures))))
    for name in ("accuracy", "f1"):
        if name in differences:
            lines.append(words.difference_line(name, BASELINE, **differences[name]))
    return lines


def _named(values: Mapping[str, float], names: Sequence[str]) -> list[str]:
    return [
        words.figure(name, f"{values[name]:.1f}" if name == "words" else f"{values[name]:.3f}")
        for name in names
    ]


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}


def round_differences(found: Mapping[str, Difference]) -> dict[str, dict[str, float]]:
    """Return differences as data."""
    return {name: _rounded(vars(difference)) for name, difference in found.items()}
