"""Turns pictures into what the embedded model's vision half makes of them, and keeps that on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.core.events import ImageRgb
from assistant.inference.chat_templates import MEDIA_MARKER
from assistant.inference.engine import Engine
from assistant.inference.familiarity import hash_file
from assistant.inference.options import EngineOptions
from assistant.inference.picture_memory import picture_key
from assistant.model_store.find import embedded_model
from scripts.photographs.fetch import find_cache

Embeddings = NDArray[np.float32]


class Encoder:
    """The embedded model's vision half with a cache; a context manager. The model is loaded when it is needed."""

    def __init__(self, cache_dir: Path | None = None, n_threads: int = 1) -> None:
        self._files = embedded_model()
        folder = cache_dir or find_cache() / "embeddings"
        self._folder = folder / hash_file(self._files.mmproj_path)[:12]
        self._folder.mkdir(parents=True, exist_ok=True)
        self._n_threads, self._stack = n_threads, ExitStack()
        self._engine: Engine | None = None

    def __enter__(self) -> Encoder:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def engine(self) -> Engine:
        """Return the loaded model."""
        if self._engine is None:
            files = self._files
            options = EngineOptions(
                files.model_path,
                files.mmproj_path,
                preset=files.preset,
                n_threads=self._n_threads,
                template=files.template,
            )
            self._engine = self._stack.enter_context(Engine(options))
        return self._engine

    def encode(self, image_rgb: ImageRgb) -> Embeddings:
        """Return the image tokens of a picture, shape (n_tokens, n_embd)."""
        kept = self._folder / f"{picture_key(image_rgb)[:32]}.npy"
        if kept.exists():
            return np.asarray(np.load(kept), np.float32)
        encoder = self.engine.loaded.encoder
        with encoder.tokenize(MEDIA_MARKER, image_rgb) as prompt:
            (tokens,) = [encoder.encode(chunk) for chunk in prompt.chunks if chunk.is_image]
        assert tokens is not None
        started = kept.with_suffix(".part.npy")
        np.save(started, tokens.astype(np.float16))
        started.replace(kept)
        return tokens.astype(np.float16).astype(np.float32)

    def encode_all(self, pictures: Iterable[ImageRgb]) -> Iterator[Embeddings]:
        """Yield the image tokens of each picture."""
        for image_rgb in pictures:
            yield self.encode(image_rgb)
