"""The compiled hot path and the Python one do the same, to the last bit."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from assistant.inference.engine import Engine
from sparc_ggml import _ggml, native
from sparc_ggml._ggml import GGML_TYPE_BF16, GGML_TYPE_F16, GGML_TYPE_F32, GGML_TYPE_Q8_0
from sparc_ggml.config import SparcConfig
from sparc_ggml.eval_callback import AttentionProbe
from sparc_ggml.native import NativeProbe, NativeUnavailableError
from sparc_ggml.native.step import NativeStep
from sparc_ggml.step import PythonStep, Step
from tests.support.differences import assert_same_bits, assert_same_rows, has_same_bits
from tests.support.recorded_engine import Recording, random_picture, record, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

CELLS = np.array([7, 3, 11, 4], np.int64)
N_LAYER = 3


def rows_of(kind: int, rng: np.random.Generator) -> npt.NDArray[np.generic]:
    """Twelve cells of 70 values, the smallest and largest that the number type knows among them."""
    values = rng.normal(size=(12, 70)).astype(np.float32)
    values[:, :4] = (6e-8, -3e-5, 60.0, 0.0)
    if kind == GGML_TYPE_F16:
        return values.astype(np.float16)
    if kind == GGML_TYPE_BF16:
        return (values.view(np.uint32) >> 16).astype(np.uint16)
    if kind == GGML_TYPE_F32:
        return values
    blocks = rng.integers(0, 256, (12, 3, 34), dtype=np.uint8)
    blocks[..., :2] = rng.uniform(1e-6, 2, (12, 3, 1)).astype(np.float16).view(np.uint8)
    return blocks.reshape(12, -1)


@dataclass(frozen=True)
class Rows:
    """A layer's V cache that lies in an array of ours."""

    array: npt.NDArray[np.generic]
    address: int = 0

    def rows(self) -> npt.NDArray[np.generic]:
        return self.array


@pytest.mark.parametrize(
    ("kind", "is_transposed"),
    [
        *((kind, False) for kind in (GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_F32, GGML_TYPE_Q8_0)),
        # Without flash attention V is transposed, and llama.cpp has no quantised V.
        *((kind, True) for kind in (GGML_TYPE_F16, GGML_TYPE_BF16, GGML_TYPE_F32)),
    ],
)
@pytest.mark.parametrize("method", ["sparc", "uniform"])
@pytest.mark.parametrize("alpha", [1.0, 1.1, 3.0])
@pytest.mark.parametrize("n_threads", [1, 2])
def test_both_steps_do_the_same_to_the_last_bit(
    kind: int,
    is_transposed: bool,
    method: str,
    alpha: float,
    n_threads: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = native.load()
    tensor = SimpleNamespace(type=kind)
    monkeypatch.setattr(_ggml, "tensor_at", lambda _address: tensor)
    rng = np.random.default_rng(5)
    originals = [rows_of(kind, rng) for _ in range(N_LAYER)]
    order: Any = "F" if is_transposed else "C"
    caches = [[rows.copy(order=order) for rows in originals] for _ in range(2)]
    config = SparcConfig(method=method, alpha=alpha, beta=0.1, tau=0.5)  # type: ignore[arg-type]
    layers: list[list[Any]] = [[Rows(rows) for rows in cache] for cache in caches]
    python = PythonStep(config, layers[0], CELLS)
    compiled = NativeStep(library, config, layers[1], CELLS, n_threads)
    steps: list[Step] = [python, compiled]
    a = rng.random(len(CELLS)).astype(np.float32)
    for step in steps:
        step.begin(a)
    n_clamped = n_selected = 0
    for _ in range(40):
        a = rng.random(len(CELLS)).astype(np.float32)
        a[rng.integers(len(CELLS))] = 0.0
        for step in steps:
            step.apply()
        assert_same_rows(caches[1], caches[0], "layer")
        assert steps[0].is_clamped == steps[1].is_clamped
        n_clamped += steps[0].is_clamped
        for step in steps:
            step.observe(a)
        assert np.array_equal(python.selected, compiled.selected)
        assert_same_bits(compiled.gain, python.gain, "gains")
        # An average that is off by a bit selects otherwise only now and then, so it is compared itself.
        if method == "sparc":
            assert python._state._ema is not None
            assert_same_bits(compiled._ema, python._state._ema, "averages")
        n_selected += len(steps[0].selected)
    assert (n_selected > 0) == (method == "sparc")
    assert (n_clamped > 0) == (
        alpha == 3.0 and method == "sparc" and kind in (GGML_TYPE_F16, GGML_TYPE_Q8_0)
    )
    changed = [not has_same_bits(*pair) for pair in zip(caches[1], originals, strict=True)]
    assert changed == [alpha != 1.0] * N_LAYER
    for step in steps:
        step.restore()
        step.restore()
    for cache in caches:
        assert_same_rows(cache, originals, "restored layer")


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
    assert_same_rows(compiled.attention, python.attention, "attention at step")
    assert_same_rows(compiled.logits, python.logits, "logits at step")


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
