"""llama.cpp's model and context, through its low-level API: ``llama_cpp.Llama`` offers no eval callback.

Source: llama.cpp's ``include/llama.h``.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp

from assistant import messages
from assistant.errors import InferenceError, ModelError
from assistant.inference import native_log
from assistant.inference.gguf.memory_need import DEFAULT_N_CTX, Plan
from assistant.inference.load_refusal import explain_refusal
from assistant.inference.options import EngineOptions
from assistant.inference.vocabulary import Vocabulary
from assistant.system import processor
from assistant.system.pages import releasing
from sparc_ggml.eval_callback import AttentionProbe

KV_TYPES = {"f32": 0, "f16": 1, "q8_0": 8, "bf16": 30}
_FLASH_ATTN = {"off": 0, "on": 1, "auto": 1}
_ABORTED = 2
"""``llama_decode``: the abort callback ended it."""
_NO_SLOT = 1
"""``llama_decode``: no free cells."""


class DecodeAborted(Exception):
    """The answer was cancelled while llama.cpp was computing."""


class ContextFull(Exception):
    """No cell is left in the KV cache."""


@dataclass(frozen=True)
class Past:
    """How far the KV cache is filled.

    Attributes:
        n_cells: cells that are taken.
        pos: position of what comes next: ``n_cells``, but less with M-RoPE, where a picture's tokens share positions.
    """

    n_cells: int = 0
    pos: int = 0

    def plus(self, n_cells: int, n_pos: int | None = None) -> Past:
        """Return what it is after so many more cells, which take as many positions unless ``n_pos`` is given."""
        return Past(self.n_cells + n_cells, self.pos + (n_cells if n_pos is None else n_pos))


def _overrides(metadata: Mapping[str, str]) -> Any:
    """Return llama.cpp's list of metadata to take instead; an empty row ends it."""
    rows = (llama_cpp.llama_model_kv_override * (len(metadata) + 1))()
    for row, (key, text) in zip(rows, metadata.items(), strict=False):
        row.tag = llama_cpp.LLAMA_KV_OVERRIDE_TYPE_STR
        row.key = key.encode()
        row.value.val_str = text.encode()
    return rows


