"""Steering on every number type of the KV cache, and the cache as it was before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.core.events import DecodeOptions, DescribeRequest, Event, TraceStep
from assistant.errors import ModelError
from assistant.inference import engine as engine_module
from assistant.inference.engine import Engine
from assistant.inference.gguf import memory_need, pairing
from assistant.inference.worker.client import InferenceClient
from assistant.system import processor
from assistant.system.memory import FreeMemory
from sparc_ggml.config import SparcConfig
from tests.support.differences import assert_same_bits
from tests.support.real_worker import ask_worker
from tests.support.recorded_engine import random_picture, tiny_pair, value_rows
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

SPARC = SparcConfig(tau=0.5)
PICTURE = random_picture(64)


def ask(engine: Engine, config: SparcConfig, max_tokens: int = 40) -> tuple[str, list[TraceStep]]:
    events: list[Event] = []
    decode = DecodeOptions(max_tokens=max_tokens, ignores_eos=True)
    request = DescribeRequest(PICTURE, "what is this?", decode, config, has_trace=True)
    answer = engine.answer(request, events.append)
    assert answer.unsteered_reason == ""
    return answer.text, [event for event in events if isinstance(event, TraceStep)]


@pytest.mark.parametrize(
    ("kv_type", "flash_attn"),
    [("f16", "on"), ("f16", "off"), ("bf16", "on"), ("f32", "off"), ("f32", "on"), ("q8_0", "on")],
)
def test_every_kind_of_cache_is_steered_and_put_back(
    tmp_path: Path, kv_type: str, flash_attn: str
) -> None:
    shape = TinyLlama(n_embd=128, n_head=4, n_head_kv=2)
    options = tiny_pair(
        tmp_path, shape, TinyMmproj(projection_dim=128), kv_type=kv_type, flash_attn=flash_attn
    )
    with Engine(options) as engine:
        plain, _ = ask(engine, SparcConfig(method="none"))
        before = value_rows(engine)
        n_past = engine.loaded.prefix.past.n_cells if engine.loaded.prefix else 0
        steered, steps = ask(engine, SPARC)
        after = value_rows(engine)
        assert steps[-1].max_gain > 1.5
        assert any(step.selected for step in steps)
        for il, rows in before.items():
            assert_same_bits(after[il][:n_past], rows[:n_past], f"layer {il}")
        assert ask(engine, SparcConfig(method="none"))[0] == plain
        assert ask(engine, SPARC)[0] == steered


def test_gains_that_would_overflow_are_held_back_and_the_answer_stays_finite(
    tmp_path: Path,
) -> None:
    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj())
    with InferenceClient(options) as client:
        heard = ask_worker(client, PICTURE, SparcConfig(alpha=10.0, tau=-1.0), n_tokens=59)
    steps = heard.steps
    assert heard.answer.unsteered_reason == ""
    assert any(step.is_clamped for step in steps)
    assert np.isfinite(steps[-1].max_gain)
    assert len(steps) == 59


def test_an_unknown_number_type_leaves_the_description_unsteered_and_says_why(
    tmp_path: Path,
) -> None:
    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj(), kv_type="f61")
    with InferenceClient(options) as client:
        answer = ask_worker(client, PICTURE, SPARC).answer
    assert answer.counts.tokens > 0
    assert answer.sparc.method == "none"
    assert "f61" in answer.unsteered_reason
    with InferenceClient(replace(options, kv_type="auto")) as client:
        assert ask_worker(client, PICTURE, SPARC).answer.sparc.method == "sparc"


def test_memory_that_is_short_is_told_and_the_choice_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape, projector = TinyLlama(n_embd=128, n_head=4, n_head_kv=2), TinyMmproj(projection_dim=128)
    options = tiny_pair(tmp_path, shape, projector, n_ctx=None)
    sizes = memory_need.sizes_of(
        *pairing.check_pair(options.model_path, options.mmproj_path), name="tiny"
    )
    tight = memory_need.need(sizes, 1280, "q8_0", processor.batch_for(1, "q8_0")).total
    monkeypatch.setattr(engine_module, "free_memory", lambda: FreeMemory(tight))
    with Engine(options) as engine:
        assert engine.loaded.model.n_ctx == 1280
        assert "Memory is short" in engine.loaded.notes[0]
        ask(engine, SPARC)
    monkeypatch.setattr(engine_module, "free_memory", lambda: FreeMemory(10**6))
    with pytest.raises(ModelError, match="not enough memory"):
        Engine(options)
    with Engine(replace(options, checks_memory=False, locks_memory=True)) as engine:
        ask(engine, SPARC)
