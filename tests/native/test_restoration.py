"""What steering must leave alone: the model at alpha 1, the text's rows, and the cache afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assistant.core.events import DecodeOptions, DescribeRequest, Event, TraceStep
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions, FlashAttn, KvType
from sparc_ggml.config import SparcConfig
from tests.support.differences import assert_same_bits, assert_same_rows
from tests.support.recorded_engine import (
    Recording,
    random_picture,
    record,
    tiny_pair,
    value_rows,
)
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

PICTURE = random_picture(64)
STRONG = SparcConfig(alpha=1.5, tau=0.2)
CACHES: list[tuple[FlashAttn, KvType]] = [
    ("off", "f16"),
    ("on", "f16"),
    ("off", "f32"),
    ("on", "bf16"),
    ("on", "q8_0"),
]
caches = pytest.mark.parametrize(("flash_attn", "kv_type"), CACHES)


@pytest.fixture(params=[True, False], ids=["native", "python"])
def uses_native(request: pytest.FixtureRequest) -> bool:
    """Both hot paths must keep every promise here."""
    return bool(request.param)


def options(folder: Path, **changes: Any) -> EngineOptions:
    return tiny_pair(
        folder, TinyLlama(n_embd=128, n_head_kv=2), TinyMmproj(projection_dim=128), **changes
    )


def assert_same_logits(one: Recording, other: Recording) -> None:
    assert_same_rows(one.logits, other.logits, "logits at step")


@caches
def test_alpha_one_gives_the_logits_of_none_bit_for_bit(
    tmp_path: Path, uses_native: bool, flash_attn: FlashAttn, kv_type: KvType
) -> None:
    with Engine(
        options(tmp_path, uses_native=uses_native, flash_attn=flash_attn, kv_type=kv_type)
    ) as engine:
        plain = record(engine, PICTURE, SparcConfig(method="none"))
        calm = record(engine, PICTURE, SparcConfig(alpha=1.0, tau=0.0))
        assert_same_logits(plain, calm)
        assert any(step.selected for step in calm.steps)
        assert all(step.max_gain == 1.0 for step in calm.steps)
        strong = record(engine, PICTURE, STRONG)
        assert (
            strong.logits[0].tobytes() == plain.logits[0].tobytes()
        )  # the prompt is never steered
        assert strong.logits[-1].tobytes() != plain.logits[-1].tobytes()


@caches
def test_the_cache_is_afterwards_what_it_was_after_the_prompt(
    tmp_path: Path, uses_native: bool, flash_attn: FlashAttn, kv_type: KvType
) -> None:
    with Engine(
        options(tmp_path, uses_native=uses_native, flash_attn=flash_attn, kv_type=kv_type)
    ) as engine:
        for config in (STRONG, SparcConfig(method="uniform", alpha=1.5)):
            seen = record(engine, PICTURE, config)
            assert seen.answer is not None
            n_prompt = seen.answer.counts.prompt_tokens
            after = value_rows(engine)
            assert len(after) == engine.loaded.model.n_layer
            assert len(seen.values_at_prefill) == engine.loaded.model.n_layer
            for il, rows in seen.values_at_prefill.items():
                assert_same_bits(after[il][:n_prompt], rows[:n_prompt], f"layer {il}")


def rows_at_each_step(
    engine: Engine, config: SparcConfig
) -> list[tuple[TraceStep, dict[int, Any]]]:
    at_steps: list[tuple[TraceStep, dict[int, Any]]] = []

    def emit(event: Event) -> None:
        if isinstance(event, TraceStep):
            at_steps.append((event, value_rows(engine)))

    request = DescribeRequest(
        image_rgb=PICTURE,
        question="what is on the left?",
        decode=DecodeOptions(max_tokens=13, ignores_eos=True),
        sparc=config,
        has_trace=True,
    )
    engine.answer(request, emit)
    return at_steps


@pytest.mark.parametrize("flash_attn", ["off", "on"])
def test_a_row_is_its_original_times_alpha_per_selection_and_text_is_untouched(
    tmp_path: Path, uses_native: bool, flash_attn: FlashAttn
) -> None:
    with Engine(options(tmp_path, uses_native=uses_native, flash_attn=flash_attn)) as engine:
        at_prefill = record(engine, PICTURE, STRONG, n_tokens=1)
        assert at_prefill.answer is not None
        n_prompt = at_prefill.answer.counts.prompt_tokens
        first = len(at_prefill.before)
        picture = slice(first, first + at_prefill.answer.counts.image_tokens)
        gains = np.ones(at_prefill.answer.counts.image_tokens)
        selected: tuple[int, ...] = ()
        for step, rows in rows_at_each_step(engine, STRONG):
            gains[list(selected)] *= STRONG.alpha
            for il, original in at_prefill.values_at_prefill.items():
                for text in (slice(first), slice(picture.stop, n_prompt)):
                    assert_same_bits(rows[il][text], original[text], f"text in layer {il}")
                # float32 times float32, rounded once, as the cache stores it.
                scaled = original[picture].astype(np.float32) * gains.astype(np.float32)[:, None]
                expected: npt.NDArray[Any] = scaled.astype(np.float16)
                assert_same_bits(rows[il][picture], expected, f"picture in layer {il}")
            selected = step.selected
        assert gains.max() > 2.0


def test_only_the_layers_asked_for_are_scaled(tmp_path: Path, uses_native: bool) -> None:
    config = SparcConfig(alpha=1.5, tau=0.2, first_layer=1, last_layer=2)
    with Engine(options(tmp_path, uses_native=uses_native)) as engine:
        seen = record(engine, PICTURE, config, n_tokens=1)
        assert seen.answer is not None
        picture = slice(len(seen.before), len(seen.before) + seen.answer.counts.image_tokens)
        _, rows = rows_at_each_step(engine, config)[-1]
        changed = {
            il
            for il, original in seen.values_at_prefill.items()
            if not np.array_equal(rows[il][picture], original[picture])
        }
        assert changed == {1, 2}


@pytest.mark.parametrize("flash_attn", ["off", "on"])
def test_a_steered_answer_leaves_nothing_for_the_next(
    tmp_path: Path, uses_native: bool, flash_attn: FlashAttn
) -> None:
    settings = options(tmp_path, uses_native=uses_native, flash_attn=flash_attn)
    with Engine(settings) as fresh:
        plain = record(fresh, PICTURE, SparcConfig(method="none"))
    with Engine(settings) as fresh:
        steered = record(fresh, PICTURE, STRONG)
    with Engine(settings) as engine:
        record(engine, PICTURE, SparcConfig(alpha=3.0, tau=-0.5))
        assert_same_logits(record(engine, PICTURE, STRONG), steered)
        assert_same_logits(record(engine, PICTURE, SparcConfig(method="none")), plain)
        record(engine, random_picture(64, seed=5), STRONG)
        assert_same_logits(record(engine, PICTURE, STRONG), steered)


def test_a_gain_that_would_overflow_the_cache_is_held_back_and_reported(
    tmp_path: Path, uses_native: bool
) -> None:
    with Engine(options(tmp_path, uses_native=uses_native)) as engine:
        seen = record(engine, PICTURE, SparcConfig(alpha=10.0, tau=-1.0), n_tokens=16)
    assert seen.steps[-1].is_clamped
    assert not seen.steps[0].is_clamped
    assert all(np.isfinite(logits).all() for logits in seen.logits)


def test_uniform_scales_every_image_token_once(tmp_path: Path, uses_native: bool) -> None:
    with Engine(options(tmp_path, uses_native=uses_native)) as engine:
        config = SparcConfig(method="uniform", alpha=1.5)
        prompt = record(engine, PICTURE, config, n_tokens=1)
        assert prompt.answer is not None
        picture = slice(len(prompt.before), len(prompt.before) + prompt.answer.counts.image_tokens)
        for step, rows in rows_at_each_step(engine, config):
            assert step.selected == ()
            assert step.max_gain == 1.5
            for il, original in prompt.values_at_prefill.items():
                expected = (original[picture].astype(np.float32) * np.float32(1.5)).astype(
                    np.float16
                )
                assert_same_bits(rows[il][picture], expected, f"picture in layer {il}")
