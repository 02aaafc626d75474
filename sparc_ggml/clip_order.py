"""Puts LLaVA's class token and patch positions right while llama.cpp encodes a picture.

llama.cpp's graph for CLIP-based LLaVA (tools/mtmd/models/llava.cpp) appends the class embedding AFTER the
patches but fills ``positions`` with 0..n and ``patches`` with 1..n as if it came first
(ggml-org/llama.cpp#25814): every patch gets its neighbour's position, patch 0 is lost, and the class token
is handed to the language model. An eval callback on the mtmd context overwrites both inputs before they
are used: ``positions = [1, ..., n, 0]``, ``patches = [0, ..., n - 1]``. It does so only where the graph's
CONCAT really has the class embedding second, so that a fixed llama.cpp is left alone.

InternVL's graph (tools/mtmd/models/internvl.cpp) appends the class embedding likewise, and adds the whole table of
positions, the class token's first: there the table itself is turned round by one row, once. Llama 4 really has its
class token last, so the caller says which file wants it.

The same callback lets an encode be cancelled between two layers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sparc_ggml import _ggml
from sparc_ggml.errors import SparcError

CORRECTION_NAME = "clip_order"


class ClipOrderError(SparcError, RuntimeError):
    """The picture could not be encoded the right way; the message says why."""


class ClipOrder:
    """The eval callback of one mtmd context.

    Attributes:
        is_active: whether the last encode had the defect and was put right.
        callback: the ctypes function for ``mtmd_context_params.cb_eval``; keep this object alive with the context.
    """

    def __init__(
        self,
        is_cancelled: Callable[[], bool] = lambda: False,
        *,
        is_enabled: bool = True,
        turns_table: bool = False,
    ) -> None:
        """Prepare the callback.

        Args:
            is_cancelled: asked between two layers; true ends the encode early, whose result is then void.
            is_enabled: false leaves llama.cpp's encoding as it is, for comparison.
            turns_table: whether the file's table of positions has the class token first, and is added whole (InternVL).
        """
        codes = _ggml.op_codes()
        self._concat, self._get_rows = codes["CONCAT"], codes["GET_ROWS"]
        self._add, self._repeat = codes["ADD"], codes["REPEAT"]
        self._is_cancelled = is_cancelled
        self._is_enabled = is_enabled
        self._turns_table, self._is_table_turned = turns_table, False
        self._has_class_last = False
        self._written: set[bytes] = set()
        self._error: BaseException | None = None
        self.is_active = False
        self.callback = _ggml.make_eval_callback(self._on_node)

    def start(self) -> None:
        """Call before each encode."""
        self._has_class_last, self.is_active, self._error = False, False, None
        self._written.clear()

    def finish(self) -> None:
        """Call after each encode.

        Raises:
            ClipOrderError: the correction failed, or only half of it applied.
        """
        if self._error is not None:
            raise ClipOrderError(
                f"putting the picture's patches in order failed: {self._error}"
            ) from self._error
        if self._written and self._written != {b"positions", b"patches"}:
            raise ClipOrderError("only half of the picture's order could be put right")
        self.is_active = bool(self._written) or (self._has_class_last and self._is_table_turned)

    def _on_node(self, address: int, is_asking: bool) -> bool:
        try:
            if not is_asking:
                return not self._is_cancelled()
            op = _ggml.op_at(address)
            if op == self._concat:
                second = _ggml.tensor_at(address).src[1]
                if _ggml.op_at(second) == self._repeat:
                    second = _ggml.tensor_at(second).src[0]
                self._has_class_last = _ggml.name_at(second) == b"v.class_embd"
            elif op == self._add and self._turns_table and self._has_class_last:
                self._turn_table(_ggml.tensor_at(address).src[1])
            elif op == self._get_rows and self._has_class_last and self._is_enabled:
                self._put_right(_ggml.tensor_at(address).src[1])
            # One stop a layer is enough to be cancelled soon, and costs one synchronisation each.
            return _ggml.name_at(address).startswith(b"layer_out")
        except Exception as error:  # noqa: BLE001 - nothing may cross llama.cpp; finish() raises it
            self._error = self._error or error
            return True

    def _turn_table(self, table: int) -> None:
        is_due = self._is_enabled and not self._is_table_turned
        if is_due and _ggml.name_at(table) == b"v.position_embd.weight":
            rows = _ggml.as_array(_ggml.tensor_at(table))
            _ggml.set_tensor(table, np.roll(rows, -1, axis=-2))
            self._is_table_turned = True

    def _put_right(self, leaf: int) -> None:
        name, tensor = _ggml.name_at(leaf), _ggml.tensor_at(leaf)
        if tensor.type != _ggml.GGML_TYPE_I32:
            return
        n = tensor.ne[0]
        if name == b"positions":
            _ggml.set_tensor(leaf, np.roll(np.arange(n, dtype=np.int32), -1))
        elif name == b"patches":
            _ggml.set_tensor(leaf, np.arange(n, dtype=np.int32))
        else:
            return
        self._written.add(name)
