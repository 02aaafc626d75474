"""The compiled twin of ``sparc_ggml.step.PythonStep``: one call before a forward pass and one after it."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sparc_ggml import _ggml
from sparc_ggml.config import SparcConfig
from sparc_ggml.recalibration import Floats, Indices
from sparc_ggml.value_cache import Q8_0_BLOCK_BYTES, LayerValues, UnsupportedCacheError


class _Layer(ctypes.Structure):
    """Mirror of ``struct layer`` in hot.c."""

    _fields_ = (
        ("base", ctypes.c_void_p),
        ("store", ctypes.c_void_p),
        ("row_stride", ctypes.c_int64),
        ("value_stride", ctypes.c_int64),
        ("store_stride", ctypes.c_int64),
        ("n_values", ctypes.c_int64),
        ("type", ctypes.c_int32),
    )


class _Step(ctypes.Structure):
    """Mirror of ``struct step`` in hot.c."""

    _fields_ = (
        ("layers", ctypes.c_void_p),
        ("cells", ctypes.c_void_p),
        ("ema", ctypes.c_void_p),
        ("gain", ctypes.c_void_p),
        ("max_gain", ctypes.c_void_p),
        ("largest", ctypes.c_void_p),
        ("selected", ctypes.c_void_p),
        ("fresh", ctypes.c_void_p),
        ("is_saved", ctypes.c_void_p),
        ("alpha", ctypes.c_double),
        ("tau", ctypes.c_float),
        ("beta", ctypes.c_float),
        ("one_minus_beta", ctypes.c_float),
        ("n_layer", ctypes.c_int32),
        ("n_image", ctypes.c_int32),
        ("n_selected", ctypes.c_int32),
        ("n_threads", ctypes.c_int32),
        ("is_sparc", ctypes.c_int32),
        ("is_clamped", ctypes.c_int32),
    )


LAYOUT = ctypes.sizeof(_Step) * 1000 + ctypes.sizeof(_Layer)
"""What ``sparc_step_size`` must return."""


def bind(library: ctypes.CDLL) -> None:
    """Declare the functions of a step."""
    pointer = ctypes.c_void_p
    library.sparc_step_apply.argtypes = [pointer]
    library.sparc_step_observe.argtypes = [pointer, pointer]
    library.sparc_step_restore.argtypes = [pointer]
    for function in (
        library.sparc_step_apply,
        library.sparc_step_observe,
        library.sparc_step_restore,
    ):
        function.restype = None


class RowStore:
    """Memory for original rows, kept from answer to answer.

    All of it is touched when it is taken, while the prompt is read: the kernel finds a page for it then,
    not when a token is waited for.
    """

    def __init__(self) -> None:
        self._memory: npt.NDArray[np.uint8] = np.empty(0, np.uint8)

    def take(self, n_bytes: int) -> npt.NDArray[np.uint8]:
        """Return at least ``n_bytes`` with anything in them; this ends the use of what was taken before."""
        if len(self._memory) < n_bytes:
            self._memory = np.empty(n_bytes, np.uint8)
            self._memory.fill(0)
        return self._memory


class NativeStep:
    """The twin of ``PythonStep``, to the last bit."""

    def __init__(
        self,
        library: ctypes.CDLL,
        config: SparcConfig,
        layers: Sequence[LayerValues],
        cells: npt.NDArray[np.int64],
        n_threads: int = 1,
        store: RowStore | None = None,
    ) -> None:
        """Change nothing yet.

        Args:
            library: with ``bind`` applied.
            config: with its layers filled in.
            layers: the V caches of the layers to scale.
            cells: the KV cell of each image token, shape (n_image,).
            n_threads: threads to share the rows of many layers.
            store: where originals go; ``None`` takes memory for this answer alone.

        Raises:
            UnsupportedCacheError: a layer's V cache cannot be scaled.
        """
        self._library = library
        n_image = len(cells)
        mirrors = [_mirror(layer, cells) for layer in layers]
        n_bytes = [n_image * mirror.store_stride for mirror in mirrors]
        self._originals = (store or RowStore()).take(sum(n_bytes))
        address = self._originals.ctypes.data
        for mirror, size in zip(mirrors, n_bytes, strict=True):
            mirror.store = address
            address += size
        self._table = (_Layer * len(mirrors))(*mirrors)
        self._cells = np.ascontiguousarray(cells, np.int64)
        self._ema = np.zeros(n_image, np.float32)
        self._gain = np.ones(n_image)
        self._max_gain = np.full(n_image, np.inf)
        self._selected = np.empty(n_image, np.int64)
        self._largest = np.empty(max(1, len(mirrors)) * n_image)
        self._fresh = np.empty(n_image, np.int64)
        self._is_saved = np.zeros(n_image, np.uint8)
        self._config = config
        self._state = _Step(
            layers=ctypes.addressof(self._table),
            alpha=config.alpha,
            tau=config.tau,
            beta=config.beta,
            one_minus_beta=1 - config.beta,
            n_layer=len(mirrors),
            n_image=n_image,
            n_threads=n_threads,
            is_sparc=config.method == "sparc",
        )
        for name in (
            "cells", "ema", "gain", "max_gain", "largest", "selected", "fresh", "is_saved",
        ):  # fmt: skip
            setattr(self._state, name, getattr(self, f"_{name}").ctypes.data)
        # A small model writes a token in a millisecond: addresses are wrapped once.
        self._seen = np.zeros(n_image, np.float32)
        self._seen_address = ctypes.c_void_p(self._seen.ctypes.data)
        self._address = ctypes.c_void_p(ctypes.addressof(self._state))

    @property
    def selected(self) -> Indices:
        return self._selected[: self._state.n_selected].astype(np.intp)

    @property
    def gain(self) -> npt.NDArray[np.float64]:
        return self._gain

    @property
    def is_clamped(self) -> bool:
        return bool(self._state.is_clamped)

    def set_threads(self, n_threads: int) -> None:
        """Share the rows of many layers among so many threads from now on."""
        self._state.n_threads = n_threads

    def begin(self, a: Floats) -> None:
        if self._config.method == "uniform":
            self._selected[:] = np.arange(len(self._selected))
            self._state.n_selected = len(self._selected)
        else:
            self._ema[:] = a

    def apply(self) -> None:
        self._library.sparc_step_apply(self._address)

    def share(self, seen: Floats) -> None:
        """Read the attention from this array where ``observe`` is given that one; shape (n_image,), contiguous."""
        self._seen, self._seen_address = seen, ctypes.c_void_p(seen.ctypes.data)

    def observe(self, a: Floats) -> None:
        if a is not self._seen:
            self._seen[:] = a
        self._library.sparc_step_observe(self._address, self._seen_address)

    def restore(self) -> None:
        self._library.sparc_step_restore(self._address)


def _mirror(layer: LayerValues, cells: npt.NDArray[np.int64]) -> _Layer:
    """Return one layer for hot.c, without a place for its originals yet."""
    rows = layer.rows()
    if len(cells) and int(cells.max()) >= len(rows):
        raise UnsupportedCacheError("an image token lies outside the V cache")
    kind = _ggml.tensor_at(layer.address).type
    is_q8_0 = kind == _ggml.GGML_TYPE_Q8_0
    n_values = rows.shape[1] // Q8_0_BLOCK_BYTES if is_q8_0 else rows.shape[1]
    return _Layer(
        base=rows.ctypes.data,
        row_stride=rows.strides[0],
        value_stride=rows.strides[1],
        store_stride=n_values * (2 if is_q8_0 else rows.itemsize),
        n_values=n_values,
        type=kind,
    )
