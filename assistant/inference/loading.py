"""Loads the two files of a LLaVA side by side, as far as one does not wait for the other."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from assistant.inference.gguf.memory_need import Plan
from assistant.inference.gguf.mmproj import Projector
from assistant.inference.llama import LanguageModel
from assistant.inference.loaded import IsCancelled
from assistant.inference.options import EngineOptions
from assistant.inference.picture_encoder import PictureEncoder
from assistant.system import threads
from sparc_ggml.eval_callback import AttentionProbe

_STEP = 1 << 24


def load_pair(
    options: EngineOptions,
    projector: Projector,
    probe: AttentionProbe | None,
    plan: Plan,
    metadata: Mapping[str, str],
    is_cancelled: IsCancelled,
) -> tuple[LanguageModel, PictureEncoder, ExitStack]:
    """Return the language model, the picture encoder, and what closes them.

    The projector needs the language model's weights but not its context. To copy the one into memory and write
    zeros over the other's KV cache takes a second each with seven billion parameters, on one core each.

    Raises:
        ModelError: one of them cannot be loaded, or they do not fit each other.
    """
    encoders: list[Future[PictureEncoder]] = []

    def load_encoder(model: LanguageModel) -> None:
        encoders.append(pool.submit(PictureEncoder, options, projector, model, is_cancelled))

    with ThreadPoolExecutor(1, "projector") as pool, ExitStack() as stack:
        try:
            model = LanguageModel(options, probe, plan, metadata, load_encoder)
            stack.callback(model.close)
        finally:  # the encoder is closed even where no context could be made
            for encoder in encoders:
                stack.callback(encoder.result().close)
        return model, encoders[0].result(), stack.pop_all()


def start_reading(paths: Sequence[Path]) -> threading.Thread | None:
    """Bring files into the page cache, one after the other, without copying a byte; return at once.

    A slow disk is then never idle: the projector arrives while the language model is being set up.
    """
    return threads.start(_read, "read-ahead", tuple(paths))


def _read(paths: Sequence[Path]) -> None:
    for path in paths:
        # Whoever loads the file says what is wrong with it.
        with contextlib.suppress(OSError), path.open("rb", buffering=0) as file:
            for start in range(0, os.fstat(file.fileno()).st_size, _STEP):
                os.posix_fadvise(file.fileno(), start, _STEP, os.POSIX_FADV_WILLNEED)
