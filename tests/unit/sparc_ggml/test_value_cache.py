"""Scaling of cached rows, number type by number type."""

from __future__ import annotations

import numpy as np
import pytest

from sparc_ggml import _ggml, value_cache
from sparc_ggml._ggml import GGML_TYPE_BF16, GGML_TYPE_F16, GGML_TYPE_F32, GGML_TYPE_Q8_0
from tests.support.differences import assert_same_bits

rng = np.random.default_rng(0)
VALUES = rng.normal(size=(3, 64)).astype(np.float32)
GAIN = np.array([1.1, 1.1**7, 40.0])


def q8_0(values: np.ndarray) -> np.ndarray:
    """Reference quantisation to blocks of one f16 scale and 32 int8, as bytes."""
    blocks = values.reshape(len(values), -1, 32)
    scale = (np.abs(blocks).max(-1) / 127).astype(np.float16)
    quants = np.round(blocks / scale[..., None].astype(np.float32)).astype(np.int8)
    stored = np.concatenate([scale[..., None].view(np.uint8), quants.view(np.uint8)], axis=-1)
    return stored.reshape(len(values), -1)


def test_f16_rows_equal_a_product_rounded_once() -> None:
    rows = VALUES.astype(np.float16)
    expected = (rows.astype(np.float32) * GAIN.astype(np.float32)[:, None]).astype(np.float16)
    assert_same_bits(value_cache.scaled(GGML_TYPE_F16, rows, GAIN), expected)


def test_f32_rows_equal_the_product() -> None:
    scaled = value_cache.scaled(GGML_TYPE_F32, VALUES, GAIN)
    assert_same_bits(scaled, VALUES * GAIN.astype(np.float32)[:, None])


def test_bf16_rows_are_rounded_to_nearest() -> None:
    rows = (VALUES.view(np.uint32) >> 16).astype(np.uint16)
    exact = (rows.astype(np.uint32) << 16).view(np.float32) * GAIN.astype(np.float32)[:, None]
    bits = value_cache.scaled(GGML_TYPE_BF16, rows, GAIN)
    error = np.abs((bits.astype(np.uint32) << 16).view(np.float32) - exact)
    assert np.all(error <= np.abs(exact) * 2**-8)


def test_q8_0_rows_keep_their_quants_and_scale_their_blocks() -> None:
    rows = q8_0(VALUES)
    scaled = value_cache.scaled(GGML_TYPE_Q8_0, rows, GAIN)
    before, after = rows.reshape(3, 2, 34), scaled.reshape(3, 2, 34)
    assert_same_bits(after[..., 2:], before[..., 2:])
    d = before[..., :2].copy().view(np.float16)[..., 0].astype(np.float32)
    expected = (d * GAIN.astype(np.float32)[:, None]).astype(np.float16)
    assert_same_bits(after[..., :2].copy().view(np.float16)[..., 0], expected)
    assert not np.shares_memory(rows, scaled)


@pytest.mark.parametrize("kind", [GGML_TYPE_F16, GGML_TYPE_Q8_0])
def test_the_largest_gain_fits_and_a_little_more_overflows(kind: int) -> None:
    rows = q8_0(VALUES) if kind == GGML_TYPE_Q8_0 else VALUES.astype(np.float16)
    limit = value_cache._largest_gain(kind, rows)

    def largest(gain: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            scaled = value_cache.scaled(kind, rows, gain)
        if kind == GGML_TYPE_Q8_0:
            scaled = scaled.reshape(3, 2, 34)[..., :2].copy().view(np.float16)[..., 0]
        return np.asarray(np.abs(scaled.astype(np.float32)).max(axis=1))

    assert np.all(np.isfinite(largest(limit * 0.999)))
    assert np.all(np.isinf(largest(limit * 1.01)))


def test_the_loaded_ggml_is_the_one_that_the_mirror_describes() -> None:
    _ggml.check_abi()
    codes = _ggml.op_codes()
    assert {"SET_ROWS", "SOFT_MAX", "FLASH_ATTN_EXT", "CONCAT", "GET_ROWS"} <= codes.keys()
