"""The compiled hot path, where it could be built: the same contract as the Python one, at next to no cost.

``hot.c`` is built with the package when there is a C compiler. Nothing is guessed: if the file is missing, or
its picture of ggml's tensor differs from the checked one, ``load`` says why and Python does the work.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sparc_ggml import _ggml
from sparc_ggml.eval_callback import AttentionProbe
from sparc_ggml.recalibration import Floats, Indices


class NativeUnavailableError(RuntimeError):
    """The compiled hot path cannot be used; the message says why."""


class _ProbeState(ctypes.Structure):
    """Mirror of ``struct probe`` in hot.c."""

    _fields_ = (
        ("op_set_rows", ctypes.c_int32),
        ("op_soft_max", ctypes.c_int32),
        ("op_flash", ctypes.c_int32),
        ("is_observing", ctypes.c_int32),
        ("is_recording", ctypes.c_int32),
        ("is_taken", ctypes.c_int32),
        ("n_cells", ctypes.c_int32),
        ("cells", ctypes.c_void_p),
        ("attention", ctypes.c_void_p),
        ("weights", ctypes.c_void_p),
        ("n_weights", ctypes.c_int64),
        ("slow", _ggml.EvalCallback),
        ("softmax_name", ctypes.c_char * 64),
        ("key_name", ctypes.c_char * 64),
    )


@cache
def load() -> ctypes.CDLL:
    """The compiled library.

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
    i64, pointer = ctypes.c_int64, ctypes.c_void_p
    library.sparc_scale_rows.restype = ctypes.c_int32
    library.sparc_scale_rows.argtypes = [
        ctypes.c_int32, pointer, i64, i64, pointer, pointer, i64, pointer, pointer, i64, i64,
    ]  # fmt: skip
    return library


class NativeProbe(AttentionProbe):
    """The eval callback in C; recording, and number types that C does not read, stay in Python.

    Raises:
        NativeUnavailableError: see ``load``.
    """

    def __init__(self) -> None:
        super().__init__()
        self._library = load()
        self._python_callback = self.callback
        codes = _ggml.op_codes()
        self._state = _ProbeState(
            op_set_rows=codes["SET_ROWS"],
            op_soft_max=codes["SOFT_MAX"],
            op_flash=codes["FLASH_ATTN_EXT"],
            slow=self._python_callback,
        )
        self._buffers: list[npt.NDArray[Any]] = []
        self.callback = ctypes.cast(self._library.sparc_on_node, ctypes.c_void_p)
        self.user_data = ctypes.addressof(self._state)
        self.row_scaler = NativeRowScaler()

    def start_recording(self) -> None:
        """As ``AttentionProbe``."""
        super().start_recording()
        self._state.is_recording = 1

    def stop_recording(self) -> npt.NDArray[np.int64]:
        """As ``AttentionProbe``."""
        self._state.is_recording = 0
        return super().stop_recording()

    def observe(self, layer: int, image_cells: npt.NDArray[np.int64]) -> None:
        """As ``AttentionProbe``."""
        super().observe(layer, image_cells)
        kv_sizes = [_ggml.tensor_at(values.address).ne[1] for values in self.layers.values()]
        n_kv = max(kv_sizes, default=0)
        cells = np.ascontiguousarray(image_cells, np.int64)
        self._seen = np.zeros(len(cells), np.float32)
        scratch = np.zeros(n_kv + len(cells), np.float64)
        self._buffers = [cells, self._seen, scratch]
        state = self._state
        state.cells, state.attention, state.weights = (b.ctypes.data for b in self._buffers)
        state.n_cells, state.n_weights = len(cells), n_kv
        state.softmax_name, state.key_name = self._softmax_name, self._k_name
        state.is_taken, state.is_observing = 0, 1

    def stop_observing(self) -> None:
        """As ``AttentionProbe``."""
        self._state.is_observing = self._state.is_recording = 0
        super().stop_observing()

    def take(self) -> Floats:
        """As ``AttentionProbe``."""
        if self._state.is_taken:
            self._state.is_taken = 0
            self._attention = self._seen.copy()
        return super().take()


class NativeRowScaler:
    """``value_cache.scale_rows`` in C."""

    def __init__(self) -> None:
        """Raises NativeUnavailableError: see ``load``."""
        self._library = load()

    def __call__(
        self,
        kind: int,
        rows: npt.NDArray[Any],
        cells: npt.NDArray[np.int64],
        saved: npt.NDArray[Any],
        indices: Indices,
        gain: npt.NDArray[np.float64],
    ) -> None:
        """As ``value_cache.scale_rows``."""
        status = self._library.sparc_scale_rows(
            kind,
            rows.ctypes.data,
            rows.strides[0],
            rows.strides[1],
            cells.ctypes.data,
            saved.ctypes.data,
            saved.strides[0],
            indices.ctypes.data,
            gain.ctypes.data,
            len(indices),
            rows.shape[1],
        )
        if status != 0:
            raise TypeError(f"V has number type {kind}, which the compiled path does not know")
