"""What llama.cpp's eval callback shows: where image tokens lie in the KV cache, and who looks at them.

ggml's scheduler asks about every graph node before it is computed and, where the answer was yes, calls
again after it (ggml/src/ggml-backend.cpp). An exception cannot cross that boundary: it is kept, the
callback goes on saying yes so that the graph is not silently cut short, and the caller raises it after
``llama_decode``.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sparc_ggml import _ggml
from sparc_ggml.config import SparcConfig
from sparc_ggml.errors import SparcError
from sparc_ggml.recalibration import Floats
from sparc_ggml.step import PythonStep, Step
from sparc_ggml.value_cache import LayerValues

_CACHE_NAME = re.compile(rb"^cache_([kv])_l(\d+)$")


class ObservationError(SparcError, RuntimeError):
    """The model's attention cannot be observed; the message says why."""


class AttentionProbe:
    """The eval callback of one llama.cpp context.

    It can record where tokens are written (during the picture's prefill), and observe one layer's attention of the
    newest token (from the last prompt token on).

    Attributes:
        layers: V caches by layer number, filled while cells are recorded.
        on_new_tensor: called with the address of each K and V tensor in which a cell is one row, when it is first
            recorded and before it is written to.
        callback: the ctypes function for ``llama_context_params.cb_eval``; keep this object alive with the context.
        user_data: the address for ``cb_eval_user_data``.
    """

    def __init__(self) -> None:
        codes = _ggml.op_codes()
        self._set_rows = codes["SET_ROWS"]
        self._soft_max = codes["SOFT_MAX"]
        self._flash = codes["FLASH_ATTN_EXT"]
        self._copy = codes["CPY"]
        self._is_recording = False
        self._cells: dict[int, list[npt.NDArray[np.int64]]] = {}
        self.layers: dict[int, LayerValues] = {}
        self.on_new_tensor: Callable[[int], None] | None = None
        self._row_tensors: set[int] = set()
        self._layer = -1
        self._softmax_name = b""
        self._k_name = b""
        self._image_cells: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._attention: Floats | None = None
        self._error: BaseException | None = None
        self.callback: Any = _ggml.make_eval_callback(self._on_node)
        self.user_data: int | None = None

    def attach(self, context_params: Any) -> None:
        """Make this the eval callback of the context that is made of these ``llama_context_params``."""
        context_params.cb_eval = ctypes.cast(self.callback, type(context_params.cb_eval))
        context_params.cb_eval_user_data = self.user_data

    def start_recording(self) -> None:
        """Record the KV cell of every token that is written from now on."""
        self._cells, self._is_recording = {}, True

    def stop_recording(self) -> npt.NDArray[np.int64]:
        """Return the cells of all tokens written since ``start_recording``, in order, shape (n_tokens,).

        Raises:
            ObservationError: the model writes no known K cache (recurrent models), or its layers keep a token in
                different cells (sliding windows).
        """
        self._is_recording = False
        self._raise_error()
        cells = [np.concatenate(parts) for parts in self._cells.values()]
        if not cells:
            raise ObservationError("the model keeps no attention cache")
        if any(not np.array_equal(cells[0], other) for other in cells):
            raise ObservationError("the model's layers keep a token in different places")
        return cells[0]

    def observe(self, layer: int, image_cells: npt.NDArray[np.int64]) -> None:
        """Observe the attention that the newest token pays to ``image_cells`` at ``layer`` from now on."""
        self._layer, self._image_cells = layer, image_cells
        self._softmax_name = b"kq_soft_max-%d" % layer
        self._k_name = b"cache_k_l%d" % layer
        self._attention = None

    def make_step(
        self, config: SparcConfig, layers: Sequence[LayerValues], cells: npt.NDArray[np.int64]
    ) -> Step:
        """Return the state of one answer, Python or compiled as this probe is.

        Raises:
            UnsupportedCacheError: a layer's V cache cannot be scaled.
        """
        return PythonStep(config, layers, cells)

    def set_threads(self, n_threads: int) -> None:
        """Compute with as many threads as the model from now on; Python computes with one."""

    def stop_observing(self) -> None:
        """Refuse every node again."""
        self._layer, self._attention, self._is_recording = -1, None, False

    def take(self) -> Floats:
        """Return the last token's attention, mean over heads, shape (n_image,); the next token may overwrite it.

        Raises:
            ObservationError: the layer's attention was not in the graph, or reading it failed.
        """
        self._raise_error()
        attention, self._attention = self._attention, None
        if attention is None:
            raise ObservationError(f"layer {self._layer} has no attention that can be observed")
        return attention

    def _raise_error(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise ObservationError(f"reading the attention failed: {error}") from error

    def _on_node(self, address: int, is_asking: bool) -> bool:
        try:
            if is_asking:
                return self._ask(address)
            if self._layer >= 0:
                self._read(address)
        except Exception as error:  # noqa: BLE001 - nothing may cross llama.cpp; take() raises it
            self._error = self._error or error
        return True

    def _ask(self, address: int) -> bool:
        op = _ggml.op_at(address)
        if self._layer >= 0:
            if op == self._soft_max:
                return _ggml.name_at(address) == self._softmax_name
            if op == self._flash:
                key = _ggml.tensor_at(address).src[1]
                return bool(key) and _ggml.name_at(self._cache_behind(key)) == self._k_name
        if self._is_recording and op == self._set_rows:
            self._record(address)
        return False

    def _cache_behind(self, address: int) -> int:
        """Return the cache that K comes of; of single precision a copy in half precision is handed over."""
        root = _ggml.root_at(address)
        while _ggml.op_at(root) == self._copy:
            root = _ggml.root_at(_ggml.tensor_at(root).src[0])
        return root

    def _record(self, address: int) -> None:
        node = _ggml.tensor_at(address)
        root = _ggml.root_at(address)
        match = _CACHE_NAME.match(_ggml.name_at(root))
        if match is None:
            return
        layer = int(match[2])
        is_transposed = match[1] == b"v" and node.ne[0] == 1
        if not is_transposed and root not in self._row_tensors:
            self._row_tensors.add(root)
            if self.on_new_tensor is not None:
                self.on_new_tensor(root)
        if match[1] == b"v":
            self.layers[layer] = LayerValues(root, is_transposed)
        else:
            # An input leaf, filled before the graph runs: it can be read when the node is only asked about.
            indices = _ggml.as_array(_ggml.tensor_at(node.src[1])).reshape(-1)
            self._cells.setdefault(layer, []).append(indices.astype(np.int64))

    def _read(self, address: int) -> None:
        node = _ggml.tensor_at(address)
        if node.op == self._soft_max:
            probabilities = _ggml.as_array(node)[0, :, -1, :]
        else:
            probabilities = flash_attention_probabilities(node)
        # In double, so that the compiled path, which adds in another order, rounds to the same float.
        mean = probabilities[:, self._image_cells].mean(axis=0, dtype=np.float64)
        self._attention = mean.astype(np.float32)


def host_range(address: int) -> tuple[int, int]:
    """Return where a tensor's data begins in this process's memory, and its bytes; 0 bytes where it lies elsewhere."""
    tensor = _ggml.tensor_at(address)
    return (tensor.data, tensor.nb[3]) if _ggml.is_host(tensor) else (0, 0)


def flash_attention_probabilities(node: Any) -> npt.NDArray[np.float64]:
    """Redo the softmax that a FLASH_ATTN_EXT node fuses away, for its last query.

    Args:
        node: the tensor; its sources are q (n_embd_head, n_q, n_head), k (n_embd_head, n_kv,
            n_head_kv), v and the mask, in ggml's order of dimensions.

    Returns:
        Probabilities, shape (n_head, n_kv).

    Raises:
        TypeError: K has a number type that is not f16, bf16, f32 or q8_0.
    """
    q_tensor, k_tensor = _ggml.tensor_at(node.src[0]), _ggml.tensor_at(node.src[1])
    scale, max_bias, softcap = (ctypes.c_float * 3).from_buffer(node.op_params)
    if max_bias != 0.0 or node.src[4]:
        raise TypeError("attention with ALiBi or with sinks cannot be observed")
    query = _ggml.as_array(q_tensor)[0, :, -1, :].astype(np.float64)
    key = _keys(k_tensor).astype(np.float64)
    n_head, n_head_kv = len(query), len(key)
    grouped = query.reshape(n_head_kv, n_head // n_head_kv, -1)
    logits = np.matmul(grouped, key.transpose(0, 2, 1)).reshape(n_head, -1) * scale
    if softcap != 0.0:
        logits = softcap * np.tanh(logits / softcap)
    if node.src[3]:
        mask = _ggml.as_array(_ggml.tensor_at(node.src[3]))[0, 0]
        last = q_tensor.ne[1] - 1
        logits = logits + mask[last, : logits.shape[1]].astype(np.float64)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float64)


def _keys(tensor: _ggml.GgmlTensor) -> Floats:
    """Return K as float32, shape (n_head_kv, n_kv, n_embd_head)."""
    if tensor.type == _ggml.GGML_TYPE_F16:
        return _ggml.half_to_float(_ggml.as_array(tensor)[0])
    if tensor.type == _ggml.GGML_TYPE_F32:
        return np.asarray(_ggml.as_array(tensor)[0], np.float32)
    if tensor.type == _ggml.GGML_TYPE_BF16:
        return np.asarray((_ggml.as_array(tensor)[0].astype(np.uint32) << 16).view(np.float32))
    if tensor.type == _ggml.GGML_TYPE_Q8_0:
        return _ggml.q8_0_to_float(tensor)
    raise TypeError(f"K has number type {tensor.type}, which is not one of f16, bf16, f32, q8_0")
