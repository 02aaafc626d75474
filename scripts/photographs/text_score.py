"""Compares what was read with what stands there."""

from __future__ import annotations

import difflib
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LIKE = 0.5
"""A word that was read wrong is like one that stands there; what is like none of them was invented."""


@dataclass
class Score:
    """Counts of one or several pages."""

    signs: int = 0
    wrong_signs: int = 0
    words: int = 0
    right_words: int = 0
    said_words: int = 0
    misread_words: int = 0
    invented_words: int = 0
    pages: int = 0

    def add(self, other: Score) -> None:
        """Add the counts of other pages."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)


def compare(said: Sequence[str], truth: Sequence[str]) -> Score:
    """Return the counts of a page; its characters are compared in reading order, and its words in any."""
    there, spoken = " ".join(truth), " ".join(said)
    wanted, heard = Counter(there.split()), Counter(spoken.split())
    right = sum((wanted & heard).values())
    left = list((wanted - heard).elements())
    # A word that ran into its neighbour is misread, not invented.
    left += ["".join(pair) for pair in itertools.pairwise(left)]
    wrong = list((heard - wanted).elements())
    misread = sum(
        bool(difflib.get_close_matches(word, left, 1, LIKE)) or word in there for word in wrong
    )
    return Score(
        len(there), edits(there, spoken), sum(wanted.values()), right, sum(heard.values()), misread,
        len(wrong) - misread, 1,
    )  # fmt: skip


def edits(a: str, b: str) -> int:
    """Return how many characters must be added, removed or changed to make one text the other (Levenshtein)."""
    codes = np.array([ord(sign) for sign in b], np.int64)
    places = np.arange(len(b) + 1)
    row = places.copy()
    for i, sign in enumerate(a, 1):
        changed = np.minimum(row[1:] + 1, row[:-1] + (codes != ord(sign)))
        # What is added costs one for each place to the right of the best so far.
        row = np.minimum.accumulate(np.append(i, changed) - places) + places
    return int(row[-1])
