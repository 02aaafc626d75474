"""The compiled hot path, where it could be built: the same contract as the Python one, at next to no cost.

``hot.c`` is built with the package when there is a C compiler. If the file is missing, or lays out ggml's tensor in
another way than the checked mirror, ``load`` says why and Python does the work.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sparc_ggml import _ggml
from sparc_ggml.config import SparcConfig
from sparc_ggml.errors import SparcError
from sparc_ggml.eval_callback import AttentionProbe
from sparc_ggml.native.step import LAYOUT, NativeStep, RowStore, bind
from sparc_ggml.recalibration import Floats
from sparc_ggml.step import Step
from sparc_ggml.value_cache import LayerValues

MAX_HEADS = 256
"""Attention heads for which there is room; a model with more is read in Python."""


class NativeUnavailableError(SparcError, RuntimeError):
    """The compiled hot path cannot be used; the message says why."""


class _ProbeState(ctypes.Structure):
    """Mirror of ``struct probe`` in hot.c."""

    _fields_ = (
        ("op_set_rows", ctypes.c_int32),
        ("op_soft_max", ctypes.c_int32),
        ("op_flash", ctypes.c_int32),
        ("op_copy", ctypes.c_int32),
        ("is_observing", ctypes.c_int32),
        ("is_recording", ctypes.c_int32),
        ("is_taken", ctypes.c_int32),
        ("n_cells", ctypes.c_int32),
        ("cells", ctypes.c_void_p),
        ("attention", ctypes.c_void_p),
        ("weights", ctypes.c_void_p),
        ("n_weights", ctypes.c_int64),
        ("max_heads", ctypes.c_int64),
        ("n_threads", ctypes.c_int32),
        ("slow", _ggml.EvalCallback),
        ("softmax_name", ctypes.c_char * 64),
        ("key_name", ctypes.c_char * 64),
    )


@cache
def load() -> ctypes.CDLL:
    """Return the compiled library.

    Raises:
        NativeUnavailableError: it was not built here, or does not fit the loaded ggml.
    """
    _ggml.check_abi()
    folder = Path(__file__).resolve().parent
    files = sorted([*folder.glob("_hot.*.so"), *folder.glob("_hot*.pyd"), *folder.glob("_hot.so")])
    if not files:
        raise NativeUnavailableError("it was not compiled when the program was installed")
    try:
        library = ctypes.CDLL(str(files[0]))
        layout = (ctypes.c_int64 * 8)()
        library.sparc_tensor_layout(layout)
        library.sparc_step_size.restype = ctypes.c_int64
        step_layout = library.sparc_step_size()
    except (OSError, AttributeError) as error:
        raise NativeUnavailableError(f"it cannot be loaded: {error}") from error
    tensor = _ggml.GgmlTensor
    expected = [
        ctypes.sizeof(tensor),
        *(getattr(tensor, name).offset for name in ("ne", "op", "src", "data", "name", "view_src")),
        ctypes.sizeof(_ProbeState),
    ]
    if list(layout) != expected:
        raise NativeUnavailableError(f"it lays out tensors as {list(layout)}, not {expected}")
    if step_layout != LAYOUT:
        raise NativeUnavailableError(f"it lays out a step as {step_layout}, not {LAYOUT}")
    bind(library)
    return library


class NativeProbe(AttentionProbe):
    """The eval callback in C; recording, and number types that C does not read, stay in Python.

    Raises:
        NativeUnavailableError: see ``load``.
    """

    def __init__(self, n_threads: int = 1) -> None:
        """Load the library; ``n_threads`` are as many as the model computes with, and the same ones."""
        super().__init__()
        self._library = load()
        self._python_callback = self.callback
        codes = _ggml.op_codes()
        self._state = _ProbeState(
            op_set_rows=codes["SET_ROWS"],
            op_soft_max=codes["SOFT_MAX"],
            op_flash=codes["FLASH_ATTN_EXT"],
            op_copy=codes["CPY"],
            slow=self._python_callback,
            n_threads=n_threads,
        )
        self._buffers: list[npt.NDArray[Any]] = []
        self.callback = ctypes.cast(self._library.sparc_on_node, ctypes.c_void_p)
        self.user_data = ctypes.addressof(self._state)
        self._n_threads = n_threads
        self._step: NativeStep | None = None
        self._store = RowStore()
        self._scratch: npt.NDArray[np.float64] = np.empty(0)

    def start_recording(self) -> None:
        super().start_recording()
        self._state.is_recording = 1

    def stop_recording(self) -> npt.NDArray[np.int64]:
        self._state.is_recording = 0
        return super().stop_recording()

    def observe(self, layer: int, image_cells: npt.NDArray[np.int64]) -> None:
        super().observe(layer, image_cells)
        kv_sizes = [_ggml.tensor_at(values.address).ne[1] for values in self.layers.values()]
        n_kv = max(kv_sizes, default=0)
        cells = np.ascontiguousarray(image_cells, np.int64)
        self._seen = np.zeros(len(cells), np.float32)
        if len(self._scratch) < MAX_HEADS * n_kv:
            # Memory is taken where it is written to, and kept from answer to answer.
            self._scratch = np.empty(MAX_HEADS * n_kv, np.float64)
        self._buffers = [cells, self._seen, self._scratch]
        state = self._state
        state.cells, state.attention, state.weights = (b.ctypes.data for b in self._buffers)
        state.n_cells, state.n_weights, state.max_heads = len(cells), n_kv, MAX_HEADS
        state.softmax_name, state.key_name = self._softmax_name, self._k_name
        state.is_taken, state.is_observing = 0, 1
        if self._step is not None:
            self._step.share(self._seen)

    def make_step(
        self, config: SparcConfig, layers: Sequence[LayerValues], cells: npt.NDArray[np.int64]
    ) -> Step:
        self._step = NativeStep(self._library, config, layers, cells, self._n_threads, self._store)
        return self._step

    def set_threads(self, n_threads: int) -> None:
        # OpenMP would make new threads each time if ggml and this code wanted different numbers.
        self._n_threads = self._state.n_threads = n_threads
        if self._step is not None:
            self._step.set_threads(n_threads)

    def stop_observing(self) -> None:
        self._state.is_observing = self._state.is_recording = 0
        super().stop_observing()

    def take(self) -> Floats:
        if self._state.is_taken:
            self._state.is_taken = 0
            if self._error is None:
                return self._seen
        return super().take()
