"""The attention curves on small grids that were worked by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from assistant.bench import attention
from assistant.bench.attention import average_by_third, cover_tokens, measure_curves, read_record
from assistant.bench.mentions import Mention
from assistant.bench.scenes import Box
from assistant.core.events import TraceStep


def step(number: int, piece: str, *a: float) -> TraceStep:
    return TraceStep(number, 1, piece, (), 1.0, False, a, 2 * sum(a))


STEPS = [
    step(0, "A", 0.1, 0.1, 0.1, 0.1),
    step(1, " dog", 0.5, 0.1, 0.0, 0.0),
    step(2, " sits", 0.0, 0.0, 0.0, 0.0),
]
DOG = Mention("dog", "dog", 2, 5)


def test_share_and_entropy() -> None:
    found = measure_curves(STEPS, (2, 2), 1.0, [], {})
    assert found.share == pytest.approx([0.4, 0.6, 0.0])
    assert found.boosted == pytest.approx([0.8, 1.2, 0.0])
    five, one = 5 / 6, 1 / 6
    expected = -(five * np.log(five) + one * np.log(one)) / np.log(4)
    assert found.entropy == pytest.approx([1.0, expected, 0.0])
    assert np.isnan(found.region).all()


def test_the_region_is_read_at_the_step_that_writes_the_name() -> None:
    # " dog" is fed at step 1, so step 0 wrote it.
    left_top = [(0.0, 0.0, 0.5, 0.5)]
    found = measure_curves(STEPS, (2, 2), 1.0, [DOG], {"dog": left_top})
    assert found.region[0] == pytest.approx(0.25)
    assert found.area[0] == pytest.approx(0.25)
    assert np.isnan(found.region[1:]).all()


def test_a_name_of_several_tokens_has_as_many_steps() -> None:
    steps = [
        step(0, "A", 0.4, 0, 0, 0), step(1, " d", 0, 0.2, 0, 0), step(2, "og", 1, 0, 0, 0),
    ]  # fmt: skip
    found = measure_curves(steps, (2, 2), 1.0, [DOG], {"dog": [(0.0, 0.0, 0.5, 0.5)]})
    assert found.region[:2] == pytest.approx([1.0, 0.0])
    assert np.isnan(found.region[2])


def test_a_thing_without_a_known_place_has_no_region() -> None:
    several: list[dict[str, list[Box]]] = [{}, {"dog": []}, {"cat": [(0.0, 0.0, 1.0, 1.0)]}]
    for boxes in several:
        assert np.isnan(measure_curves(STEPS, (2, 2), 1.0, [DOG], boxes).region).all()


def test_no_steps() -> None:
    found = measure_curves([], (2, 2), 1.0, [DOG], {"dog": [(0.0, 0.0, 1.0, 1.0)]})
    assert len(found.share) == len(found.region) == 0
    assert np.isnan(average_by_third(found)).all()


@pytest.mark.parametrize(
    ("box", "aspect", "expected"),
    [
        ((0.0, 0.0, 1.0, 1.0), 1.0, [1, 1, 1, 1]),
        ((0.0, 0.0, 0.5, 1.0), 1.0, [1, 0, 1, 0]),
        ((0.25, 0.0, 0.75, 0.5), 1.0, [0.5, 0.5, 0, 0]),
        # Twice as wide as high: the square's upper and lower quarters are padding.
        ((0.0, 0.0, 1.0, 1.0), 2.0, [0.5, 0.5, 0.5, 0.5]),
        ((0.0, 0.0, 0.5, 0.5), 2.0, [0.5, 0, 0, 0]),
        # Twice as high as wide.
        ((0.0, 0.0, 1.0, 0.5), 0.5, [0.5, 0.5, 0, 0]),
    ],
)
def test_what_boxes_cover_of_the_tokens(box: Box, aspect: float, expected: list[float]) -> None:
    assert cover_tokens([box], 2, 2, aspect) == pytest.approx(expected)


def test_boxes_that_overlap_cover_no_more_than_all() -> None:
    assert cover_tokens([(0, 0, 1, 1), (0, 0, 1, 1)], 3, 3, 1.0) == pytest.approx(np.ones(9))


def test_thirds_are_means_over_their_steps() -> None:
    share = np.array([0.1, 0.3, 0.5, 0.7, 0.9, 0.9])
    region = np.array([np.nan, 0.2, np.nan, np.nan, 0.4, 0.6])
    found = average_by_third(attention.Curves(share, 2 * share, share, region, region))
    assert found[:, 0] == pytest.approx([0.2, 0.6, 0.9])
    assert found[:, 1] == pytest.approx([0.4, 1.2, 1.8])
    assert found[:, 3] == pytest.approx([0.2, np.nan, 0.5], nan_ok=True)


def test_curves_are_kept_as_json() -> None:
    found = measure_curves(STEPS, (2, 2), 1.0, [DOG], {"dog": [(0.0, 0.0, 0.5, 0.5)]})
    again = read_record(json.loads(json.dumps(found.record())))
    for name in ("share", "boosted", "entropy", "region", "area"):
        assert getattr(again, name) == pytest.approx(getattr(found, name), abs=1e-4, nan_ok=True)
