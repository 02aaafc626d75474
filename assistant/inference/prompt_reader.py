"""Reads a prompt into the KV cache: the picture's part once, and of the text after it what is new."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.core.events import Encoding, Event, Prefilling
from assistant.inference import cache_pages
from assistant.inference.familiarity import LIMIT
from assistant.inference.gguf import mmproj
from assistant.inference.llama import DecodeAborted
from assistant.inference.loaded import LoadedModel, PicturePrefix, prefix_key
from assistant.inference.picture_encoder import Prompt
from assistant.inference.picture_memory import EncodedPicture
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
            self.n_kept = loaded.prefix.n_past
            return loaded.prefix
        loaded.forget()
        encoded = self._encode()
        self._check_familiar(encoded.distance)
        embeddings = iter(encoded.embeddings)
        n_past, reason = 0, ""
        cells: list[npt.NDArray[np.int64]] = []
        for chunk in self._until_picture:
            if not chunk.is_image:
                with self._first_sight():
                    n_past = self._feed(chunk.tokens, self._model.decode_tokens, n_past)
                continue
            loaded.is_cache_fresh = False
            if loaded.probe:
                loaded.probe.start_recording()
            n_past = self._feed(next(embeddings), self._model.decode_embeddings, n_past)
            if loaded.probe:
                try:
                    cells.append(loaded.probe.stop_recording())
                except ObservationError as error:
                    reason = str(error)
        is_known = not reason and sum(map(len, cells)) == self._n_image
        loaded.prefix = PicturePrefix(
            key=prefix_key(self._picture, self._until_picture),
            picture=self._picture,
            n_past=n_past,
            n_image=self._n_image,
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

    def read_question(self, prefix: PicturePrefix, *, has_turns: bool) -> int:
        """Read what comes after the picture; return how many cells are taken then.

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
        return self._feed(
            self.tail[n_same:], self._model.decode_tokens, prefix.n_past + n_same, is_tail=True
        )

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

    def _feed(
        self, items: Any, decode: Callable[[Any, int], None], n_past: int, *, is_tail: bool = False
    ) -> int:
        """Decode tokens or embeddings batch by batch; return the new ``n_past``."""
        clock = Stopwatch()
        for start in range(0, len(items), self._model.n_batch):
            if self._loaded.is_cancelled():
                raise DecodeAborted
            part = items[start : start + self._model.n_batch]
            decode(part, n_past)
            n_past += len(part)
            if is_tail:
                self._loaded.tail += part
            self._emit(Prefilling(n_past, self._n_total))
        self.prefill_ms += clock.ms()
        return n_past


def _count_same(one: Sequence[int], other: Sequence[int]) -> int:
    """Return how many tokens two runs have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
