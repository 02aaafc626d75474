"""Loads the two files of a LLaVA, as far as they do not wait for each other side by side."""

from __future__ import annotations

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


def load_pair(
    options: EngineOptions,
    projector: Projector,
    probe: AttentionProbe | None,
    plan: Plan,
    metadata: Mapping[str, str],
    is_cancelled: IsCancelled,
) -> tuple[LanguageModel, PictureEncoder, ExitStack]:
    """The language model, the picture encoder, and what closes them.

    The projector needs the language model's weights but not its context. Copying the one into memory and writing
    zeros over the other's KV cache takes a second each with a model of seven billion parameters, on one core each.

    Args:
        options: paths and settings.
        projector: the projector file as it is to be loaded.
        probe: the language model's eval callback; ``None`` for none.
        plan: what of the settings depends on memory.
        metadata: texts to take instead of the language model's own, by key.
        is_cancelled: asked while a picture is encoded.

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
        finally:  # what the other thread makes is not left behind where there is no context
            for encoder in encoders:
                stack.callback(encoder.result().close)
        return model, encoders[0].result(), stack.pop_all()


_STEP = 1 << 24


def start_reading(paths: Sequence[Path]) -> threading.Thread | None:
    """Brings files into the page cache, one after the other, without copying a byte; returns at once.

    A slow disk is then never idle: the projector arrives while the language model is being set up. What
    is in memory already costs nothing.
    """
    return threads.start(_read, "read-ahead", tuple(paths))


def _read(paths: Sequence[Path]) -> None:
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            continue  # whoever loads it says what is wrong
        try:
            size = os.fstat(descriptor).st_size
            for start in range(0, size, _STEP):
                os.posix_fadvise(descriptor, start, _STEP, os.POSIX_FADV_WILLNEED)
        except OSError:
            continue
        finally:
            os.close(descriptor)
