"""What is counted of captions, and the figures that follow from the counts.

CHAIR-i and CHAIR-s are those of Rohrbach et al. 2018 (arXiv 1809.02156, section 3.1): invented mentions of all
mentions, and captions with an invented mention of all captions. Precision, recall and F1 are of the things as a set: a
thing named twice counts once.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import astuple, dataclass, fields

import numpy as np
import numpy.typing as npt

from assistant.bench.mentions import Mention, tokenize

N_PARTS = 3
"""Parts of a caption that are judged one by one: its thirds, by words."""
_GRAM = 4
"""Words in a row that count as repeated when they come again."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tally:
    """Counts over one caption or many.

    Attributes:
        captions_inventing: captions with an invented mention.
        mentions: words that name a thing of the table.
        invented: mentions of what is not there.
        named: different things named.
        right: different things named that are there.
        wanted: different things that are there.
        grams: four words in a row.
        repeated: those that the caption had before.
    """

    captions: int = 0
    captions_inventing: int = 0
    mentions: int = 0
    invented: int = 0
    named: int = 0
    right: int = 0
    wanted: int = 0
    words: int = 0
    grams: int = 0
    repeated: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


FIELDS = tuple(field.name for field in fields(Tally))
FIGURES = (
    "precision", "recall", "f1", "chair_i", "chair_s", "invented_per_caption", "words", "repetition",
)  # fmt: skip
"""Names of the figures that ``figures`` gives, in order."""


@dataclass(frozen=True)
class Judgement:
    """A judged caption.

    Attributes:
        parts: the counts of its thirds; a thing counts as named where it is named first, and ``wanted`` is the
            whole caption's, so that the recalls of the parts sum to the caption's.
        invented: things that it names and that are not there, in the order of their first mention.
    """

    whole: Tally
    parts: tuple[Tally, ...]
    mentions: tuple[Mention, ...]
    invented: tuple[str, ...]


def judge(text: str, mentions: Sequence[Mention], there: Set[str]) -> Judgement:
    """Count a caption with its mentions, in their order, against the things that are there."""
    words = [token for token in tokenize(text) if token.is_word]
    n = len(words)
    starts = [token.start for token in words]

    def part(at: int) -> int:
        return min(N_PARTS * at // max(n, 1), N_PARTS - 1)

    counts = [dict.fromkeys(FIELDS, 0) for _ in range(N_PARTS)]
    for at in range(n):
        counts[part(at)]["words"] += 1
    grams_seen: set[tuple[str, ...]] = set()
    for at in range(n - _GRAM + 1):
        gram = tuple(token.text for token in words[at : at + _GRAM])
        counts[part(at)]["grams"] += 1
        counts[part(at)]["repeated"] += gram in grams_seen
        grams_seen.add(gram)
    named: dict[str, None] = {}
    for mention in mentions:
        at = int(np.searchsorted(starts, mention.start))
        here = counts[part(at)]
        here["mentions"] += 1
        here["invented"] += mention.thing not in there
        if mention.thing not in named:
            named[mention.thing] = None
            here["named"] += 1
            here["right"] += mention.thing in there
    for here in counts:
        here["captions"], here["wanted"] = 1, len(there)
        here["captions_inventing"] = int(here["invented"] > 0)
    parts = tuple(Tally(**here) for here in counts)
    total = sum(parts, Tally())
    whole = Tally(
        **{name: getattr(total, name) for name in FIELDS}
        | {"captions": 1, "wanted": len(there), "captions_inventing": int(total.invented > 0)}
    )
    return Judgement(
        whole, parts, tuple(mentions), tuple(thing for thing in named if thing not in there)
    )


def table_of(tallies: Sequence[Tally]) -> Floats:
    """Return tallies as numbers, shape (n, fields), in the order of ``FIELDS``."""
    return np.array([astuple(tally) for tally in tallies], np.float64).reshape(-1, len(FIELDS))


def figures(sums: Floats) -> Floats:
    """Return the figures of summed counts.

    Args:
        sums: shape (..., fields).

    Returns:
        Shape (..., figures), in the order of ``FIGURES``. Where nothing is named, precision is 1: nothing was invented.
        Where nothing is there, recall is 1.
    """
    count = dict(zip(FIELDS, np.moveaxis(sums, -1, 0), strict=True))
    precision = share(count["right"], count["named"], 1.0)
    recall = share(count["right"], count["wanted"], 1.0)
    return np.stack(
        (
            precision,
            recall,
            share(2 * count["right"], count["named"] + count["wanted"], 1.0),
            share(count["invented"], count["mentions"]),
            share(count["captions_inventing"], count["captions"]),
            share(count["named"] - count["right"], count["captions"]),
            share(count["words"], count["captions"]),
            share(count["repeated"], count["grams"]),
        ),
        axis=-1,
    )


def micro(table: Floats) -> dict[str, float]:
    """Return figures over all captions together, from a table of shape (n, fields)."""
    return dict(zip(FIGURES, map(float, figures(table.sum(axis=0))), strict=True))


def per_scene(table: Floats) -> dict[str, float]:
    """Return means of each caption's own precision, recall and F1, from a table of shape (n, fields)."""
    own = figures(table)
    if not len(own):
        return {}
    return {
        name: float(own[:, FIGURES.index(name)].mean()) for name in ("precision", "recall", "f1")
    }


def share(part: Floats, of: Floats, otherwise: float = 0.0) -> Floats:
    """Return part / of, and ``otherwise`` where that is undefined."""
    return np.where(of > 0, part / np.where(of > 0, of, 1.0), otherwise)
