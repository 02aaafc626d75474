"""SPARC's parameters: refused outside their range, with a sentence that names them."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparc_ggml.config import LLAVA_1_5, LLAVA_NEXT, PRESETS, SparcConfig, SparcConfigError


def test_the_authors_values() -> None:
    assert (LLAVA_1_5.alpha, LLAVA_1_5.beta, LLAVA_1_5.tau) == (1.1, 0.1, 1.5)
    assert (LLAVA_NEXT.alpha, LLAVA_NEXT.beta, LLAVA_NEXT.tau) == (1.1, 0.1, 4.0)
    assert set(PRESETS) == {"llava-1.5", "llava-next", "unmeasured"}
    assert replace(PRESETS["unmeasured"], method="sparc") == LLAVA_1_5


@pytest.mark.parametrize("preset", PRESETS.values())
def test_the_authors_layers_at_the_authors_depth(preset: SparcConfig) -> None:
    filled = preset.for_depth(32)
    assert (filled.selected_layer, filled.first_layer, filled.last_layer) == (20, 0, 31)


@settings(deadline=None)
@given(st.integers(1, 200))
def test_the_layers_exist_at_any_depth(n_layer: int) -> None:
    filled = SparcConfig().for_depth(n_layer)
    assert filled.selected_layer is not None
    assert filled.last_layer == n_layer - 1
    assert 0 <= filled.selected_layer < n_layer
    assert abs(filled.selected_layer - 20 / 32 * n_layer) <= 1


@pytest.mark.parametrize(("n_layer", "layer"), [(5, 3), (24, 15), (40, 25), (1, 0)])
def test_the_observed_layer_scales_with_the_depth(n_layer: int, layer: int) -> None:
    assert SparcConfig().for_depth(n_layer).selected_layer == layer


def test_filling_in_the_layers_keeps_what_was_chosen() -> None:
    chosen = SparcConfig(alpha=1.3, selected_layer=2, first_layer=1, last_layer=3)
    assert chosen.for_depth(5) == chosen


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"alpha": 0.99}, "alpha"),
        ({"alpha": 10.1}, "alpha"),
        ({"alpha": math.nan}, "alpha"),
        ({"beta": -0.01}, "beta"),
        ({"beta": 1.0}, "beta"),
        ({"tau": -1.01}, "tau"),
        ({"tau": math.inf}, "tau"),
        ({"selected_layer": -1}, "layer"),
        ({"first_layer": -1}, "layers"),
        ({"first_layer": 3, "last_layer": 2}, "layers"),
        ({"method": "boost"}, "method"),
    ],
)
def test_a_value_outside_its_range_is_refused_by_name(values: dict[str, Any], name: str) -> None:
    with pytest.raises(SparcConfigError, match=name):
        SparcConfig(**values)


@pytest.mark.parametrize(
    "values", [{"selected_layer": 5}, {"last_layer": 5}, {"first_layer": 5, "last_layer": 6}]
)
def test_a_layer_that_the_model_lacks_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SparcConfigError, match="0 to 4"):
        SparcConfig(**values).for_depth(5)


@pytest.mark.parametrize(
    "values", [{"alpha": 1.0}, {"alpha": 10.0}, {"beta": 0.0}, {"beta": 0.999}, {"tau": -1.0}]
)
def test_the_edges_of_the_ranges_are_allowed(values: dict[str, Any]) -> None:
    config = SparcConfig(**values)
    assert {name: getattr(config, name) for name in values} == values


def test_it_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SparcConfig().alpha = 2.0  # type: ignore[misc]
