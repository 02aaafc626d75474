"""Runs one answer through the real engine and keeps what a reference needs to repeat it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.core.events import (
    Answer,
    DecodeOptions,
    DescribeRequest,
    Event,
    ImageRgb,
    TraceHeader,
    TraceStep,
)
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions
from sparc_ggml.config import SparcConfig
from tests.support.tiny_llama import TinyLlama, write_tiny_llama
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj

QUESTION = "what is on the left?"


@dataclass
class Recording:
    """One answer, seen from inside.

    Attributes:
        before, after: prompt tokens around the picture; text between its tiles is in neither.
        image: embeddings that llama.cpp encoded, shape (n_image, n_embd).
        logits: one (n_vocab,) array for the prompt, then one for each token fed.
        attention: one (n_image,) array for the prompt, then one for each token fed; empty if
            unsteered.
        steps: the trace.
        values_at_prefill: V rows of the whole cache by layer, right after the prompt was read.
    """

    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    image: npt.NDArray[np.float32] | None = None
    logits: list[npt.NDArray[np.float32]] = field(default_factory=list)
    attention: list[npt.NDArray[np.float32]] = field(default_factory=list)
    steps: list[TraceStep] = field(default_factory=list)
    values_at_prefill: dict[int, npt.NDArray[Any]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    answer: Answer | None = None

    @property
    def tokens(self) -> list[int]:
        """The generated tokens that were fed."""
        return [step.token for step in self.steps]


def tiny_pair(folder: Path, llama: TinyLlama, mmproj: TinyMmproj, **options: Any) -> EngineOptions:
    """Writes both files, unless this folder has them already; returns options that load them."""
    model_path, mmproj_path = folder / "model.gguf", folder / "mmproj.gguf"
    if not model_path.exists():
        write_tiny_llama(model_path, llama)
    if not mmproj_path.exists():
        write_tiny_mmproj(mmproj_path, mmproj)
    template = None if llama.chat_template else "vicuna_v1"
    settings: dict[str, Any] = {
        "n_ctx": 512, "cache_dir": folder / "cache", "n_threads": 1, "template": template, "detail": "high",
    }  # fmt: skip
    return EngineOptions(model_path, mmproj_path, **(settings | options))


def random_picture(size_px: int, seed: int = 0) -> ImageRgb:
    """A picture of coarse random patches, so that image tokens differ from each other."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (size_px // 4, size_px // 4, 3), dtype=np.uint8)
    picture: ImageRgb = np.repeat(np.repeat(coarse, 4, axis=0), 4, axis=1)
    return picture


def value_rows(engine: Engine) -> dict[int, npt.NDArray[Any]]:
    """A copy of the engine's V cache by layer, shape (kv_size, values of a row)."""
    assert engine.loaded.probe is not None
    return {il: layer.rows().copy() for il, layer in engine.loaded.probe.layers.items()}


def record(
    engine: Engine,
    picture: ImageRgb,
    config: SparcConfig,
    *,
    n_tokens: int = 24,
    question: str = QUESTION,
) -> Recording:
    """Lets the engine write ``n_tokens`` tokens, come what may, and records them.

    The engine's own methods are wrapped for the time of the answer; nothing is replaced.
    """
    seen = Recording()
    loaded = engine.loaded
    model, encoder, probe = loaded.model, loaded.encoder, loaded.probe
    tokenize, encode, logits = encoder.tokenize, encoder.encode, model.logits

    def recording_tokenize(*args: Any) -> Any:
        prompt = tokenize(*args)
        texts = [None if c.is_image else c.tokens for c in prompt.chunks]
        first, last = texts.index(None), len(texts) - texts[::-1].index(None)
        seen.before = [t for text in texts[:first] for t in text or ()]
        seen.after = [t for text in texts[last:] for t in text or ()]
        return prompt

    def recording_encode(chunk: Any) -> Any:
        embeddings = encode(chunk)
        if embeddings is not None:
            # A picture cut into tiles comes in several chunks.
            parts = [embeddings] if seen.image is None else [seen.image, embeddings]
            seen.image = np.concatenate(parts)
        return embeddings

    def recording_logits() -> Any:
        seen.logits.append(logits().copy())
        return logits()

    def emit(event: Event) -> None:
        seen.events.append(event)
        if isinstance(event, TraceHeader) and probe is not None:
            seen.values_at_prefill = value_rows(engine)
        elif isinstance(event, TraceStep):
            seen.steps.append(event)

    wrapped = [(encoder, "tokenize", recording_tokenize), (encoder, "encode", recording_encode)]
    wrapped.append((model, "logits", recording_logits))  # type: ignore[arg-type]
    if probe is not None:
        take = probe.take

        def recording_take() -> Any:
            seen.attention.append(take().copy())
            return seen.attention[-1]

        wrapped.append((probe, "take", recording_take))  # type: ignore[arg-type]
    for owner, name, wrapper in wrapped:
        setattr(owner, name, wrapper)
    try:
        seen.answer = engine.answer(
            DescribeRequest(
                image_rgb=picture,
                question=question,
                decode=DecodeOptions(max_tokens=n_tokens + 1, ignores_eos=True),
                sparc=config,
                has_trace=True,
            ),
            emit,
        )
    finally:
        for owner, name, _ in wrapped:
            delattr(owner, name)
    return seen
