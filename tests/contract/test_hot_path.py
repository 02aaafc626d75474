"""The compiled hot path and the Python one do the same, to the last bit."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from assistant.inference.engine import Engine
from sparc_ggml import _ggml, native
from sparc_ggml._ggml import GGML_TYPE_BF16, GGML_TYPE_F16, GGML_TYPE_F32, GGML_TYPE_Q8_0
from sparc_ggml.config import SparcConfig
from sparc_ggml.eval_callback import AttentionProbe
from sparc_ggml.native import NativeProbe, NativeRowScaler, NativeUnavailableError
from sparc_ggml.value_cache import scale_rows
from tests.support.recorded_engine import Recording, random_picture, record, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

CELLS = np.array([7, 3, 11, 4], np.int64)
INDICES = np.array([0, 2, 3], np.intp)
GAIN = np.array([1.1**3, 1.05, 900.0])


def rows_of(kind: int, rng: np.random.Generator) -> npt.NDArray[np.generic]:
    """Twelve cells of 70 values, the smallest and largest that the number type knows among them."""
    values = rng.normal(size=(12, 70)).astype(np.float32)
    values[:, :4] = (6e-8, -3e-5, 60000.0, 0.0)
    if kind == GGML_TYPE_F16:
        return values.astype(np.float16)
    if kind == GGML_TYPE_BF16:
        return (values.view(np.uint32) >> 16).astype(np.uint16)
    if kind == GGML_TYPE_F32:
        return values
    blocks = rng.integers(0, 256, (12, 3, 34), dtype=np.uint8)
    blocks[..., :2] = rng.uniform(1e-6, 2, (12, 3, 1)).astype(np.float16).view(np.uint8)
    return blocks.reshape(12, -1)


@pytest.mark.parametrize("is_transposed", [False, True])
@pytest.mark.parametrize("kind", [GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_F32, GGML_TYPE_Q8_0])
@pytest.mark.parametrize("seed", range(5))
def test_scaled_rows_are_equal_bit_for_bit(kind: int, is_transposed: bool, seed: int) -> None:
    if kind == GGML_TYPE_Q8_0 and is_transposed:
        return  # llama.cpp has no such cache: a quantised V needs flash attention
    rows = rows_of(kind, np.random.default_rng(seed))
    saved = np.ascontiguousarray(rows[CELLS])
    results = []
    for scaler in (scale_rows, NativeRowScaler()):
        cache = rows.copy(order="F" if is_transposed else "C")
        with np.errstate(over="ignore"):
            scaler(kind, cache, CELLS, saved, INDICES, GAIN)
        results.append(np.ascontiguousarray(cache).view(np.uint8))
    assert np.array_equal(results[0], results[1])
    assert not np.array_equal(results[0], np.ascontiguousarray(rows).view(np.uint8))


@pytest.mark.parametrize(
    ("kv_type", "flash_attn"),
    [("f16", "on"), ("f16", "off"), ("bf16", "on"), ("f32", "off"), ("q8_0", "on")],
)
@pytest.mark.parametrize("n_head_kv", [4, 2])
def test_both_paths_see_the_same_attention_and_choose_the_same_tokens(
    tmp_path: Path, kv_type: str, flash_attn: str, n_head_kv: int
) -> None:
    shape = TinyLlama(n_embd=128, n_head=4, n_head_kv=n_head_kv)
    seen: list[Recording] = []
    for uses_native in (False, True):
        options = tiny_pair(
            tmp_path,
            shape,
            TinyMmproj(projection_dim=128),
            kv_type=kv_type,
            flash_attn=flash_attn,
            uses_native=uses_native,
        )
        with Engine(options) as engine:
            assert isinstance(engine.loaded.probe, NativeProbe) == uses_native
            seen.append(record(engine, random_picture(64), SparcConfig(tau=0.3), n_tokens=60))
    python, compiled = seen
    assert python.answer is not None
    assert python.answer.unsteered_reason == ""
    assert sum(len(step.selected) for step in python.steps) > 50
    assert python.steps == compiled.steps
    assert all(map(np.array_equal, python.attention, compiled.attention))
    assert all(map(np.array_equal, python.logits, compiled.logits))


def test_the_compiled_path_does_the_work_unless_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj())

    def refuse() -> None:
        raise NativeUnavailableError("it was not compiled when the program was installed")

    with Engine(options) as engine:
        assert type(engine.loaded.probe) is NativeProbe
    monkeypatch.setattr(native, "load", refuse)
    with caplog.at_level("INFO"), Engine(options) as engine:
        assert type(engine.loaded.probe) is AttentionProbe
        seen = record(engine, random_picture(64), SparcConfig(tau=0.3))
    assert "not compiled" in caplog.text
    assert any(step.selected for step in seen.steps)


def test_a_library_that_lays_out_tensors_otherwise_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fields = [("one_more", ctypes.c_void_p)]
    another = type("Another", (_ggml.GgmlTensor,), {"_fields_": fields})
    monkeypatch.setattr(_ggml, "GgmlTensor", another)
    with pytest.raises(NativeUnavailableError, match="lays out"):
        native.load.__wrapped__()
