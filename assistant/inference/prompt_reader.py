"""Reads a prompt into the KV cache: the picture's part once, and of the text after it what is new."""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from assistant.core.events import Encoding, Event, Prefilling
from assistant.errors import InferenceError
from assistant.inference import cache_pages
from assistant.inference.familiarity import LIMIT
from assistant.inference.gguf import mmproj
from assistant.inference.llama import DecodeAborted, Past
from assistant.inference.loaded import LoadedModel, PicturePrefix, prefix_key
from assistant.inference.picture_encoder import Chunk, Prompt
from assistant.inference.picture_memory import EncodedPicture
from assistant.messages import engine as words
from sparc_ggml import clip_order
from sparc_ggml.eval_callback import ObservationError

Emit = Callable[[Event], None]
_LOGGER = logging.getLogger(__name__)


class Stopwatch:
    """Milliseconds since it was made."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    def ms(self) -> float:
        return (time.perf_counter() - self._started) * 1000


class PromptReader:
    """Reads one prompt; every method raises ``DecodeAborted`` once the request is cancelled.

    Attributes:
        n_kept: tokens that the KV cache had already.
        tail: the prompt's tokens after the picture.
    """

    def __init__(
        self,
        loaded: LoadedModel,
        picture: str,
        prompt: Prompt,
        emit: Emit,
        on_unfamiliar: Callable[[float], None],
    ) -> None:
        """Read nothing yet.

        Args:
            loaded: the model.
            picture: its ``picture_key``.
            prompt: the tokens.
            emit: takes ``Encoding`` and ``Prefilling``.
            on_unfamiliar: takes the distance of a picture that is none of the model's world, before it is read; what
                it raises ends the reading.
        """
        self._loaded, self._model = loaded, loaded.model
        self._picture, self._emit, self._on_unfamiliar = picture, emit, on_unfamiliar
        self._n_total, self._n_image = prompt.n_tokens, prompt.n_image
        last_image = max(i for i, chunk in enumerate(prompt.chunks) if chunk.is_image)
        self._until_picture = prompt.chunks[: last_image + 1]
        self.tail = [token for chunk in prompt.chunks[last_image + 1 :] for token in chunk.tokens]
        self.encode_ms = self.prefill_ms = 0.0
        self.n_kept = 0

    @property
    def has_picture(self) -> bool:
        """Whether the cache holds the prompt up to the picture's end."""
        prefix = self._loaded.prefix
        return prefix is not None and prefix.key == prefix_key(self._picture, self._until_picture)

    def read_picture(self) -> PicturePrefix:
        """Read the prompt up to the picture's end, unless the cache holds it already.

        Raises:
            InferenceError: llama.cpp failed.
        """
        loaded = self._loaded
        if loaded.prefix is not None and self.has_picture:
            self._check_familiar(loaded.prefix.distance)
            self.n_kept = loaded.prefix.past.n_cells
            return loaded.prefix
        loaded.forget()
        encoded = self._encode()
        self._check_familiar(encoded.distance)
        embeddings = iter(encoded.embeddings)
        past, reason = Past(), ""
        cells: list[npt.NDArray[np.int64]] = []
        for chunk in self._until_picture:
            if not chunk.is_image:
                with self._first_sight():
                    past = self._feed_text(chunk.tokens, past)
                continue
            loaded.is_cache_fresh = False
            if loaded.probe:
                loaded.probe.start_recording()
            past = self._feed_picture(chunk, next(embeddings), past)
            if loaded.probe:
                try:
                    cells.append(loaded.probe.stop_recording())
                except ObservationError as error:
                    reason = str(error)
        is_known = not reason and sum(map(len, cells)) == self._n_image
        loaded.prefix = PicturePrefix(
            key=prefix_key(self._picture, self._until_picture),
            picture=self._picture,
            past=past,
            n_image=self._n_image,
            grid=_grid([chunk for chunk in self._until_picture if chunk.is_image]),
            image_cells=np.concatenate(cells) if is_known else None,
            unsteerable_reason=reason,
            corrections=encoded.corrections,
            distance=encoded.distance,
        )
        return loaded.prefix

    def _check_familiar(self, distance: float) -> None:
        if distance > LIMIT:
            self._on_unfamiliar(distance)

    @contextmanager
    def _first_sight(self) -> Iterator[None]:
        """Give back each of the cache's tensors before the very first batch writes to it."""
        loaded, released = self._loaded, 0

        def release(address: int) -> None:
            nonlocal released
            released += cache_pages.release_fresh(address)

        if not loaded.is_cache_fresh or loaded.probe is None:
            yield
            return
        # Afterwards, a tensor may have been written to before it is seen.
        loaded.is_cache_fresh = False
        loaded.probe.on_new_tensor = release
        loaded.probe.start_recording()
        try:
            yield
        finally:
            loaded.probe.on_new_tensor = None
            # An error is reported when the picture's cells are wanted.
            with contextlib.suppress(ObservationError):
                loaded.probe.stop_recording()
        _LOGGER.info("%d MB of the KV cache are not in use yet", released // 10**6)

    def mute(self) -> None:
        """Emit nothing from now on."""
        self._emit = lambda _event: None

    def read_question(self, prefix: PicturePrefix, *, has_turns: bool) -> Past:
        """Read what comes after the picture; return how far the cache is filled then.

        With earlier turns, those that the cache holds token for token are kept. Without, all is read, so that the
        same question about the same picture is answered alike, whatever was asked in between.

        Raises:
            InferenceError: llama.cpp failed.
        """
        n_same = _count_same(self._loaded.tail, self.tail) if has_turns else 0
        # The last token is always read: its attention and what it predicts are wanted.
        n_same = min(n_same, len(self.tail) - 1)
        self._loaded.trim_tail(n_same)
        self.n_kept += n_same
        return self._feed_text(self.tail[n_same:], prefix.past.plus(n_same), is_tail=True)

    def _encode(self) -> EncodedPicture:
        encoded = self._loaded.pictures.get(self._picture)
        if encoded is not None:
            return encoded
        self._emit(Encoding())
        clock = Stopwatch()
        made = []
        for chunk in self._until_picture:
            if chunk.is_image:
                embeddings = self._loaded.encoder.encode(chunk)
                if embeddings is None:
                    raise DecodeAborted
                made.append(embeddings)
        self.encode_ms = clock.ms()
        is_active = {
            clip_order.CORRECTION_NAME: self._loaded.encoder.is_order_corrected,
            mmproj.CORRECTION_NAME: self._loaded.projector.is_corrected,
        }
        corrections = tuple(name for name, active in is_active.items() if active)
        familiarity = self._loaded.familiarity
        distance = familiarity.measure(np.concatenate(made)) if familiarity else 0.0
        encoded = EncodedPicture(tuple(made), corrections, distance)
        self._loaded.pictures.put(self._picture, encoded)
        return encoded

    def _feed_text(self, tokens: Sequence[int], past: Past, *, is_tail: bool = False) -> Past:
        """Decode tokens batch by batch; return how far the cache is filled then."""
        with self._timed():
            for start in self._batches(len(tokens)):
                part = tokens[start : start + self._model.n_batch]
                self._model.decode_tokens(part, past)
                past = past.plus(len(part))
                if is_tail:
                    self._loaded.tail += part
                self._emit(Prefilling(past.n_cells, self._n_total))
        return past

    def _feed_picture(
        self, chunk: Chunk, embeddings: npt.NDArray[np.float32], before: Past
    ) -> Past:
        """Decode a picture's embeddings batch by batch; return how far the cache is filled then."""
        encoder, n_batch = self._loaded.encoder, self._model.n_batch
        positions, is_causal = encoder.positions(chunk, before.pos), encoder.is_causal(chunk)
        if not is_causal and chunk.n_tokens > n_batch:
            raise InferenceError(words.picture_over_batch(chunk.n_tokens), words.OTHER_MODEL_HINT)
        with self._timed():
            for start in self._batches(chunk.n_tokens):
                part = slice(start, start + n_batch)
                past = before.plus(start)
                self._model.decode_embeddings(
                    embeddings[part], positions[:, part], past, is_causal=is_causal
                )
                n_read = past.n_cells + len(embeddings[part])
                self._emit(Prefilling(n_read, self._n_total))
        return before.plus(chunk.n_tokens, chunk.n_pos)

    def _batches(self, n_tokens: int) -> Iterator[int]:
        """Yield where each batch begins, unless the request is cancelled before."""
        for start in range(0, n_tokens, self._model.n_batch):
            if self._loaded.is_cancelled():
                raise DecodeAborted
            yield start

    @contextmanager
    def _timed(self) -> Iterator[None]:
        clock = Stopwatch()
        yield
        self.prefill_ms += clock.ms()


def _grid(pictures: Sequence[Chunk]) -> tuple[int, int]:
    """Return columns and rows of the only picture's image tokens; of several all in one row."""
    n_tokens = sum(chunk.n_tokens for chunk in pictures)
    columns, rows = pictures[0].grid
    side = math.isqrt(n_tokens)
    if rows == 1 and side * side == n_tokens and not pictures[0].size[0]:
        columns = rows = side  # mtmd says the shape only where the picture decides it
    is_grid = len(pictures) == 1 and columns * rows == n_tokens
    return (columns, rows) if is_grid else (n_tokens, 1)


def _count_same(one: Sequence[int], other: Sequence[int]) -> int:
    """Return how many tokens two runs have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
