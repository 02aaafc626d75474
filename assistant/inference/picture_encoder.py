"""Pictures to image tokens, through mtmd (llama.cpp's tools/mtmd), as LLaVA was trained to see them."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as llama
from llama_cpp import mtmd_cpp as mtmd

from assistant import messages
from assistant.core.events import ImageRgb
from assistant.errors import InferenceError, ModelError
from assistant.inference import native_log
from assistant.inference.chat_templates import MEDIA_MARKER
from assistant.inference.gguf.mmproj import Projector
from assistant.inference.llama import LanguageModel
from assistant.inference.load_refusal import explain_refusal
from assistant.inference.options import EngineOptions
from assistant.system import processor
from sparc_ggml.clip_order import ClipOrder, ClipOrderError
from sparc_ggml.errors import SparcError

_TEXT_CHUNK = 0
"""``MTMD_INPUT_CHUNK_TYPE_TEXT``"""


@dataclass(frozen=True)
class Chunk:
    """A run of a prompt's ``tokens``, or of image tokens; mtmd's ``handle`` is valid while the ``Prompt`` is open.

    Attributes:
        n_pos: positions that it takes; fewer than its tokens in a model with M-RoPE.
        grid: columns and rows of image tokens; (0, 0) of text.
        tiles: pictures that are encoded one by one and put together (LLaVA-1.6); none where mtmd does it all.
        size: width and height of the picture that was cut into them, in px.
    """

    n_tokens: int
    n_pos: int
    is_image: bool
    tokens: tuple[int, ...]
    grid: tuple[int, int]
    handle: Any
    tiles: tuple[ImageRgb, ...] = ()
    size: tuple[int, int] = (0, 0)


class Prompt:
    """A tokenised prompt: its text and image chunks in order; owns mtmd's chunks; a context manager."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self.chunks: list[Chunk] = []
        for i in range(mtmd.mtmd_input_chunks_size(handle)):
            chunk, tokens = mtmd.mtmd_input_chunks_get(handle, i), None
            is_image = mtmd.mtmd_input_chunk_get_type(chunk) != _TEXT_CHUNK
            n_tokens = ctypes.c_size_t(mtmd.mtmd_input_chunk_get_n_tokens(chunk))
            grid = (0, 0)
            if is_image:
                image = mtmd.mtmd_input_chunk_get_tokens_image(chunk)
                grid = (mtmd.mtmd_image_tokens_get_nx(image), mtmd.mtmd_image_tokens_get_ny(image))
            else:
                tokens = mtmd.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(n_tokens))
            text = tuple(tokens[: n_tokens.value]) if tokens else ()
            n_pos = mtmd.mtmd_input_chunk_get_n_pos(chunk)
            self.chunks.append(Chunk(n_tokens.value, n_pos, is_image, text, grid, chunk))

    def __enter__(self) -> Prompt:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free mtmd's chunks; idempotent."""
        if self._handle:
            mtmd.mtmd_input_chunks_free(self._handle)
            self._handle = None

    @property
    def n_tokens(self) -> int:
        return sum(chunk.n_tokens for chunk in self.chunks)

    @property
    def n_image(self) -> int:
        return sum(chunk.n_tokens for chunk in self.chunks if chunk.is_image)