class LanguageModel:
    """A GGUF language model with one context; cells hold one sequence.

    Attributes:
        vocabulary: its tokens.
        can_trim: whether single tokens can be forgotten again; a recurrent model can only forget all.
        unsteerable_reason: why attention cannot be steered in this model, or an empty string.
    """

    def __init__(
        self,
        options: EngineOptions,
        probe: AttentionProbe | None,
        plan: Plan | None = None,
        metadata: Mapping[str, str] = MappingProxyType({}),
        on_weights: Callable[[LanguageModel], None] = lambda _model: None,
    ) -> None:
        """Load the model and make its context.

        ``metadata`` is taken instead of the file's own, by key; ``on_weights`` is called between weights and context.

        Raises:
            ModelError: llama.cpp refuses the file, or there is not enough memory for the context.
        """
        plan = plan or Plan(DEFAULT_N_CTX, "f16")
        self._stack = ExitStack()
        llama_cpp.llama_backend_init()
        params = llama_cpp.llama_model_default_params()
        params.n_gpu_layers = 0
        params.use_mmap = True
        params.use_mlock = options.locks_memory
        params.use_extra_bufts = plan.repacks and not (options.is_safe_mode or processor.has_amx())
        overrides = _overrides(metadata)  # alive until the model is loaded
        params.kv_overrides = overrides
        on_progress = llama_cpp.llama_progress_callback(releasing(options.model_path))
        if params.use_extra_bufts and not options.locks_memory:
            params.progress_callback = on_progress
        self.model = llama_cpp.llama_model_load_from_file(str(options.model_path).encode(), params)
        if not self.model:
            refused = messages.model_unloadable(options.model_path.name)
            raise explain_refusal(refused, native_log.take_errors())
        self._stack.callback(llama_cpp.llama_model_free, self.model)
        self.vocabulary = Vocabulary(self.model)
        self.n_layer = llama_cpp.llama_model_n_layer(self.model)
        self.n_embd_inp = llama_cpp.llama_model_n_embd_inp(self.model)
        self.n_ctx_train = llama_cpp.llama_model_n_ctx_train(self.model)
        self.n_batch = options.n_batch or processor.SMALL_BATCH
        self._n_wanted = self._n_limit = options.n_threads or processor.physical_cores()
        self.can_trim = not (
            llama_cpp.llama_model_is_recurrent(self.model)
            or llama_cpp.llama_model_is_hybrid(self.model)
        )
        # A hybrid's attention layers can be steered.
        is_recurrent = llama_cpp.llama_model_is_recurrent(self.model)
        self.unsteerable_reason = messages.UNSTEERED_RECURRENT if is_recurrent else ""
        on_weights(self)
        self.context = self._make_context(options, probe, plan)
        self._stack.callback(llama_cpp.llama_free, self.context)
        self.n_ctx = llama_cpp.llama_n_ctx(self.context)
        self._memory = llama_cpp.llama_get_memory(self.context)
        self._tokens = llama_cpp.llama_batch_init(self.n_batch, 0, 1)
        self._stack.callback(llama_cpp.llama_batch_free, self._tokens)
        self._embeddings = llama_cpp.llama_batch_init(self.n_batch, self.n_embd_inp, 1)
        # By its address: the field itself changes with each batch.
        positions = ctypes.cast(self._embeddings.pos, ctypes.c_void_p).value
        self._stack.callback(self._free_embeddings, positions)
        self._abort: Any = None

    def _make_context(
        self, options: EngineOptions, probe: AttentionProbe | None, plan: Plan
    ) -> Any:
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = min(plan.n_ctx, self.n_ctx_train or plan.n_ctx)
        params.n_batch = params.n_ubatch = self.n_batch
        params.n_seq_max = 1
        # With a sliding window a token has the same cell in all layers only so.
        params.swa_full = True
        params.n_threads = params.n_threads_batch = self._n_limit
        params.flash_attn_type = _FLASH_ATTN[options.flash_attn]
        params.type_k = params.type_v = KV_TYPES[plan.kv_type]
        params.no_perf = True
        if probe is not None:
            probe.attach(params)
        context = llama_cpp.llama_init_from_model(self.model, params)
        if not context:
            raise ModelError(messages.CONTEXT_IMPOSSIBLE, messages.CONTEXT_IMPOSSIBLE_HINT)
        return context

    def set_threads(self, n_threads: int) -> None:
        """Set the threads for single tokens; whole batches keep all of them."""
        self._n_wanted = n_threads
        self._apply_threads()

    def limit_threads(self, n_threads: int) -> None:
        """Use no more threads than these from the next ``decode`` on, for whole batches too."""
        if n_threads != self._n_limit:
            self._n_limit = n_threads
            self._apply_threads()

    @property
    def n_threads(self) -> int:
        """Threads that compute a single token now."""
        return min(self._n_wanted, self._n_limit)

    def _apply_threads(self) -> None:
        llama_cpp.llama_set_n_threads(self.context, self.n_threads, self._n_limit)

    def set_abort(self, is_cancelled: Callable[[], bool] | None) -> None:
        """While set, a true answer ends the running ``decode`` between two graph nodes."""
        callback_type = llama_cpp.ggml_abort_callback
        self._abort = (
            callback_type(lambda _data: is_cancelled()) if is_cancelled else callback_type()
        )
        llama_cpp.llama_set_abort_callback(self.context, self._abort, None)

    def decode_tokens(self, tokens: Sequence[int], past: Past) -> None:
        """Feed at most ``n_batch`` tokens; the last one's logits are kept.

        Raises:
            DecodeAborted: cancelled.
            ContextFull: no cell is left.
            InferenceError: llama.cpp failed.
        """
        batch, n = self._tokens, len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i] = token
        for i in range(n):
            batch.pos[i] = past.pos + i
        self._decode(batch, n, past, has_logits=True)

    def decode_embeddings(
        self,
        embeddings: npt.NDArray[np.float32],
        positions: npt.NDArray[np.int32],
        past: Past,
        *,
        is_causal: bool = True,
    ) -> None:
        """Feed at most ``n_batch`` image embeddings; raises what ``decode_tokens`` does.

        Args:
            embeddings: shape (n, n_embd_inp).
            positions: shape (1, n), with M-RoPE (4, n).
            past: what the cache holds before them.
            is_causal: whether each sees only those before it.
        """
        source = np.ascontiguousarray(embeddings, np.float32)
        ctypes.memmove(self._embeddings.embd, source.ctypes.data, source.nbytes)
        places = np.ascontiguousarray(positions, np.int32)
        self._embeddings.pos = places.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_pos))
        if is_causal:
            self._decode(self._embeddings, len(source), past, has_logits=False)
            return
        llama_cpp.llama_set_causal_attn(self.context, False)
        try:
            self._decode(self._embeddings, len(source), past, has_logits=False)
        finally:
            llama_cpp.llama_set_causal_attn(self.context, True)

    def _free_embeddings(self, positions: int | None) -> None:
        address = ctypes.c_void_p(positions)
        self._embeddings.pos = ctypes.cast(address, ctypes.POINTER(llama_cpp.llama_pos))
        llama_cpp.llama_batch_free(self._embeddings)

    def _decode(self, batch: Any, n: int, past: Past, *, has_logits: bool) -> None:
        if past.n_cells + n > self.n_ctx:
            raise ContextFull
        batch.n_tokens = n
        for i in range(n):
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = 0
            batch.logits[i] = has_logits and i == n - 1
        status = llama_cpp.llama_decode(self.context, batch)
        if status == _ABORTED:
            raise DecodeAborted
        if status == _NO_SLOT:
            raise ContextFull
        if status != 0:
            raise InferenceError(messages.decode_failed(status), messages.VERBOSE_HINT)

    def logits(self) -> npt.NDArray[np.float32]:
        """Return the last token's logits, shape (n_vocab,); a view that the next decode overwrites."""
        pointer = llama_cpp.llama_get_logits_ith(self.context, -1)
        if not pointer:
            raise InferenceError(messages.NO_LOGITS, messages.VERBOSE_HINT)
        return np.ctypeslib.as_array(pointer, (self.vocabulary.n_vocab,))

    def trim(self, pos: int) -> bool:
        """Forget every cell from position ``pos`` on; return False if the model could only forget all."""
        if pos > 0 and llama_cpp.llama_memory_seq_rm(self._memory, 0, pos, -1):
            return True
        llama_cpp.llama_memory_clear(self._memory, False)
        return pos <= 0

    def chat_template(self) -> str | None:
        """Return the Jinja template in the GGUF's metadata, if there is one."""
        text = llama_cpp.llama_model_chat_template(self.model, None)
        return text.decode("utf-8", "replace") if text else None

    def close(self) -> None:
        """Free the context and the model; idempotent."""
        self._stack.close()
