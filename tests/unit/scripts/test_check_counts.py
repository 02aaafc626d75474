"""What a second look is worth, on pairs of descriptions that were worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.bench.mentions import ThingWords
from scripts.bench import check_counts
from scripts.bench.check_counts import CheckCounts, judge_check

TABLE = ThingWords({name: [name] for name in ("dog", "cat", "car", "tree", "traffic light")})


@pytest.mark.parametrize(
    ("first", "second", "there", "expected"),
    [
        # The cat is invented and flagged; the tree is true and doubted; the car is missed and found.
        (["A dog.", "A cat and a tree."], ["A dog and a car."], {"dog", "tree", "car"},
         CheckCounts(1, 1, 2, 1, 1, 1)),
        # Both invent the cat: no doubt.
        (["A cat."], ["A cat."], {"dog"}, CheckCounts(1, 0, 0, 0, 1, 0)),
        # Said twice, once in words that the second shares.
        (["A red dog.", "Dogs on the left."], ["A dog."], {"dog"}, CheckCounts(0, 0, 1, 0, 0, 0)),
        (["A traffic light."], ["A car."], {"car"}, CheckCounts(1, 1, 0, 0, 1, 1)),
        ([], [], {"dog"}, CheckCounts(0, 0, 0, 0, 1, 0)),
    ],
)  # fmt: skip
def test_pairs(first: list[str], second: list[str], there: set[str], expected: CheckCounts) -> None:
    assert judge_check(first, second, TABLE, there) == expected


def test_shares() -> None:
    rows = check_counts.table_of([CheckCounts(4, 3, 10, 1, 2, 1), CheckCounts(0, 0, 5, 0, 2, 0)])
    found = check_counts.figures(rows.sum(axis=0))
    assert found == pytest.approx([3 / 4, 1 / 15, 3 / 4, 1 / 4])
    assert np.array_equal(check_counts.figures(np.zeros(6)), np.zeros(4))
