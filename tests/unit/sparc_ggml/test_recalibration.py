"""SPARC's arithmetic: what must hold for any attention whatever."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sparc_ggml import recalibration as rc
from sparc_ggml.config import Method, SparcConfig
from tests.support.differences import assert_same_bits

N_IMAGE = 7
Attention = npt.NDArray[np.float32]

probability = st.floats(0.0, 1.0, width=32)
attention: st.SearchStrategy[Any] = hnp.arrays(np.float32, N_IMAGE, elements=probability)
answers: st.SearchStrategy[Any] = st.lists(attention, min_size=1, max_size=12)
configs = st.builds(
    SparcConfig,
    method=st.just("sparc"),
    alpha=st.floats(1.0, 4.0),
    beta=st.floats(0.0, 0.99),
    tau=st.floats(-1.0, 4.0),
)


# A busy machine must not fail a test of arithmetic.
relaxed = settings(deadline=None, max_examples=60)


def f32(*values: float) -> Attention:
    return np.asarray(values, np.float32)


def run(config: SparcConfig, steps: list[Attention]) -> list[tuple[list[int], npt.NDArray[Any]]]:
    """Runs one answer; returns, per decode step, what it selected and the gains it ran with."""
    state = rc.Recalibration(config, N_IMAGE)
    state.begin(steps[0])
    seen = []
    for a in steps[1:]:
        state.apply_selection()
        gains = state.gain.copy()
        seen.append(([int(j) for j in state.observe(a)], gains))
    return seen


@relaxed
@given(answers, configs)
def test_alpha_one_is_the_identity(steps: list[Attention], config: SparcConfig) -> None:
    calm = SparcConfig(alpha=1.0, beta=config.beta, tau=config.tau)
    for _, gains in run(calm, steps):
        assert_same_bits(gains, np.ones(N_IMAGE))


@relaxed
@given(answers, configs)
def test_gains_never_fall(steps: list[Attention], config: SparcConfig) -> None:
    before = np.ones(N_IMAGE)
    for _, gains in run(config, steps):
        assert np.all(gains >= before)
        before = gains


@relaxed
@given(answers, configs)
def test_a_gain_is_alpha_to_the_number_of_selections(
    steps: list[Attention], config: SparcConfig
) -> None:
    times = np.zeros(N_IMAGE)
    for selected, gains in run(config, steps):
        assert gains == pytest.approx(config.alpha**times, rel=1e-9)
        times[selected] += 1  # takes effect at the next step, not at this one


@relaxed
@given(answers, configs)
def test_the_answer_before_leaves_nothing_behind(
    steps: list[Attention], config: SparcConfig
) -> None:
    first = run(config, steps)
    second = run(config, steps)
    for (selected, gains), (selected_again, gains_again) in zip(first, second, strict=True):
        assert selected == selected_again
        assert_same_bits(gains_again, gains)


@relaxed
@given(attention, attention, st.floats(0.0, 0.99))
def test_beta_weights_the_old_average(ema: Attention, a: Attention, beta: float) -> None:
    expected = (1 - beta) * a.astype(np.float64) + beta * ema.astype(np.float64)
    assert rc.update_ema(ema, a, beta) == pytest.approx(expected, abs=1e-6)


def test_beta_zero_forgets_at_once_and_beta_near_one_hardly_learns() -> None:
    ema, a = f32(0.2), f32(0.8)
    assert rc.update_ema(ema, a, 0.0)[0] == np.float32(0.8)
    assert rc.update_ema(ema, a, 0.99)[0] == pytest.approx(0.206, abs=1e-6)


def test_the_threshold_itself_is_selected() -> None:
    ema = f32(0.25, 0.25, 0.25)
    a = f32(0.5, np.nextafter(np.float32(0.5), np.float32(0)), 0.75)
    assert list(rc.select(rc.relative_activation(a, ema), 1.0)) == [0, 2]


def test_an_average_of_zero_is_no_division_by_zero() -> None:
    r = rc.relative_activation(f32(0.0, 0.3, 0.3), f32(0.0, 0.0, 0.1))
    assert r[0] == 0.0
    assert r[1] == np.inf
    assert r[2] == pytest.approx(2.0, rel=1e-5)
    assert list(rc.select(r, 1.5)) == [1, 2]


@relaxed
@given(attention, attention)
def test_relative_activation_is_never_nan_and_never_below_minus_one(
    a: Attention, ema: Attention
) -> None:
    r = rc.relative_activation(a, ema)
    assert not np.isnan(r).any()
    assert np.all(r >= -1.0)


def test_selection_looks_at_the_average_from_before_the_step() -> None:
    # With beta 0 the average after the step equals a; measured against that, nothing ever rises.
    config = SparcConfig(alpha=2.0, beta=0.0, tau=0.5)
    steps = [np.full(N_IMAGE, v, np.float32) for v in (0.1, 0.2, 0.2)]
    (first, gains_at_first), (second, gains_at_second) = run(config, steps)
    assert first == list(range(N_IMAGE))
    assert second == []
    assert np.all(gains_at_first == 1.0)
    assert np.all(gains_at_second == 2.0)


def test_a_selection_counts_once_however_often_it_is_applied() -> None:
    state = rc.Recalibration(SparcConfig(alpha=2.0, tau=0.5), 1)
    state.begin(f32(0.1))
    state.observe(f32(0.9))
    assert list(state.apply_selection()) == [0]
    assert list(state.apply_selection()) == []
    assert state.gain[0] == 2.0


def test_gains_stop_growing_where_the_cache_would_overflow_and_say_so() -> None:
    state = rc.Recalibration(SparcConfig(alpha=2.0, beta=0.0, tau=-1.0), 2, np.array([3.0, np.inf]))
    state.begin(f32(0.1, 0.1))
    clamped = []
    for _ in range(3):
        state.observe(f32(0.1, 0.1))
        state.apply_selection()
        clamped.append(state.is_clamped)
    assert list(state.gain) == [2.0, 2.0]
    assert clamped == [False, True, True]


def test_the_sum_of_boosted_rows_stays_below_what_the_cache_can_hold() -> None:
    state = rc.Recalibration(SparcConfig(alpha=2.0, beta=0.0, tau=-1.0), 2, np.array([7.0, 7.0]))
    state.begin(f32(0.1, 0.1))
    for _ in range(5):
        state.observe(f32(0.1, 0.1))
        state.apply_selection()
        assert (state.gain / 7.0).sum() <= 1.0
    assert list(state.gain) == [2.0, 2.0]


def test_uniform_boosts_every_image_token_once() -> None:
    state = rc.Recalibration(SparcConfig(method="uniform", alpha=1.5), 3)
    state.begin(np.empty(0, np.float32))
    assert list(state.apply_selection()) == [0, 1, 2]
    for _ in range(4):
        state.observe(f32(0.0, 0.5, 1.0))
        assert list(state.apply_selection()) == []
    assert list(state.gain) == [1.5, 1.5, 1.5]


@pytest.mark.parametrize("method", ["none"])
def test_none_selects_nothing(method: Method) -> None:
    state = rc.Recalibration(SparcConfig(method=method, alpha=2.0, tau=-1.0), 3)
    state.begin(f32(0.1, 0.1, 0.1))
    assert list(state.observe(f32(0.9, 0.9, 0.9))) == []
    assert list(state.apply_selection()) == []
    assert np.all(state.gain == 1.0)


def test_a_step_before_the_prompt_is_refused() -> None:
    with pytest.raises(RuntimeError, match="begin"):
        rc.Recalibration(SparcConfig(), 2).observe(f32(0.1, 0.1))


def test_observed_attention_is_not_written_to() -> None:
    a = f32(0.1, 0.4)
    state = rc.Recalibration(SparcConfig(tau=0.1), 2)
    state.begin(a)
    a[:] = 9.0  # the caller's buffer is reused for the next step
    state.observe(f32(0.2, 0.4))
    assert list(state.selected) == [0]
