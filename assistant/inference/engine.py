"""The model on llama.cpp: picture to image tokens, prefill, SPARC-steered decode, pieces of text."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
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
    Piece,
    Prefilling,
    Timings,
    TraceHeader,
    TraceStep,
)
from assistant.errors import ModelError, UsageError
from assistant.inference import mmproj, native_log, prompts
from assistant.inference.llama import ContextFull, DecodeAborted, LanguageModel
from assistant.inference.options import EngineOptions
from assistant.inference.picture_encoder import ImageChunk, PictureEncoder, Prompt, TextChunk
from assistant.inference.sampler import Sampler
from assistant.inference.writer import AnswerWriter
from sparc_ggml._ggml import GgmlAbiError
from sparc_ggml.clip_order import CORRECTION_NAME as CLIP_ORDER
from sparc_ggml.config import SparcConfig, SparcConfigError
from sparc_ggml.eval_callback import AttentionProbe, ObservationError
from sparc_ggml.steering import Steering, StepRecord
from sparc_ggml.value_cache import UnsupportedCacheError

_LOGGER = logging.getLogger(__name__)
_CANNOT_STEER = (ObservationError, UnsupportedCacheError, GgmlAbiError)

Emit = Callable[[Event], None]
IsCancelled = Callable[[], bool]


@dataclass
class _Prefix:
    """The picture's part of the prompt, as it stands in the KV cache.

    Attributes:
        key: hash of the picture and of the text before it.
        n_past: cells it takes.
        image_cells: KV cell of each image token, shape (n_image,), or ``None`` where they are not known.
        unsteerable_reason: why they are not known.
        corrections: encoding corrections that were active.
    """

    key: str
    n_past: int
    n_image: int
    image_cells: npt.NDArray[np.int64] | None
    unsteerable_reason: str
    corrections: tuple[str, ...]


class Engine:
    """One loaded LLaVA; answers one request at a time; a context manager.

    Attributes:
        load_ms: how long loading took.
    """

    def __init__(self, options: EngineOptions, is_cancelled: IsCancelled = lambda: False) -> None:
        """Loads the pair of files.

        Args:
            options: paths and settings.
            is_cancelled: asked between tokens, between prefill batches, and within both by llama.cpp.

        Raises:
            ModelError: a file is missing, damaged, or does not fit the other.
        """
        started = time.perf_counter()
        native_log.redirect()
        self.options = options
        self._is_cancelled = is_cancelled
        self._stack = ExitStack()
        self._probe: AttentionProbe | None = None
        self._abi_reason = ""
        for path in (options.model_path, options.mmproj_path):
            if not path.is_file():
                raise ModelError(f"The model file {path} does not exist.", "Check the path.")
        projector = mmproj.open_projector(options.mmproj_path, options.cache_dir, corrects=options.corrects_pictures)
        try:
            self._probe = AttentionProbe()
        except GgmlAbiError as error:
            self._abi_reason = f"this build of llama.cpp is not known: {error}"
        self.model = LanguageModel(options, self._probe.callback if self._probe else None)
        self._stack.callback(self.model.close)
        try:
            self.encoder = PictureEncoder(options, projector, self.model, is_cancelled)
        except BaseException:
            self._stack.close()
            raise
        self._stack.callback(self.encoder.close)
        self._projector = projector
        self._prefix: _Prefix | None = None
        self.load_ms = (time.perf_counter() - started) * 1000

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees everything; idempotent."""
        self._stack.close()

    def answer(self, request: DescribeRequest, emit: Emit = lambda _event: None) -> Answer:
        """Answers one question about one picture.

        The picture's part of the prompt stays in the KV cache: another question about it reads only its own text.

        Args:
            request: picture, question, options.
            emit: takes ``Encoding``, ``Prefilling``, ``Piece``, ``TraceHeader`` and ``TraceStep``.

        Raises:
            UsageError: the prompt does not fit the context, or a parameter does not fit the model.
            InferenceError: llama.cpp failed.
        """
        started = time.perf_counter()
        prompt = prompts.render(
            request.question,
            self.options.template,
            self.model.chat_template(),
            self.model.special_text("bos"),
            self.model.special_text("eos"),
        )
        config, reason = self._configure(request)
        with self.encoder.tokenize(prompt, request.image_rgb) as chunks:
            if chunks.n_tokens >= self.model.n_ctx:
                raise UsageError(
                    f"The picture and the question need {chunks.n_tokens} tokens, and the context holds {self.model.n_ctx}.",
                    "Ask a shorter question, or give a larger --n-ctx.",
                )
            run = _Run(self, request, emit, config, reason, started)
            return run.write(chunks)

    def _configure(self, request: DescribeRequest) -> tuple[SparcConfig, str]:
        wanted = request.sparc or self.options.preset
        try:
            config = wanted.for_depth(self.model.n_layer)
        except SparcConfigError as error:
            raise UsageError(f"{error}.", "Give layers that this model has.") from error
        if config.method == "none":
            return config, ""
        reason = self._abi_reason or self.model.unsteerable_reason
        return (replace(config, method="none"), reason) if reason else (config, "")


