"""The engine where steering is impossible, where it fails midway, and from one question to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.core.events import EndReason
from assistant.errors import ExitCode, InferenceError
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from sparc_ggml.clip_order import ClipOrder
from sparc_ggml.config import SparcConfig
from sparc_ggml.eval_callback import AttentionProbe
from tests.support.differences import assert_same_rows
from tests.support.real_worker import ask_worker
from tests.support.recorded_engine import Recording, random_picture, record, tiny_pair
from tests.support.tiny_llama import TinyLlama, write_tiny_mamba
from tests.support.tiny_mmproj import TinyMmproj

PICTURE = random_picture(64)
NONE = SparcConfig(method="none")
STRONG = SparcConfig(alpha=1.5, tau=0.2)
OTHER_QUESTION = "is there a dog near the house?"


def tiny(folder: Path, **changes: Any) -> EngineOptions:
    return tiny_pair(folder, TinyLlama(), TinyMmproj(), **changes)


def recurrent(folder: Path) -> EngineOptions:
    write_tiny_mamba(folder / "model.gguf")
    return tiny(folder)


def assert_same_logits(seen: Recording, expected: Recording) -> None:
    assert_same_rows(seen.logits, expected.logits, "logits at step")


def test_a_recurrent_model_describes_unsteered_and_says_why(tmp_path: Path) -> None:
    with InferenceClient(recurrent(tmp_path)) as client:
        seen = ask_worker(client, PICTURE, STRONG)
        plain = ask_worker(client, PICTURE, NONE)
    assert "recurrent" in seen.answer.unsteered_reason
    assert seen.answer.sparc.method == "none"
    assert plain.answer.unsteered_reason == ""
    assert seen.answer.counts.tokens == 25
    assert len(seen.steps) == 24
    assert all(step.selected == () and step.max_gain == 1.0 for step in seen.steps)


@pytest.mark.parametrize("make", [tiny, recurrent])
@pytest.mark.parametrize("config", [NONE, STRONG], ids=["none", "sparc"])
def test_a_second_question_on_a_kept_picture_is_answered_as_on_a_fresh_one(
    tmp_path: Path, make: Any, config: SparcConfig
) -> None:
    options = make(tmp_path)
    with Engine(options) as fresh:
        expected = record(fresh, PICTURE, config, question=OTHER_QUESTION)
    with Engine(options) as engine:
        record(engine, PICTURE, config)
        second = record(engine, PICTURE, config, question=OTHER_QUESTION)
    assert second.tokens == expected.tokens
    assert_same_logits(second, expected)


def test_a_kept_picture_is_not_encoded_again(tmp_path: Path) -> None:
    with InferenceClient(tiny(tmp_path)) as client:
        first = ask_worker(client, PICTURE, STRONG)
        second = ask_worker(client, PICTURE, STRONG, question=OTHER_QUESTION)
        third = ask_worker(client, random_picture(64, seed=9), STRONG)
    assert [heard.was_encoded for heard in (first, second, third)] == [True, False, True]
    assert second.answer.timings.encode_ms == 0.0


@pytest.mark.parametrize("flash_attn", ["off", "on"])
@pytest.mark.parametrize("n_good", [0, 1, 5])
def test_a_failure_inside_the_callback_surfaces_and_the_answer_goes_on_unsteered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flash_attn: Any, n_good: int
) -> None:
    """``n_good`` readings succeed before one fails: in the prompt, or at a decode step."""
    options = tiny(tmp_path, flash_attn=flash_attn, uses_native=False)
    read, n_read = AttentionProbe._read, 0

    def failing_read(self: AttentionProbe, address: int) -> None:
        nonlocal n_read
        n_read += 1
        if n_read > n_good:
            raise ZeroDivisionError("the tensor is odd")
        read(self, address)

    with Engine(options) as engine:
        plain = record(engine, PICTURE, NONE)
        with monkeypatch.context() as patch:
            patch.setattr(AttentionProbe, "_read", failing_read)
            seen = record(engine, PICTURE, STRONG)
        again = record(engine, PICTURE, NONE)
    assert seen.answer is not None
    assert "the tensor is odd" in seen.answer.unsteered_reason
    assert seen.answer.sparc.method == "none"
    assert seen.answer.ended is EndReason.MAX_TOKENS
    if n_good == 0:
        assert_same_logits(seen, plain)
    assert_same_logits(again, plain)


def test_a_failure_while_the_picture_is_put_in_order_is_an_error_not_a_wrong_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: ClipOrder, leaf: int) -> None:
        raise ZeroDivisionError("the leaf is odd")

    with Engine(tiny(tmp_path)) as engine:
        with monkeypatch.context() as patch:
            patch.setattr(ClipOrder, "_put_right", failing)
            with pytest.raises(InferenceError, match="could not process the picture") as caught:
                record(engine, PICTURE, NONE)
        assert "the leaf is odd" in str(caught.value.__cause__)
        seen = record(engine, PICTURE, NONE)  # and the engine lives on
    assert seen.answer is not None
    assert seen.answer.corrections == ("clip_order",)


@pytest.mark.parametrize("config", [SparcConfig(selected_layer=5), SparcConfig(last_layer=9)])
def test_a_layer_that_the_model_lacks_is_refused_before_anything_runs(
    tmp_path: Path, config: SparcConfig
) -> None:
    with InferenceClient(tiny(tmp_path)) as client:
        refused = ask_worker(client, PICTURE, config)
        assert "0 to 4" in refused.failure.message
        assert refused.failure.exit_code == ExitCode.USAGE
        assert not refused.was_encoded
        assert ask_worker(client, PICTURE, STRONG).answer.sparc.method == "sparc"


@pytest.mark.parametrize("n_asked", [1, 30, 45])
def test_a_cancelled_answer_leaves_a_clean_engine(tmp_path: Path, n_asked: int) -> None:
    """The cancel comes at different depths: encoding, prefill, decode."""
    options = tiny(tmp_path, n_batch=4)
    with Engine(options) as fresh:
        expected = record(fresh, PICTURE, STRONG)
    count = 0

    def is_cancelled() -> bool:
        nonlocal count
        count += 1
        return 0 < limit <= count

    limit = n_asked
    with Engine(options, is_cancelled) as engine:
        seen = record(engine, PICTURE, STRONG)
        assert seen.answer is not None
        assert seen.answer.ended is EndReason.CANCELLED
        limit = 0
        again = record(engine, PICTURE, STRONG)
    assert_same_logits(again, expected)


def test_a_full_context_ends_the_answer_and_says_so(tmp_path: Path) -> None:
    with InferenceClient(tiny(tmp_path, n_ctx=256)) as client:
        seen = ask_worker(client, PICTURE, STRONG, n_tokens=400)
        again = ask_worker(client, PICTURE, STRONG, n_tokens=4)
    assert seen.answer.ended is EndReason.CONTEXT_FULL
    assert seen.answer.counts.prompt_tokens + len(seen.steps) == 256
    assert again.answer.ended is EndReason.MAX_TOKENS
