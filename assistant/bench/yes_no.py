"""Yes or no: what an answer says, and the figures of a set of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assistant.bench.intervals import Difference, compare
from assistant.bench.tally import Floats, share

YesNo = Literal["yes", "no"]
FIGURES = ("accuracy", "precision", "recall", "f1", "balanced_accuracy", "yes_ratio", "neither")
_WORD = re.compile(r"[^\W\d_]+")


def says(answer: str) -> YesNo | None:
    """Return whether an answer begins with yes or with no; ``None`` where it says neither.

    Only its first word is asked: "No, but there is a cat" is a no, and "I can't tell" is neither.
    """
    first = _WORD.search(answer.lower())
    word = first.group() if first else ""
    return "yes" if word == "yes" else "no" if word == "no" else None


def read_as_pope(answer: str) -> YesNo:
    """Return how POPE's own program reads an answer: no where the first sentence has "no" or "not", else yes.

    Source: ``evaluate.py`` of POPE (Li et al. 2023, arXiv 2305.10355).
    """
    words = answer.partition(".")[0].replace(",", "").split(" ")
    return "no" if {"No", "no", "not"}.intersection(words) else "yes"


@dataclass(frozen=True)
class Asked:
    """One answered question.

    Attributes:
        truth: what is right.
        said: how the answer is read; None counts as wrong, and as neither yes nor no.
        is_neither: whether it really says neither, however it is read.
    """

    truth: YesNo
    said: YesNo | None
    is_neither: bool = False


def table_of(asked: Sequence[Asked], positive: YesNo = "yes") -> Floats:
    """Return counts by question, shape (n, 7): true and false positives, true and false negatives, yes, neither, 1."""
    rows = []
    for one in asked:
        is_positive, says_positive = one.truth == positive, one.said == positive
        is_right = one.said == one.truth
        rows.append(
            (
                is_positive and is_right,
                says_positive and not is_right,
                not is_positive and is_right,
                is_positive and not is_right,
                one.said == "yes",
                one.is_neither or one.said is None,
                True,
            )
        )
    return np.array(rows, np.float64).reshape(-1, 7)


def figures(sums: Floats) -> Floats:
    """Return figures, shape (..., 7) to (..., figures), in the order of ``FIGURES``; 0 where undefined."""
    tp, fp, tn, fn, yes, neither, n = np.moveaxis(sums, -1, 0)
    negatives = n - tp - fn
    recall = share(tp, tp + fn)
    return np.stack(
        (
            share(tp + tn, n),
            share(tp, tp + fp),
            recall,
            share(2 * tp, 2 * tp + fp + fn),
            (recall + share(tn, negatives)) / 2,
            share(yes, n),
            share(neither, n),
        ),
        axis=-1,
    )


def summarize(asked: Sequence[Asked], positive: YesNo = "yes") -> dict[str, float]:
    """Return the figures by name; ``positive`` is what precision and recall are of: POPE's is yes, AMBER's no."""
    sums = table_of(asked, positive).sum(axis=0)
    return dict(zip(FIGURES, map(float, figures(sums)), strict=True))


def compare_answers(
    ours: Sequence[Asked], theirs: Sequence[Asked], positive: YesNo = "yes"
) -> dict[str, Difference]:
    """Return differences to another method on the same questions, in the same order."""
    found = compare(table_of(ours, positive), table_of(theirs, positive), figures, len(FIGURES))
    return dict(zip(FIGURES, found, strict=True))
