"""One answer: the picture read (or kept), the question read, and the text written token by token."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.core.events import (
    Answer,
    Counts,
    DescribeRequest,
    Encoding,
    EndReason,
    Event,
    Prefilling,
    Timings,
    TraceHeader,
    TraceStep,
)
from assistant.inference import mmproj
from assistant.inference.llama import ContextFull, DecodeAborted
from assistant.inference.loaded import LoadedModel, PicturePrefix, prefix_key
from assistant.inference.optional_steering import OptionalSteering
from assistant.inference.picture_encoder import ImageChunk, Prompt, TextChunk
from assistant.inference.picture_memory import EncodedPicture, picture_key
from assistant.inference.sampler import Sampler
from assistant.inference.writer import AnswerWriter
from sparc_ggml import clip_order
from sparc_ggml.config import SparcConfig
from sparc_ggml.eval_callback import ObservationError

Emit = Callable[[Event], None]


class _Stopwatch:
    """Milliseconds since it was made."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    def ms(self) -> float:
        return (time.perf_counter() - self._started) * 1000


class AnswerRun:
    """Writes one answer on a loaded model; used once."""

    def __init__(
        self, loaded: LoadedModel, request: DescribeRequest, emit: Emit, steering: OptionalSteering
    ) -> None:
        self._loaded, self._model = loaded, loaded.model
        self._request, self._emit, self._steering = request, emit, steering
        self._clock = _Stopwatch()
        self._encode_ms = self._prefill_ms = self._first_token_ms = self._decode_ms = 0.0

    def write(self, prompt: Prompt) -> Answer:
        """Runs to the end, and leaves only the picture's prefix in the KV cache.

        Raises:
            InferenceError: llama.cpp failed.
        """
        last_image = max(
            i for i, chunk in enumerate(prompt.chunks) if isinstance(chunk, ImageChunk)
        )
        writer = AnswerWriter(self._model, self._emit)
        prefix = None
        self._model.set_abort(self._loaded.is_cancelled)
        try:
            prefix = self._read_picture(prompt, last_image)
            n_past = self._read_question(prompt, last_image, prefix)
            # A token takes a fraction of a second: asking between two is soon enough, and costs nothing.
            self._model.set_abort(None)
            self._emit_header(prompt, prefix)
            ended = self._decode(writer, n_past)
        except DecodeAborted:
            ended = EndReason.CANCELLED
        finally:
            self._model.set_abort(None)
            self._steering.finish()
            if not self._model.trim(prefix.n_past if prefix else 0):
                self._loaded.prefix = None
        return self._answer(writer.close(), writer.n_tokens, prompt, prefix, ended)

    def _read_picture(self, prompt: Prompt, last_image: int) -> PicturePrefix:
        loaded = self._loaded
        chunks = prompt.chunks[: last_image + 1]
        picture = picture_key(self._request.image_rgb)
        key = prefix_key(picture, chunks)
        if loaded.prefix is not None and loaded.prefix.key == key:
            return loaded.prefix
        loaded.prefix = None
        self._model.trim(0)
        encoded = self._encode(picture, chunks)
        embeddings = iter(encoded.embeddings)
        n_past, reason = 0, ""
        cells: list[npt.NDArray[np.int64]] = []
        for chunk in chunks:
            if isinstance(chunk, TextChunk):
                n_past = self._feed(
                    chunk.tokens, self._model.decode_tokens, n_past, prompt.n_tokens
                )
                continue
            if loaded.probe:
                loaded.probe.start_recording()
            n_past = self._feed(
                next(embeddings), self._model.decode_embeddings, n_past, prompt.n_tokens
            )
            if loaded.probe:
                try:
                    cells.append(loaded.probe.stop_recording())
                except ObservationError as error:
                    reason = str(error)
        n_image = sum(chunk.n_tokens for chunk in chunks if isinstance(chunk, ImageChunk))
        is_known = not reason and sum(map(len, cells)) == n_image
        loaded.prefix = PicturePrefix(
            key=key,
            n_past=n_past,
            n_image=n_image,
            image_cells=np.concatenate(cells) if is_known else None,
            unsteerable_reason=reason,
            corrections=encoded.corrections,
        )
        return loaded.prefix

    def _encode(self, picture: str, chunks: list[TextChunk | ImageChunk]) -> EncodedPicture:
        """The picture's embeddings, remembered or made."""
        encoded = self._loaded.pictures.get(picture)
        if encoded is not None:
            return encoded
        self._emit(Encoding())
        clock = _Stopwatch()
        made = []
        for chunk in chunks:
            if isinstance(chunk, ImageChunk):
                embeddings = self._loaded.encoder.encode(chunk)
                if embeddings is None:
                    raise DecodeAborted
                made.append(embeddings)
        self._encode_ms = clock.ms()
        encoded = EncodedPicture(tuple(made), self._corrections())
        self._loaded.pictures.put(picture, encoded)
        return encoded

    def _corrections(self) -> tuple[str, ...]:
        is_active = {
            clip_order.CORRECTION_NAME: self._loaded.encoder.is_order_corrected,
            mmproj.CORRECTION_NAME: self._loaded.projector.is_corrected,
        }
        return tuple(name for name, active in is_active.items() if active)

    def _feed(
        self, items: Any, decode: Callable[[Any, int], None], n_past: int, n_total: int
    ) -> int:
        """Decodes tokens or embeddings batch by batch; returns the new ``n_past``."""
        clock = _Stopwatch()
        for start in range(0, len(items), self._model.n_batch):
            if self._loaded.is_cancelled():
                raise DecodeAborted
            part = items[start : start + self._model.n_batch]
            decode(part, n_past)
            n_past += len(part)
            self._emit(Prefilling(n_past, n_total))
        self._prefill_ms += clock.ms()
        return n_past

    def _read_question(self, prompt: Prompt, last_image: int, prefix: PicturePrefix) -> int:
        rest = prompt.chunks[last_image + 1 :]
        tokens = [token for chunk in rest if isinstance(chunk, TextChunk) for token in chunk.tokens]
        self._steering.start(self._loaded.probe, prefix)
        n_past = self._feed(tokens, self._model.decode_tokens, prefix.n_past, prompt.n_tokens)
        self._steering.begin()
        return n_past

    def _decode(self, writer: AnswerWriter, n_past: int) -> EndReason:
        options = self._request.decode
        with Sampler(options, self._model) as sampler:
            token = sampler.pick()
            self._first_token_ms = self._clock.ms()
            clock = _Stopwatch()
            step = 0
            while True:
                if self._loaded.is_cancelled():
                    return EndReason.CANCELLED
                if self._model.is_end(token) and not options.ignores_eos:
                    return EndReason.EOS
                piece = writer.write(token)
                if writer.is_looping and not options.ignores_eos:
                    return EndReason.REPETITION
                if writer.n_tokens >= options.max_tokens:
                    return EndReason.MAX_TOKENS
                try:
                    self._step(step, token, piece, n_past)
                except ContextFull:
                    return EndReason.CONTEXT_FULL
                token = sampler.pick()
                n_past += 1
                step += 1
                self._decode_ms = clock.ms()

    def _step(self, step: int, token: int, piece: str, n_past: int) -> None:
        self._steering.before_decode()
        self._model.decode_tokens((token,), n_past)
        record = self._steering.after_decode()
        if self._request.has_trace:
            selected, max_gain, is_clamped = record.selected, record.max_gain, record.is_clamped
            self._emit(TraceStep(step, token, piece, selected, max_gain, is_clamped))

    def _emit_header(self, prompt: Prompt, prefix: PicturePrefix) -> None:
        if not self._request.has_trace:
            return
        options = self._loaded.options
        side = round(prefix.n_image**0.5)
        fields = {
            "model": options.model_name or options.model_path.name,
            "grid": [side, side] if side * side == prefix.n_image else [1, prefix.n_image],
            "image_tokens": prefix.n_image,
            "prompt_tokens": prompt.n_tokens,
            "parameters": parameters(self._steering.config),
            "unsteered_reason": self._steering.reason,
        }
        self._emit(TraceHeader(fields))

    def _answer(
        self,
        text: str,
        n_tokens: int,
        prompt: Prompt,
        prefix: PicturePrefix | None,
        ended: EndReason,
    ) -> Answer:
        return Answer(
            text=text,
            ended=ended,
            timings=Timings(
                load_ms=self._loaded.load_ms,
                encode_ms=self._encode_ms,
                prefill_ms=self._prefill_ms,
                first_token_ms=self._first_token_ms,
                decode_ms=self._decode_ms,
            ),
            counts=Counts(
                image_tokens=sum(c.n_tokens for c in prompt.chunks if isinstance(c, ImageChunk)),
                prompt_tokens=prompt.n_tokens,
                tokens=n_tokens,
            ),
            sparc=self._steering.config,
            unsteered_reason=self._steering.reason,
            corrections=prefix.corrections if prefix else (),
        )


def parameters(config: SparcConfig) -> dict[str, Any]:
    """A configuration as plain values, for traces and ``--json``."""
    return {
        "method": config.method,
        "alpha": config.alpha,
        "beta": config.beta,
        "tau": config.tau,
        "layer": config.selected_layer,
        "layers": [config.first_layer, config.last_layer],
    }
