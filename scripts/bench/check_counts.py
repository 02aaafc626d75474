"""What the assistant's check key is worth: which invented things a second look doubts, and which true ones.

A thing is doubted where the comparison says that only the first description mentions it.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import astuple, dataclass

import numpy as np

from assistant.bench.mentions import ThingWords
from assistant.bench.tally import Floats, share
from assistant.core.agreement import compare

FIGURES = ("invented_flagged", "true_doubted", "doubts_right", "missed_found")


@dataclass(frozen=True)
class CheckCounts:
    """Counts over one pair of descriptions.

    Attributes:
        invented: things that the first names and that are not there.
        flagged: of those, doubted.
        true: things that the first names and that are there.
        missed: things that are there and that the first does not name.
        found: of those, named by the second alone, which the comparison tells.
    """

    invented: int
    flagged: int
    true: int
    doubted: int
    missed: int
    found: int


def judge_check(
    first: Sequence[str], second: Sequence[str], table: ThingWords, there: Set[str]
) -> CheckCounts:
    """Compare the sentences of two descriptions as the assistant does, and count against the truth."""
    agreement = compare(first, second)
    named, doubted, added = (
        {mention.thing for phrase in phrases for mention in table.find(phrase)}
        for phrases in (first, agreement.first_only, agreement.second_only)
    )
    # A doubt about one of two mentions of a thing is no doubt where the other stands.
    stands = {mention.thing for phrase in agreement.both for mention in table.find(phrase)}
    doubted = (doubted - stands) & named
    return CheckCounts(
        invented=len(named - there),
        flagged=len(doubted - there),
        true=len(named & there),
        doubted=len(doubted & there),
        missed=len(there - named),
        found=len((added & there) - named),
    )


def table_of(counts: Sequence[CheckCounts]) -> Floats:
    """Return counts by picture, shape (n, 6)."""
    return np.array([astuple(one) for one in counts], np.float64).reshape(-1, 6)


def figures(sums: Floats) -> Floats:
    """Return shares, shape (..., 6) to (..., 4), in the order of ``FIGURES``; 0 where undefined.

    They are: of invented things, those flagged; of true things, those wrongly doubted; of doubts, the right ones; of
    missed things, those that the second look adds.
    """
    invented, flagged, true, doubted, missed, found = np.moveaxis(sums, -1, 0)
    parts = (
        share(flagged, invented),
        share(doubted, true),
        share(flagged, flagged + doubted),
        share(found, missed),
    )
    return np.stack(parts, axis=-1)
