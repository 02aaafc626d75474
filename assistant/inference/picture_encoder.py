"""Pictures to image tokens, through mtmd (llama.cpp's tools/mtmd), as LLaVA was trained to see them."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as llama
from llama_cpp import mtmd_cpp as mtmd

from assistant import messages
from assistant.core.events import ImageRgb
from assistant.errors import InferenceError, ModelError
from assistant.inference.gguf.mmproj import Projector
from assistant.inference.llama import LanguageModel
from assistant.inference.options import EngineOptions
from assistant.inference.prompts import MEDIA_MARKER
from assistant.system import processor
from sparc_ggml.clip_order import ClipOrder, ClipOrderError
from sparc_ggml.errors import SparcError

_TEXT_CHUNK = 0
"""``MTMD_INPUT_CHUNK_TYPE_TEXT``"""


@dataclass(frozen=True)
class TextChunk:
    """A run of prompt tokens."""

    tokens: tuple[int, ...]


@dataclass(frozen=True)
class ImageChunk:
    """A run of image tokens; ``handle`` is valid while its ``Prompt`` is open."""

    n_tokens: int
    handle: Any


class Prompt:
    """A tokenised prompt, a context manager that owns mtmd's chunks.

    Attributes:
        chunks: text and image chunks in order.
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self.chunks: list[TextChunk | ImageChunk] = []
        for i in range(mtmd.mtmd_input_chunks_size(handle)):
            chunk = mtmd.mtmd_input_chunks_get(handle, i)
            if mtmd.mtmd_input_chunk_get_type(chunk) == _TEXT_CHUNK:
                count = ctypes.c_size_t()
                tokens = mtmd.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(count))
                self.chunks.append(TextChunk(tuple(tokens[: count.value]) if tokens else ()))
            else:
                self.chunks.append(ImageChunk(mtmd.mtmd_input_chunk_get_n_tokens(chunk), chunk))

    def __enter__(self) -> Prompt:
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle:
            mtmd.mtmd_input_chunks_free(self._handle)
            self._handle = None

    @property
    def n_tokens(self) -> int:
        """All tokens, the picture's included."""
        return sum(c.n_tokens if isinstance(c, ImageChunk) else len(c.tokens) for c in self.chunks)


class PictureEncoder:
    """The vision tower and projector of one LLaVA."""

    def __init__(
        self,
        options: EngineOptions,
        projector: Projector,
        model: LanguageModel,
        is_cancelled: Callable[[], bool],
    ) -> None:
        """Loads the projector file.

        Raises:
            ModelError: it cannot be loaded, does not fit the language model, or is of a kind not supported.
        """
        self._stack = ExitStack()
        self._model = model
        self._projector = projector
        self._is_cancelled = is_cancelled
        self._order: ClipOrder | None = None
        # An unknown build of llama.cpp cannot be corrected from outside; ``--json`` then lists no correction.
        with contextlib.suppress(SparcError):
            self._order = ClipOrder(is_cancelled, is_enabled=options.corrects_pictures)
        params = mtmd.mtmd_context_params_default()
        params.use_gpu = False
        params.print_timings = False
        params.warmup = False
        params.n_threads = options.n_threads or processor.physical_cores()
        params.media_marker = MEDIA_MARKER.encode()
        if self._order is not None:
            params.cb_eval = ctypes.cast(
                self._order.callback, llama.ggml_backend_sched_eval_callback
            )
        self._context = mtmd.mtmd_init_from_file(str(projector.path).encode(), model.model, params)
        if not self._context:
            raise ModelError(
                messages.mmproj_unfit(options.mmproj_path.name, options.model_path.name),
                messages.MMPROJ_UNFIT_HINT,
            )
        self._stack.callback(mtmd.mtmd_free, self._context)
        if not mtmd.mtmd_support_vision(self._context):
            raise ModelError(
                messages.mmproj_not_for_pictures(options.mmproj_path.name),
                messages.MMPROJ_NOT_FOR_PICTURES_HINT,
            )
        if mtmd.mtmd_decode_use_mrope(self._context) or mtmd.mtmd_decode_use_non_causal(
            self._context, None
        ):
            raise ModelError(messages.KIND_UNSUPPORTED, messages.KIND_UNSUPPORTED_HINT)

    def tokenize(self, prompt: str, image_rgb: ImageRgb, is_encoded: bool = False) -> Prompt:
        """Splits a prompt around its picture; the caller closes the result.

        Args:
            prompt: text with ``MEDIA_MARKER`` once.
            image_rgb: shape (height, width, 3), uint8.
            is_encoded: the picture's embeddings are known, so that only its number of tokens is wanted.

        Raises:
            InferenceError: mtmd refuses the prompt or the picture.
        """
        if is_encoded and self._projector.has_fixed_size:
            pixels = self._projector.blank()
        else:
            pixels = np.ascontiguousarray(self._projector.prepare(image_rgb))
        height, width = pixels.shape[:2]
        data = pixels.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        bitmap = mtmd.mtmd_bitmap_init(width, height, data)
        chunks = mtmd.mtmd_input_chunks_init()
        try:
            encoded = prompt.encode()
            text = mtmd.mtmd_input_text(
                text=encoded, text_len=len(encoded), add_special=True, parse_special=True
            )
            bitmaps = (mtmd.mtmd_bitmap_p_ctypes * 1)(bitmap)
            status = mtmd.mtmd_tokenize(self._context, chunks, ctypes.byref(text), bitmaps, 1)
        finally:
            mtmd.mtmd_bitmap_free(bitmap)
        result = Prompt(chunks)
        if status != 0:
            result.__exit__()
            raise InferenceError(messages.PICTURE_REFUSED, messages.ANOTHER_PICTURE_HINT)
        return result

    def encode(self, chunk: ImageChunk) -> npt.NDArray[np.float32] | None:
        """Image embeddings in the language model's space, shape (n_tokens, n_embd); ``None`` if cancelled.

        Raises:
            InferenceError: the encoder failed, or the patches could not be put in order.
        """
        if self._order is not None:
            self._order.start()
        status = mtmd.mtmd_encode_chunk(self._context, chunk.handle)
        if self._is_cancelled():
            return None
        if self._order is not None:
            try:
                self._order.finish()
            except ClipOrderError as error:
                raise InferenceError(messages.PICTURE_NOT_ENCODED, messages.VERBOSE_HINT) from error
        pointer = mtmd.mtmd_get_output_embd(self._context)
        if status != 0 or not pointer:
            raise InferenceError(messages.PICTURE_NOT_ENCODED, messages.VERBOSE_HINT)
        return np.ctypeslib.as_array(pointer, (chunk.n_tokens, self._model.n_embd)).copy()

    @property
    def is_order_corrected(self) -> bool:
        """Whether the last picture's class token and patches had to be put in order, and were."""
        return self._order is not None and self._order.is_active

    def close(self) -> None:
        """Frees everything; idempotent."""
        self._stack.close()
