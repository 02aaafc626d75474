"""Random weights written straight as ggml's blocks, one tensor at a time, so that 4 GB need little memory.

Quants are random under one constant scale per tensor, chosen so that a weight's spread is
1 / sqrt(n_in): what a trained layer has, and what keeps every activation finite. Block layouts:
llama.cpp ``ggml/src/ggml-common.h``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt

QK_K = 256
"""Weights in a K-quant block."""
_Q4_K = np.dtype([("d", "<f2"), ("dmin", "<f2"), ("scales", "u1", 12), ("qs", "u1", 128)])
_Q6_K = np.dtype([("ql", "u1", 128), ("qh", "u1", 64), ("scales", "i1", 16), ("d", "<f2")])
_Q5_0 = np.dtype([("d", "<f2"), ("qh", "u1", 4), ("qs", "u1", 16)])
_Q8_0 = np.dtype([("d", "<f2"), ("qs", "i1", 32)])
_K_SCALE = 32
# Eight 6-bit scales and eight 6-bit minima, all 32, as Q4_K packs them: the high bits of the last
# four live above the low bits of the first four.
_Q4_K_SCALES = np.array([160] * 8 + [0] * 4, np.uint8)


@dataclass(frozen=True)
class _Layout:
    """One block type: its dtype, weights per block, spread of a weight whose scale ``d`` is 1."""

    dtype: np.dtype[Any]
    n_weights: int
    spread: float


def _uniform_spread(n_levels: int) -> float:
    return math.sqrt((n_levels**2 - 1) / 12)


_LAYOUTS = {
    "Q4_K": _Layout(_Q4_K, QK_K, _K_SCALE * _uniform_spread(16)),
    "Q6_K": _Layout(_Q6_K, QK_K, _K_SCALE * _uniform_spread(64)),
    "Q5_0": _Layout(_Q5_0, 32, _uniform_spread(32)),
    "Q8_0": _Layout(_Q8_0, 32, _uniform_spread(256)),
}


def random_blocks(
    rng: np.random.Generator, quant: str, n_out: int, n_in: int
) -> npt.NDArray[np.uint8]:
    """Return raw rows of a quantised matrix, shape (n_out, bytes of a row)."""
    layout = _LAYOUTS[quant]
    n_bytes = layout.dtype.itemsize * (n_in // layout.n_weights)
    raw = rng.integers(0, 256, (n_out, n_bytes), dtype=np.uint8)
    blocks = raw.view(layout.dtype)
    scale = 1.0 / math.sqrt(n_in) / layout.spread
    blocks["d"] = scale
    if quant == "Q4_K":
        blocks["scales"] = _Q4_K_SCALES
        blocks["dmin"] = 7.5 * scale  # centres the quants 0..15
    elif quant == "Q6_K":
        blocks["scales"] = _K_SCALE
    return raw


class FileWriter:
    """A file whose tensors are declared first, then made and written one after the other."""

    def __init__(self, writer: Any, seed: int) -> None:
        self._writer = writer
        self._rng = np.random.default_rng(seed)
        self._pending: list[Callable[[], npt.NDArray[Any]]] = []

    def matrix(self, name: str, n_out: int, n_in: int, kind: str) -> None:
        """Add a random matrix of ggml type ``kind``."""
        if kind == "F16":
            self.tensor(name, (n_out, n_in))
            return
        layout = _LAYOUTS[kind]
        n_bytes = n_out * (n_in // layout.n_weights) * layout.dtype.itemsize
        raw_type = gguf.GGMLQuantizationType[kind]
        self._writer.add_tensor_info(
            name, (n_out, n_in), np.dtype(np.float32), n_bytes, raw_dtype=raw_type
        )
        self._pending.append(lambda: random_blocks(self._rng, kind, n_out, n_in))

    def tensor(self, name: str, shape: tuple[int, ...]) -> None:
        """Add a random F16 tensor whose first dimension is the output."""
        n_in = math.prod(shape[1:])
        self._writer.add_tensor_info(name, shape, np.dtype(np.float16), 2 * math.prod(shape))

        def make() -> npt.NDArray[Any]:
            uniform = self._rng.random(shape, np.float32) - np.float32(0.5)
            return (uniform * np.float32(math.sqrt(12 / n_in))).astype(np.float16)

        self._pending.append(make)

    def constant(self, name: str, value: float, n: int) -> None:
        """Add an F32 vector of one value."""
        self._writer.add_tensor_info(name, (n,), np.dtype(np.float32), 4 * n)
        self._pending.append(lambda: np.full(n, value, np.float32))

    def write(self) -> None:
        """Write the whole file and close it."""
        self._writer.write_header_to_file()
        self._writer.write_kv_data_to_file()
        self._writer.write_ti_data_to_file()
        for make in self._pending:
            self._writer.write_tensor_data(make())
        self._writer.close()