class _Run:
    """One answer from prompt to end."""

    def __init__(
        self, engine: Engine, request: DescribeRequest, emit: Emit, config: SparcConfig, reason: str, started: float
    ) -> None:
        self.engine, self.model = engine, engine.model
        self.request, self.emit, self.started = request, emit, started
        self.config, self.reason = config, reason
        self.steering: Steering | None = None
        self.encode_ms = 0.0

    def write(self, prompt: Prompt) -> Answer:
        engine, model = self.engine, self.model
        last_image = max((i for i, c in enumerate(prompt.chunks) if isinstance(c, ImageChunk)), default=-1)
        if last_image < 0:
            raise UsageError("The prompt has no place for the picture.", "Choose a template with --template.")
        writer = AnswerWriter(model, self.emit)
        n_past, prefix = 0, None
        try:
            model.set_abort(engine._is_cancelled)
            prefix = self._read_picture(prompt, last_image)
            prefill_started = time.perf_counter()
            suffix = [t for c in prompt.chunks[last_image + 1 :] if isinstance(c, TextChunk) for t in c.tokens]
            n_past = self._read_question(prefix, suffix, prompt.n_tokens)
            self.prefill_ms += (time.perf_counter() - prefill_started) * 1000
            model.set_abort(None)
            self._emit_header(prefix, prompt)
            ended = self._decode(writer, n_past)
        except DecodeAborted:
            ended = EndReason.CANCELLED
        finally:
            model.set_abort(None)
            self._stop_steering()
            if prefix is not None:
                model.trim(prefix.n_past)
        return self._answer(writer, prefix, prompt, ended)

    prefill_ms = 0.0

    def _read_picture(self, prompt: Prompt, last_image: int) -> _Prefix:
        """The prefix up to and including the picture: kept, or encoded and decoded afresh."""
        engine, model = self.engine, self.model
        chunks = prompt.chunks[: last_image + 1]
        digest = hashlib.sha256(repr(self.request.image_rgb.shape).encode())
        digest.update(np.ascontiguousarray(self.request.image_rgb))
        digest.update(repr([c.tokens if isinstance(c, TextChunk) else c.n_tokens for c in chunks]).encode())
        key = digest.hexdigest()
        if engine._prefix is not None and engine._prefix.key == key:
            return engine._prefix
        engine._prefix = None
        model.trim(0)
        n_past, n_image, reason = 0, 0, ""
        cells: list[npt.NDArray[np.int64]] = []
        for chunk in chunks:
            if isinstance(chunk, TextChunk):
                n_past = self._feed(chunk.tokens, model.decode_tokens, n_past, prompt.n_tokens)
                continue
            self.emit(Encoding())
            encode_started = time.perf_counter()
            embeddings = engine.encoder.encode(chunk)
            self.encode_ms += (time.perf_counter() - encode_started) * 1000
            if embeddings is None:
                raise DecodeAborted
            if engine._probe:
                engine._probe.start_recording()
            n_past = self._feed(embeddings, model.decode_embeddings, n_past, prompt.n_tokens)
            n_image += chunk.n_tokens
            if engine._probe:
                try:
                    cells.append(engine._probe.stop_recording())
                except ObservationError as error:
                    reason = str(error)
        is_known = sum(map(len, cells)) == n_image and not reason
        prefix = _Prefix(
            key=key,
            n_past=n_past,
            n_image=n_image,
            image_cells=np.concatenate(cells) if is_known else None,
            unsteerable_reason=reason,
            corrections=self._corrections(),
        )
        engine._prefix = prefix
        return prefix

    def _corrections(self) -> tuple[str, ...]:
        names = []
        if self.engine.encoder.order.is_active:
            names.append(CLIP_ORDER)
        if self.engine._projector.is_corrected:
            names.append(mmproj.CORRECTION_NAME)
        return tuple(names)

    def _feed(self, items: Any, decode: Callable[[Any, int], None], n_past: int, n_total: int) -> int:
        """Decodes tokens or embeddings batch by batch; cancelled between two and, by llama.cpp, within one."""
        started = time.perf_counter()
        for start in range(0, len(items), self.model.n_batch):
            if self.engine._is_cancelled():
                raise DecodeAborted
            part = items[start : start + self.model.n_batch]
            decode(part, n_past)
            n_past += len(part)
            self.emit(Prefilling(n_past, n_total))
        self.prefill_ms += (time.perf_counter() - started) * 1000
        return n_past

    def _read_question(self, prefix: _Prefix, suffix: Sequence[int], n_total: int) -> int:
        if self.config.method != "none":
            self._start_steering(prefix)
        # _feed adds its own time; write() measures this call as a whole.
        before = self.prefill_ms
        n_past = self._feed(suffix, self.model.decode_tokens, prefix.n_past, n_total)
        self.prefill_ms = before
        if self.steering is not None:
            self._try_steering(self.steering.begin)
        return n_past

    def _start_steering(self, prefix: _Prefix) -> None:
        probe = self.engine._probe
        if probe is None or prefix.image_cells is None:
            self._give_up_steering(prefix.unsteerable_reason or "where the picture lies in the cache is not known")
            return
        try:
            self.steering = Steering(probe, self.config, prefix.image_cells)
        except _CANNOT_STEER as error:
            self._give_up_steering(str(error))

    def _try_steering(self, action: Callable[[], StepRecord | None]) -> StepRecord | None:
        try:
            return action()
        except _CANNOT_STEER as error:
            self._give_up_steering(str(error))
            return None

    def _give_up_steering(self, reason: str) -> None:
        _LOGGER.warning("describing without SPARC: %s", reason)
        self._stop_steering()
        self.reason, self.config = reason, replace(self.config, method="none")

    def _stop_steering(self) -> None:
        if self.steering is not None:
            self.steering.finish()
            self.steering = None

    def _decode(self, writer: AnswerWriter, n_past: int) -> EndReason:
        model, options = self.model, self.request.decode
        decode_started = time.perf_counter()
        with Sampler(options, model) as sampler:
            token = sampler.pick()
            self.first_token_ms = (time.perf_counter() - self.started) * 1000
            step = 0
            while True:
                if self.engine._is_cancelled():
                    return EndReason.CANCELLED
                if model.is_end(token) and not options.ignores_eos:
                    return EndReason.EOS
                piece = writer.write(token)
                self.decode_ms = (time.perf_counter() - decode_started) * 1000
                if writer.is_looping and not options.ignores_eos:
                    return EndReason.REPETITION
                if writer.n_tokens >= options.max_tokens:
                    return EndReason.MAX_TOKENS
                try:
                    record = self._step(token, n_past)
                except ContextFull:
                    return EndReason.CONTEXT_FULL
                if self.request.has_trace:
                    record = record or StepRecord((), 1.0, False)
                    self.emit(TraceStep(step, token, piece, record.selected, record.max_gain, record.is_clamped))
                n_past += 1
                step += 1
                token = sampler.pick()

    first_token_ms = 0.0
    decode_ms = 0.0

    def _step(self, token: int, n_past: int) -> StepRecord | None:
        if self.steering is not None:
            self.steering.before_decode()
        self.model.decode_tokens((token,), n_past)
        return self._try_steering(self.steering.after_decode) if self.steering is not None else None

    def _emit_header(self, prefix: _Prefix, prompt: Prompt) -> None:
        if not self.request.has_trace:
            return
        side = round(prefix.n_image**0.5)
        self.emit(
            TraceHeader(
                {
                    "model": self.engine.options.model_name or self.engine.options.model_path.name,
                    "grid": [side, side] if side * side == prefix.n_image else [1, prefix.n_image],
                    "image_tokens": prefix.n_image,
                    "prompt_tokens": prompt.n_tokens,
                    "parameters": parameters(self.config),
                    "unsteered_reason": self.reason,
                }
            )
        )

    def _answer(self, writer: AnswerWriter, prefix: _Prefix | None, prompt: Prompt, ended: EndReason) -> Answer:
        text = writer.close()
        return Answer(
            text=text,
            ended=ended,
            timings=Timings(
                load_ms=self.engine.load_ms,
                encode_ms=self.encode_ms,
                prefill_ms=self.prefill_ms,
                first_token_ms=self.first_token_ms,
                decode_ms=self.decode_ms,
            ),
            counts=Counts(
                image_tokens=sum(c.n_tokens for c in prompt.chunks if isinstance(c, ImageChunk)),
                prompt_tokens=prompt.n_tokens,
                tokens=writer.n_tokens,
            ),
            sparc=self.config,
            unsteered_reason=self.reason,
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
