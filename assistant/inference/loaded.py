"""What a loaded LLaVA consists of, shared by the engine and the answers that it writes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from assistant.inference.familiarity import Familiarity
from assistant.inference.gguf.mmproj import Projector
from assistant.inference.llama import LanguageModel, Past
from assistant.inference.options import EngineOptions
from assistant.inference.picture_encoder import Chunk, PictureEncoder
from assistant.inference.picture_memory import PictureMemory
from assistant.inference.thread_governor import ThreadGovernor
from sparc_ggml.eval_callback import AttentionProbe

IsCancelled = Callable[[], bool]


@dataclass(frozen=True)
class PicturePrefix:
    """The prompt up to the picture's end, as it stands in the KV cache.

    Attributes:
        key: ``prefix_key`` of the picture and the text before it.
        picture: the picture's ``picture_key``.
        past: how far it fills the cache; ``n_image`` of its cells hold image tokens.
        grid: columns and rows of image tokens of its only picture; of several in one row.
        image_cells: KV cell of each image token, shape (n_image,); ``None`` for ``unsteerable_reason``.
        corrections: encoding corrections that were active.
        distance: how far the picture is from the model's world; the limit is 1.
    """

    key: str
    picture: str
    past: Past
    n_image: int
    grid: tuple[int, int]
    image_cells: npt.NDArray[np.int64] | None
    unsteerable_reason: str
    corrections: tuple[str, ...]
    distance: float = 0.0


@dataclass
class LoadedModel:
    """A language model, its picture encoder, and the picture that is in the KV cache at present.

    Attributes:
        probe: the eval callback; ``None`` where this build of llama.cpp is not known.
        familiarity: tells pictures of the model's world from others; ``None`` where it knows all kinds.
        prefix: the picture that the KV cache holds; ``None`` when it is empty.
        tail: the tokens in the KV cache after the picture.
        n_dropped_turns: turns that the tail lacks, because there was no room.
        notes: what a person should hear once about how it was loaded.
        is_cache_fresh: whether nothing was ever written to the KV cache.
    """

    options: EngineOptions
    model: LanguageModel
    encoder: PictureEncoder
    projector: Projector
    probe: AttentionProbe | None
    is_cancelled: IsCancelled
    pictures: PictureMemory
    governor: ThreadGovernor
    familiarity: Familiarity | None = None
    prefix: PicturePrefix | None = None
    tail: list[int] = field(default_factory=list)
    n_dropped_turns: int = 0
    notes: tuple[str, ...] = ()
    is_cache_fresh: bool = True
    load_ms: float = 0.0

    def forget(self) -> None:
        """Empty the KV cache."""
        self._note_empty()
        self.model.trim(0)

    def trim_tail(self, n_tokens: int) -> None:
        """Keep so many tokens after the picture; a model that can only forget all forgets all."""
        del self.tail[n_tokens:]
        if not self.model.trim(self.prefix.past.pos + n_tokens if self.prefix else 0):
            self._note_empty()

    def _note_empty(self) -> None:
        self.prefix, self.n_dropped_turns = None, 0
        self.tail.clear()


def prefix_key(picture: str, chunks: list[Chunk]) -> str:
    """Return a key that is equal only for the same picture (its ``picture_key``) with the same text before it."""
    text = [(chunk.n_tokens, chunk.tokens) for chunk in chunks]
    return hashlib.sha256(repr((picture, text)).encode()).hexdigest()
