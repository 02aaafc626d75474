"""A LLaVA on llama.cpp: loads the pair of files, and answers questions about pictures."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from dataclasses import replace

from assistant import messages
from assistant.core.events import Answer, DescribeRequest
from assistant.errors import ModelError, UsageError
from assistant.inference import mmproj, native_log, prompts
from assistant.inference.answer_run import AnswerRun, Emit
from assistant.inference.llama import LanguageModel
from assistant.inference.loaded import IsCancelled, LoadedModel
from assistant.inference.optional_steering import OptionalSteering
from assistant.inference.options import EngineOptions
from assistant.inference.picture_encoder import PictureEncoder
from assistant.inference.picture_memory import PictureMemory
from sparc_ggml._ggml import GgmlAbiError
from sparc_ggml.config import SparcConfig, SparcConfigError
from sparc_ggml.eval_callback import AttentionProbe
from sparc_ggml.native import NativeProbe, NativeUnavailableError

_LOGGER = logging.getLogger(__name__)


def _make_probe(uses_native: bool) -> AttentionProbe:
    """The compiled eval callback where there is one, else the Python one."""
    if uses_native:
        try:
            probe = NativeProbe()
        except NativeUnavailableError as error:
            _LOGGER.info("SPARC runs in Python: its compiled part cannot be used, %s", error)
        else:
            _LOGGER.info("SPARC runs in its compiled part")
            return probe
    return AttentionProbe()


class Engine:
    """One loaded LLaVA; answers one request at a time; a context manager.

    Attributes:
        loaded: the model and what is in its KV cache.
    """

    def __init__(self, options: EngineOptions, is_cancelled: IsCancelled = lambda: False) -> None:
        """Loads the pair of files.

        Args:
            options: paths and settings.
            is_cancelled: asked between tokens and batches, and while llama.cpp reads a prompt or a picture.

        Raises:
            ModelError: a file is missing, damaged, or does not fit the other.
        """
        started = time.perf_counter()
        native_log.redirect()
        for path in (options.model_path, options.mmproj_path):
            if not path.is_file():
                raise ModelError(messages.model_missing(str(path)))
        projector = mmproj.open_projector(
            options.mmproj_path, options.cache_dir, corrects=options.corrects_pictures
        )
        self._unknown_build = ""
        probe: AttentionProbe | None = None
        try:
            probe = _make_probe(options.uses_native)
        except GgmlAbiError as error:
            self._unknown_build = messages.unsteered_build(str(error))
        with ExitStack() as stack:
            model = LanguageModel(options, probe)
            stack.callback(model.close)
            encoder = PictureEncoder(options, projector, model, is_cancelled)
            stack.callback(encoder.close)
            self._stack = stack.pop_all()
        pictures = PictureMemory(options.kept_pictures_mb)
        self.loaded = LoadedModel(options, model, encoder, projector, probe, is_cancelled, pictures)
        self.loaded.load_ms = (time.perf_counter() - started) * 1000

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
        model = self.loaded.model
        prompt = prompts.render(
            request.question,
            self.loaded.options.template,
            model.chat_template(),
            model.special_text("bos"),
            model.special_text("eos"),
        )
        run = AnswerRun(self.loaded, request, emit, self._steering(request.sparc))
        with self.loaded.encoder.tokenize(prompt, request.image_rgb) as chunks:
            if chunks.n_tokens >= model.n_ctx:
                raise UsageError(
                    messages.prompt_too_long(chunks.n_tokens, model.n_ctx),
                    messages.prompt_too_long_hint(),
                )
            return run.write(chunks)

    def _steering(self, wanted: SparcConfig | None) -> OptionalSteering:
        try:
            config = (wanted or self.loaded.options.preset).for_depth(self.loaded.model.n_layer)
        except SparcConfigError as error:
            raise UsageError(messages.sparc_wrong(str(error))) from error
        reason = self._unknown_build or self.loaded.model.unsteerable_reason
        if config.method != "none" and reason:
            return OptionalSteering(replace(config, method="none"), reason)
        return OptionalSteering(config)