class PictureEncoder:
    """The vision tower and projector of one LLaVA."""

    def __init__(
        self,
        options: EngineOptions,
        projector: Projector,
        model: LanguageModel,
        is_cancelled: Callable[[], bool],
    ) -> None:
        """Load the projector file.

        Raises:
            ModelError: it cannot be loaded, does not fit the language model, or is of a kind not supported.
        """
        self._stack = ExitStack()
        self._model, self._projector, self._is_cancelled = model, projector, is_cancelled
        self._order: ClipOrder | None = None
        # An unknown build of llama.cpp cannot be corrected from outside; ``--json`` then lists no correction.
        with contextlib.suppress(SparcError):
            self._order = ClipOrder(
                is_cancelled,
                is_enabled=options.corrects_pictures,
                turns_table=projector.kind == "internvl",
            )
        params = mtmd.mtmd_context_params_default()
        params.use_gpu = False
        params.print_timings = False
        params.warmup = False
        params.n_threads = options.n_threads or processor.physical_cores()
        if projector.max_tokens is not None:
            params.image_max_tokens = projector.max_tokens
        params.media_marker = MEDIA_MARKER.encode()
        if self._order is not None:
            params.cb_eval = ctypes.cast(
                self._order.callback, llama.ggml_backend_sched_eval_callback
            )
        self._context = mtmd.mtmd_init_from_file(str(projector.path).encode(), model.model, params)
        if not self._context:
            name = options.mmproj_path.name
            if projector.has_known_width:  # the pairing was found right before
                refused = messages.mmproj_unloadable(name)
            else:
                refused = messages.mmproj_unfit(name, options.model_path.name)
            raise explain_refusal(refused, native_log.take_errors())
        self._stack.callback(mtmd.mtmd_free, self._context)
        if not mtmd.mtmd_support_vision(self._context):
            raise ModelError(
                messages.mmproj_not_for_pictures(options.mmproj_path.name),
                messages.MMPROJ_NOT_FOR_PICTURES_HINT,
            )
        self._has_mrope = mtmd.mtmd_decode_use_mrope(self._context)

    def tokenize(self, prompt: str, image_rgb: ImageRgb, is_encoded: bool = False) -> Prompt:
        """Split a prompt around its picture; the caller closes the result.

        ``prompt`` has ``MEDIA_MARKER`` once. Of a picture that ``is_encoded``, only the number of tokens is wanted.

        Raises:
            InferenceError: mtmd refuses the prompt or the picture.
        """
        anyres = self._projector.anyres
        if anyres is not None or (is_encoded and self._projector.has_fixed_size):
            side = self._projector.image_size_px
            pixels = np.zeros((side, side, 3), np.uint8)
        else:
            pixels = self._projector.prepare(image_rgb)
        result = self._tokenize(prompt, pixels)
        if anyres is not None:
            size = (image_rgb.shape[1], image_rgb.shape[0])
            n_tokens = anyres.count_tokens(size)
            tiles = () if is_encoded else tuple(anyres.cut(image_rgb))
            result.chunks = [
                replace(
                    chunk,
                    n_tokens=n_tokens,
                    n_pos=n_tokens,
                    grid=(n_tokens, 1),
                    tiles=tiles,
                    size=size,
                )
                if chunk.is_image
                else chunk
                for chunk in result.chunks
            ]
        return result

    def _tokenize(self, prompt: str, image_rgb: ImageRgb) -> Prompt:
        pixels = np.ascontiguousarray(image_rgb)
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
            result.close()
            raise InferenceError(messages.PICTURE_REFUSED, messages.ANOTHER_PICTURE_HINT)
        return result

    def positions(self, chunk: Chunk, pos: int) -> npt.NDArray[np.int32]:
        """Return where a picture's tokens stand that begins at position ``pos``: shape (1, n), with M-RoPE (4, n).

        Source: ``decode_embd_batch`` in llama.cpp's ``tools/mtmd/mtmd-helper.cpp``.
        """
        if not self._has_mrope:
            return np.arange(pos, pos + chunk.n_tokens, dtype=np.int32)[None]
        places = (mtmd.mtmd_decoder_pos * chunk.n_tokens)()
        image = mtmd.mtmd_input_chunk_get_tokens_image(chunk.handle)
        mtmd.mtmd_helper_image_get_decoder_pos(image, pos, places)
        t, x, y, z = np.array([(p.t, p.x, p.y, p.z) for p in places], np.int64).T
        return np.stack((t, y, x, z)).astype(np.int32)

    def is_causal(self, chunk: Chunk) -> bool:
        """Return whether a picture's tokens see only those before them; else all must be read in one batch."""
        return not mtmd.mtmd_decode_use_non_causal(self._context, chunk.handle)

    def encode(self, chunk: Chunk) -> npt.NDArray[np.float32] | None:
        """Return image embeddings for the language model, shape (n_tokens, n_embd_inp); ``None`` if cancelled.

        Raises:
            InferenceError: the encoder failed, or the patches could not be put in order.
        """
        anyres = self._projector.anyres
        if anyres is None:
            return self._encode(chunk)
        features = []
        for tile in chunk.tiles:
            with self._tokenize(MEDIA_MARKER, tile) as prompt:
                image = next(part for part in prompt.chunks if part.is_image)
                encoded = self._encode(image)
            if encoded is None:
                return None
            features.append(encoded)
        return anyres.merge(features, chunk.size)

    def _encode(self, chunk: Chunk) -> npt.NDArray[np.float32] | None:
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
        return np.ctypeslib.as_array(pointer, (chunk.n_tokens, self._model.n_embd_inp)).copy()

    @property
    def is_order_corrected(self) -> bool:
        """Whether the last picture's class token and patches had to be put in order, and were."""
        return self._order is not None and self._order.is_active

    def close(self) -> None:
        """Free everything; idempotent."""
        self._stack.close()
