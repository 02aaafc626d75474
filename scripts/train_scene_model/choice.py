"""Which things a scene has: what is usual in its setting, what comes in pairs, what repeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .kinds import COLOUR_NAMES, KIND_BY_NAME, KINDS, SIGN, WORDS
from .settings import PAIRS, Setting

# Of training scenes, then of the others: how often a thing is one of the setting's usual ones, and
# how often the second of a pair follows the first.
_USUAL = {True: 0.70, False: 0.45}
_PAIRED = {True: 0.85, False: 0.20}
_SIGN, _REPEAT, _SAME_COLOUR = 0.25, 0.40, 0.5


@dataclass(frozen=True)
class Choice:
    """A thing without a place yet; `beside` is the number of the earlier choice that it stands next to."""

    kind: str
    colour: str
    word: str
    beside: int | None = None


def choose(rng: np.random.Generator, setting: Setting, count: int, is_usual: bool) -> list[Choice]:
    """`count` things for a scene. `is_usual`: pairs mostly come together, as in training."""
    names: list[str] = [SIGN.name] if rng.random() < _SIGN else []
    beside: list[int | None] = [None] * len(names)
    broken: set[str] = set()
    while len(names) < count:
        pool = setting.usual if rng.random() < _USUAL[is_usual] else None
        name = (
            pool[int(rng.integers(len(pool)))]
            if pool
            else KINDS[int(rng.integers(len(KINDS)))].name
        )
        second = PAIRS.get(name)
        if name in names or name in broken:
            continue
        if second is not None and second not in names:
            if rng.random() >= _PAIRED[is_usual]:
                if not is_usual:
                    broken.add(second)
            elif len(names) + 2 <= count:
                names += [name, second]
                beside += [None, len(names) - 2]
                continue
            else:
                continue
        names.append(name)
        beside.append(None)
    choices = [_dressed(rng, name, near) for name, near in zip(names, beside, strict=True)]
    if rng.random() < _REPEAT:
        _repeat(rng, choices)
    return choices


def _dressed(rng: np.random.Generator, name: str, beside: int | None) -> Choice:
    colour = COLOUR_NAMES[int(rng.integers(len(COLOUR_NAMES)))]
    word = WORDS[int(rng.integers(len(WORDS)))]
    return Choice(
        name,
        colour if KIND_BY_NAME[name].is_recoloured else "",
        word if name == SIGN.name else "",
        beside,
    )


def _repeat(rng: np.random.Generator, choices: list[Choice]) -> None:
    """Give one lone thing one to three copies, in place of other lone things."""
    held = {choice.beside for choice in choices}
    lone = [n for n, c in enumerate(choices) if c.beside is None and n not in held]
    if len(lone) < 2:
        return
    order = [lone[int(i)] for i in rng.permutation(len(lone))]
    first = choices[order[0]]
    for number in order[1 : 1 + int(rng.integers(1, 4))]:
        same = rng.random() < _SAME_COLOUR
        other = _dressed(rng, first.kind, None)
        choices[number] = Choice(first.kind, first.colour if same else other.colour, other.word)
