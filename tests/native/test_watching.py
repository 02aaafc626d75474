"""The attention that measurements watch: with every method, the probe's own numbers, and nothing changed by looking."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.core.events import DecodeOptions, DescribeRequest, Event, TraceStep
from assistant.inference.engine import Engine
from sparc_ggml.config import SparcConfig
from tests.support.recorded_engine import QUESTION, random_picture, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

METHODS = [
    SparcConfig(method="none"),
    SparcConfig(method="uniform", alpha=1.3),
    SparcConfig(alpha=1.3, tau=0.3),
]


def answer(engine: Engine, config: SparcConfig, has_attention: bool) -> tuple[str, list[TraceStep]]:
    events: list[Event] = []
    request = DescribeRequest(
        random_picture(64), QUESTION, DecodeOptions(max_tokens=24, ignores_eos=True), config,
        has_trace=True, has_attention=has_attention,
    )  # fmt: skip
    text = engine.answer(request, events.append).text
    return text, [event for event in events if isinstance(event, TraceStep)]


@pytest.mark.parametrize("uses_native", [True, False])
@pytest.mark.parametrize("flash_attn", ["on", "off"])
def test_watching_sees_probabilities_and_changes_no_token(
    tmp_path: Path, uses_native: bool, flash_attn: str
) -> None:
    options = tiny_pair(
        tmp_path, TinyLlama(), TinyMmproj(), uses_native=uses_native, flash_attn=flash_attn
    )
    with Engine(options) as engine:
        for config in METHODS:
            text, steps = answer(engine, config, True)
            again, unwatched = answer(engine, config, False)
            assert text == again, config.method
            assert [s.token for s in steps] == [s.token for s in unwatched]
            assert [s.selected for s in steps] == [s.selected for s in unwatched]
            assert all(s.attention == () for s in unwatched)
            a = np.array([step.attention for step in steps])
            assert a.shape[1] == engine.loaded.prefix.n_image  # type: ignore[union-attr]
            assert (a >= 0).all()
            assert (a.sum(axis=1) < 1).all(), "the rest goes to the text"
            assert a.sum(axis=1).min() > 0.01
            boosted = np.array([step.boosted for step in steps])
            if config.method == "uniform":
                assert boosted == pytest.approx(1.3 * a.sum(axis=1), rel=1e-5)
            elif config.method == "sparc":
                assert (boosted >= a.sum(axis=1) * (1 - 1e-5)).all()
                assert boosted.sum() > a.sum()
            if config.method == "none":
                assert boosted == pytest.approx(a.sum(axis=1), rel=1e-5)
                assert all(step.max_gain == 1.0 and not step.selected for step in steps)


def test_both_paths_watch_the_same(tmp_path: Path) -> None:
    seen = []
    for uses_native in (True, False):
        options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj(), uses_native=uses_native)
        with Engine(options) as engine:
            seen.append([answer(engine, config, True)[1] for config in METHODS])
    assert seen[0] == seen[1]


def test_the_cache_is_restored_after_watching(tmp_path: Path) -> None:
    with Engine(tiny_pair(tmp_path, TinyLlama(), TinyMmproj())) as engine:
        before, _ = answer(engine, METHODS[0], False)
        for config in METHODS:
            answer(engine, config, True)
        assert answer(engine, METHODS[0], False)[0] == before


def test_a_question_read_ahead_is_not_taken_for_a_watched_one(tmp_path: Path) -> None:
    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj(), preset=METHODS[2])
    with Engine(options) as engine:
        engine.prepare(random_picture(64), QUESTION)
        _, steps = answer(engine, METHODS[2], True)
        assert all(step.attention for step in steps)
        engine.prepare(random_picture(64), QUESTION)
        _, ahead = answer(engine, METHODS[2], False)
        assert [s.token for s in ahead] == [s.token for s in steps]
