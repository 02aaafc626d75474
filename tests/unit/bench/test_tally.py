"""CHAIR, precision, recall, thirds, repetition and intervals on captions that were counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.bench import intervals, tally
from assistant.bench.coco import load_coco_words
from assistant.bench.tally import FIGURES, Judgement, Tally, judge


def judged(caption: str, *there: str) -> Judgement:
    return judge(caption, load_coco_words().find(caption), frozenset(there))


DOG = judged("A dog and a puppy sit beside a cat on a couch.", "dog", "couch", "clock")
"""Mentions: dog, puppy (a dog), cat (invented), couch."""
EMPTY = judged("A quiet street.", "dog")
GOOD = judged("A person on a bench.", "person", "bench")


def test_a_caption_counted_by_hand() -> None:
    whole = DOG.whole
    assert (whole.mentions, whole.invented) == (4, 1)
    assert (whole.named, whole.right, whole.wanted) == (3, 2, 3)
    assert (whole.captions, whole.captions_inventing) == (1, 1)
    assert whole.words == 12
    assert DOG.invented == ("cat",)


def test_the_figures_of_three_captions_counted_by_hand() -> None:
    table = tally.table_of([DOG.whole, EMPTY.whole, GOOD.whole])
    assert tally.micro(table) == pytest.approx(
        {
            "precision": 4 / 5,  # dog, couch, person, bench of those and the cat
            "recall": 4 / 6,  # the clock and the second picture's dog are missed
            "f1": 8 / 11,
            "chair_i": 1 / 6,
            "chair_s": 1 / 3,
            "invented_per_caption": 1 / 3,
            "words": (12 + 3 + 5) / 3,
            "repetition": 0.0,
        }
    )
    scenes = tally.per_scene(table)
    assert scenes["precision"] == pytest.approx((2 / 3 + 1 + 1) / 3)  # nothing named: nothing wrong
    assert scenes["recall"] == pytest.approx((2 / 3 + 0 + 1) / 3)
    assert scenes["f1"] == pytest.approx((2 / 3 + 0 + 1) / 3)


def test_a_thing_named_twice_counts_twice_for_chair_and_once_for_precision() -> None:
    one = judged("A cat, a cat, a cat and a dog.", "dog")
    figures = tally.micro(tally.table_of([one.whole]))
    assert figures["chair_i"] == pytest.approx(3 / 4)
    assert figures["precision"] == pytest.approx(1 / 2)
    assert figures["invented_per_caption"] == 1.0


def test_thirds_are_counted_by_words_and_a_thing_where_it_is_named_first() -> None:
    # Nine words: three a third.
    one = judged("dog x x cat x dog bench x cat", "dog", "bench")
    first, second, last = one.parts
    assert [part.words for part in one.parts] == [3, 3, 3]
    assert (first.mentions, first.invented, first.named, first.right) == (1, 0, 1, 1)
    assert (second.mentions, second.invented, second.named, second.right) == (2, 1, 1, 0)
    assert (last.mentions, last.invented, last.named, last.right) == (2, 1, 1, 1)
    assert [part.captions_inventing for part in one.parts] == [0, 1, 1]
    assert one.whole.captions_inventing == 1
    recalls = [tally.micro(tally.table_of([part]))["recall"] for part in one.parts]
    assert sum(recalls) == tally.micro(tally.table_of([one.whole]))["recall"] == 1.0


def test_repetition_is_the_share_of_four_words_in_a_row_that_came_before() -> None:
    one = judged("on the red mat. On the red mat", "dog")
    # on-the-red-mat, the-red-mat-on, red-mat-on-the, mat-on-the-red, on-the-red-mat again
    assert (one.whole.grams, one.whole.repeated) == (5, 1)
    assert [part.repeated for part in one.parts] == [0, 1, 0]
    assert judged("too short", "dog").whole.grams == 0


def test_an_empty_caption_names_nothing_and_invents_nothing() -> None:
    figures = tally.micro(tally.table_of([judged("", "dog").whole]))
    assert (figures["precision"], figures["recall"], figures["chair_i"]) == (1.0, 0.0, 0.0)


def test_tallies_add_up() -> None:
    assert DOG.whole + GOOD.whole == Tally(2, 1, 6, 1, 5, 4, 5, 17, 11, 0)


def test_the_same_captions_differ_by_nothing() -> None:
    table = tally.table_of([DOG.whole, EMPTY.whole, GOOD.whole])
    differences = intervals.compare_captions(table, table)
    assert differences
    for found in differences.values():
        assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
        assert not found.is_clear


def _many(n: int, right: float, seed: int) -> tally.Floats:
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        n_right = int(rng.binomial(10, right))
        rows.append(
            Tally(
                captions=1, mentions=10, invented=10 - n_right, named=10, right=n_right, wanted=10
            )
        )
    return tally.table_of(rows)


def test_a_real_difference_is_found_and_the_interval_holds_it() -> None:
    better, worse = _many(300, 0.9, 1), _many(300, 0.8, 2)
    found = intervals.compare_captions(better, worse)["f1"]
    assert found.low < 0.1 < found.high
    assert found.is_clear
    assert intervals.compare_captions(worse, better)["f1"].value == pytest.approx(-found.value)


def test_intervals_hold_the_true_difference_about_as_often_as_they_say() -> None:
    hits = 0
    for seed in range(60):
        found = intervals.compare_captions(_many(80, 0.85, seed), _many(80, 0.8, 1000 + seed))["f1"]
        hits += found.low <= 0.05 <= found.high
    assert 51 <= hits <= 60


def test_intervals_are_paired() -> None:
    # Pictures differ much, methods by one thing a picture: only pairs show it.
    rng = np.random.default_rng(0)
    right = rng.integers(0, 9, 100)
    ours, theirs = (
        tally.table_of([Tally(captions=1, named=10, right=int(r) + more, wanted=10) for r in right])
        for more in (1, 0)
    )
    found = intervals.compare_captions(ours, theirs)["precision"]
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))


def test_intervals_are_the_same_every_time() -> None:
    ours, theirs = _many(50, 0.9, 1), _many(50, 0.8, 2)
    assert intervals.compare_captions(ours, theirs) == intervals.compare_captions(ours, theirs)


def test_other_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="same pictures"):
        intervals.compare_captions(_many(5, 0.9, 1), _many(6, 0.9, 1))


def test_every_figure_has_a_name() -> None:
    assert list(tally.micro(_many(3, 0.5, 0))) == list(FIGURES)
