"""One answer: the picture read (or kept), the question read, and the text written token by token."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.core.events import (
    Answer,
    Counts,
    DescribeRequest,
    EndReason,
    Timings,
    TraceHeader,
    TraceStep,
)
from assistant.inference.llama import ContextFull, DecodeAborted, Past
from assistant.inference.loaded import LoadedModel, PicturePrefix
from assistant.inference.optional_steering import OptionalSteering
from assistant.inference.picture_encoder import Prompt
from assistant.inference.prompt_reader import Emit, PromptReader, Stopwatch
from assistant.inference.sampler import Sampler
from assistant.inference.writer import AnswerWriter


@dataclass(frozen=True)
class ReadyQuestion:
    """A question that was read ahead: the next decode may write the answer's first token.

    Whoever takes the question or gives it up finishes its ``steering``, which has begun. ``tail`` is the prompt after
    the picture; ``past`` is how far the cache is filled.
    """

    tail: tuple[int, ...]
    steering: OptionalSteering
    past: Past


class AnswerRun:
    """Writes one answer on a loaded model; used once."""

    def __init__(
        self, loaded: LoadedModel, request: DescribeRequest, emit: Emit, steering: OptionalSteering
    ) -> None:
        self._loaded, self._model = loaded, loaded.model
        self._request, self._emit, self._steering = request, emit, steering
        self._clock = Stopwatch()
        self._first_token_ms = self._decode_ms = 0.0

    def write(
        self,
        prompt: Prompt,
        reader: PromptReader,
        n_dropped_turns: int = 0,
        ready: ReadyQuestion | None = None,
    ) -> Answer:
        """Write the answer; the picture's rows in the KV cache are then as they were before.

        ``ready`` is this very question about this very picture, read ahead with the same steering.

        Raises:
            InferenceError: llama.cpp failed.
        """
        loaded = self._loaded
        writer = AnswerWriter(self._model.vocabulary, self._emit)
        prefix = None
        self._model.set_abort(loaded.is_cancelled)
        loaded.governor.start()
        try:
            prefix = reader.read_picture()
            if ready is not None:
                self._steering, past = ready.steering, ready.past
                reader.n_kept = past.n_cells
            else:
                self._steering.start(loaded.probe, prefix)
                past = reader.read_question(prefix, has_turns=bool(self._request.turns))
                self._steering.begin()
            loaded.n_dropped_turns = n_dropped_turns
            # A token takes a fraction of a second: to ask between two is soon enough, and costs nothing.
            self._model.set_abort(None)
            if self._request.has_trace:
                self._emit(self._trace_header(prompt, prefix))
            ended = self._decode(writer, past)
        except DecodeAborted:
            ended = EndReason.CANCELLED
        finally:
            self._model.set_abort(None)
            self._steering.finish()
            if prefix is None:
                loaded.forget()
            else:
                loaded.trim_tail(len(loaded.tail) if self._model.can_trim else 0)
        return Answer(
            text=writer.close(),
            ended=ended,
            timings=Timings(
                load_ms=loaded.load_ms,
                encode_ms=reader.encode_ms,
                prefill_ms=reader.prefill_ms,
                first_token_ms=self._first_token_ms,
                decode_ms=self._decode_ms,
            ),
            counts=Counts(
                image_tokens=prompt.n_image,
                prompt_tokens=prompt.n_tokens,
                tokens=writer.n_tokens,
                kept_tokens=reader.n_kept,
            ),
            sparc=self._steering.config,
            unsteered_reason=self._steering.reason,
            corrections=prefix.corrections if prefix else (),
            n_dropped_turns=n_dropped_turns,
        )

    def _decode(self, writer: AnswerWriter, past: Past) -> EndReason:
        options = self._request.decode
        with Sampler(options, self._model) as sampler:
            token = sampler.pick()
            self._first_token_ms = self._clock.ms()
            clock = Stopwatch()
            step = 0
            while True:
                if self._loaded.is_cancelled():
                    return EndReason.CANCELLED
                if self._model.vocabulary.is_end(token) and not options.ignores_eos:
                    return EndReason.EOS
                piece = writer.write(token)
                if writer.is_looping and not options.ignores_eos:
                    return EndReason.REPETITION
                if writer.n_tokens >= options.max_tokens:
                    return EndReason.MAX_TOKENS
                try:
                    self._step(step, token, piece, past)
                except ContextFull:
                    return EndReason.CONTEXT_FULL
                token = sampler.pick()
                past = past.plus(1)
                step += 1
                self._decode_ms = clock.ms()

    def _step(self, step: int, token: int, piece: str, past: Past) -> None:
        self._loaded.governor.adjust()
        self._steering.before_decode()
        self._model.decode_tokens((token,), past)
        self._loaded.tail.append(token)
        self._steering.after_decode()
        if self._request.has_trace:
            record = self._steering.record()
            self._emit(
                TraceStep(
                    step, token, piece, record.selected, record.max_gain, record.is_clamped,
                    record.attention, record.boosted,
                )
            )  # fmt: skip

    def _trace_header(self, prompt: Prompt, prefix: PicturePrefix) -> TraceHeader:
        options, config = self._loaded.options, self._steering.config
        return TraceHeader(
            {
                "model": options.model_name or options.model_path.name,
                "grid": [prefix.grid[1], prefix.grid[0]],
                "image_tokens": prefix.n_image,
                "prompt_tokens": prompt.n_tokens,
                "parameters": {
                    "method": config.method,
                    "alpha": config.alpha,
                    "beta": config.beta,
                    "tau": config.tau,
                    "layer": config.selected_layer,
                    "layers": [config.first_layer, config.last_layer],
                },
                "unsteered_reason": self._steering.reason,
            }
        )
