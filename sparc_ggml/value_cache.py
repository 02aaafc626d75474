"""The cached V rows of image tokens: saved before their first change, scaled from what was saved, put back bit for bit.

llama.cpp keeps one V tensor a layer, ``cache_v_l{il}`` (src/llama-kv-cache.cpp). With flash attention a
cell is one contiguous row of ``n_embd_v_gqa`` values; without it the cache is transposed and a cell's
values lie ``kv_size`` apart. Rows are always scaled from the saved original, so that rounding to the
cache's number type happens once and never accumulates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sparc_ggml import _ggml
from sparc_ggml.errors import SparcError
from sparc_ggml.recalibration import Indices

QK8_0 = 32
"""Values in a q8_0 block: one f16 scale, then 32 int8 (ggml/src/ggml-common.h)."""
Q8_0_BLOCK_BYTES = 2 + QK8_0

_HALF_MAX = 65504.0
_FLOAT_MAX = float(np.finfo(np.float32).max)


class UnsupportedCacheError(SparcError, RuntimeError):
    """The V cache cannot be scaled; the message says why."""


@dataclass(frozen=True)
class LayerValues:
    """One layer's V cache as it lies in memory.

    Attributes:
        address: of the ggml tensor that owns the data.
        is_transposed: whether a cell's values lie ``kv_size`` apart (flash attention off).
    """

    address: int
    is_transposed: bool

    def rows(self) -> npt.NDArray[Any]:
        """Return a view without a copy, shape (kv_size, n_embd_v_gqa), or (kv_size, row bytes) uint8 for q8_0.

        Raises:
            UnsupportedCacheError: a number type or a place that cannot be scaled.
        """
        tensor = _ggml.tensor_at(self.address)
        if not _ggml.is_host(tensor):
            raise UnsupportedCacheError("the V cache is not in the computer's own memory")
        if tensor.ne[2] != 1:
            raise UnsupportedCacheError("the V cache holds more than one stream")
        if tensor.type == _ggml.GGML_TYPE_Q8_0 and not self.is_transposed:
            row_bytes: npt.NDArray[Any] = _ggml.as_bytes(tensor)[0]
            return row_bytes
        if tensor.type not in (_ggml.GGML_TYPE_F16, _ggml.GGML_TYPE_BF16, _ggml.GGML_TYPE_F32):
            raise UnsupportedCacheError(
                f"the V cache has number type {tensor.type}, which is not one of f16, bf16, f32, q8_0"
            )
        values: npt.NDArray[Any] = _ggml.as_array(tensor)[0, 0]
        if self.is_transposed:
            kv_size, n_embd = values.shape
            values = values.reshape(n_embd, kv_size).T
        return values


def _largest_gain(kind: int, rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """By how much each row may grow before its largest value overflows, shape (n_rows,)."""
    if kind == _ggml.GGML_TYPE_Q8_0:
        scales = (
            rows.reshape(len(rows), -1, Q8_0_BLOCK_BYTES)[:, :, :2].copy().view(np.float16)[..., 0]
        )
        largest, limit = np.abs(scales.astype(np.float64)).max(axis=1), _HALF_MAX
    elif kind == _ggml.GGML_TYPE_F16:
        # Without their sign, halves order as their bits do; that spares converting every value.
        bits = (rows.view(np.uint16) & 0x7FFF).max(axis=1)
        largest, limit = bits.view(np.float16).astype(np.float64), _HALF_MAX
    else:
        largest, limit = np.abs(_to_float(kind, rows)).max(axis=1).astype(np.float64), _FLOAT_MAX
    with np.errstate(divide="ignore"):
        gain: npt.NDArray[np.float64] = np.where(
            largest > 0, limit / np.maximum(largest, 1e-300), np.inf
        )
    return gain


def _to_float(kind: int, rows: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    if kind == _ggml.GGML_TYPE_F16:
        return _ggml.half_to_float(rows)
    if kind == _ggml.GGML_TYPE_BF16:
        return (rows.astype(np.uint32) << 16).view(np.float32)
    return rows.astype(np.float32)


def _from_float(kind: int, values: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
    if kind == _ggml.GGML_TYPE_F16:
        return _ggml.float_to_half(values)
    if kind == _ggml.GGML_TYPE_BF16:
        bits = values.view(np.uint32)
        return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)
    return values


def scaled(kind: int, rows: npt.NDArray[Any], gain: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
    """``rows`` times ``gain``, rounded once to the cache's number type.

    Args:
        kind: ggml type of the rows.
        rows: shape (n_rows, n_embd), or (n_rows, row bytes) for q8_0, whose block scales alone are multiplied.
        gain: shape (n_rows,).
    """
    factor = gain.astype(np.float32)[:, None]
    if kind == _ggml.GGML_TYPE_Q8_0:
        result = rows.copy()
        blocks = result.reshape(len(rows), -1, Q8_0_BLOCK_BYTES)
        scales = blocks[:, :, :2].copy().view(np.float16)[..., 0]
        grown = _ggml.float_to_half(_ggml.half_to_float(scales) * factor)
        blocks[:, :, :2] = grown[..., None].view(np.uint8)
        return result
    return _from_float(kind, _to_float(kind, rows) * factor)


class ValueCache:
    """The V rows of one picture's tokens, in the layers that are steered.

    Attributes:
        max_gain: largest gain that each image token's rows can bear, shape (n_image,); infinity until saved.
    """

    def __init__(
        self,
        layers: Iterable[LayerValues],
        cells: npt.NDArray[np.int64],
    ) -> None:
        """Find the rows; change nothing.

        Args:
            layers: the V caches of the layers to scale, in order.
            cells: the KV cell of each image token, shape (n_image,).

        Raises:
            UnsupportedCacheError: a layer that cannot be scaled, or a cell outside the cache.
        """
        self._layers = [(_ggml.tensor_at(layer.address).type, layer.rows()) for layer in layers]
        self._cells = np.ascontiguousarray(cells, np.int64)
        for _, rows in self._layers:
            if len(cells) and int(cells.max()) >= len(rows):
                raise UnsupportedCacheError("an image token lies outside the V cache")
        self._saved: list[npt.NDArray[Any] | None] = [None] * len(self._layers)
        self._is_saved = np.zeros(len(cells), bool)
        self.max_gain = np.full(len(cells), np.inf)

    def save(self, indices: Indices) -> None:
        """Keep the original rows of these image tokens, unless they are kept already."""
        new = indices[~self._is_saved[indices]]
        if not len(new):
            return
        cells = self._cells[new]
        for il, (kind, rows) in enumerate(self._layers):
            originals = rows[cells]
            store = self._saved[il]
            if store is None:
                store = np.empty((len(self._cells), originals.shape[1]), originals.dtype)
                self._saved[il] = store
            store[new] = originals
            self.max_gain[new] = np.minimum(self.max_gain[new], _largest_gain(kind, originals))
        self._is_saved[new] = True

    def scale(self, indices: Indices, gain: npt.NDArray[np.float64]) -> None:
        """Set the rows of these image tokens to their originals times ``gain``.

        Args:
            indices: 0-based image tokens, shape (n,).
            gain: accumulated factors, shape (n,).
        """
        self.save(indices)
        for (kind, rows), store in zip(self._layers, self._saved, strict=True):
            assert store is not None
            rows[self._cells[indices]] = scaled(kind, store[indices], gain)

    def restore(self) -> None:
        """Put every changed row back, bit for bit; idempotent."""
        touched = np.flatnonzero(self._is_saved)
        if len(touched):
            for (_, rows), store in zip(self._layers, self._saved, strict=True):
                assert store is not None
                rows[self._cells[touched]] = store[touched]
        self._is_saved[:] = False
        self.max_gain[:] = np.inf
