"""Chooses the next token: greedily by default, with llama.cpp's own samplers otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
from llama_cpp import llama_cpp

from assistant import messages
from assistant.core.events import DecodeOptions
from assistant.errors import InferenceError
from assistant.inference.llama import LanguageModel


class Sampler:
    """Picks tokens for one answer; a context manager."""

    def __init__(self, options: DecodeOptions, model: LanguageModel) -> None:
        self._model = model
        self._chain: Any = None
        if options.temperature > 0:
            self._chain = llama_cpp.llama_sampler_chain_init(
                llama_cpp.llama_sampler_chain_default_params()
            )
            for part in (
                llama_cpp.llama_sampler_init_top_p(options.top_p, 1),
                llama_cpp.llama_sampler_init_temp(options.temperature),
                llama_cpp.llama_sampler_init_dist(options.seed),
            ):
                llama_cpp.llama_sampler_chain_add(self._chain, part)

    def __enter__(self) -> Sampler:
        return self

    def __exit__(self, *_: object) -> None:
        if self._chain is not None:
            llama_cpp.llama_sampler_free(self._chain)

    def pick(self) -> int:
        """Return the next token after the last decode.

        Raises:
            InferenceError: the logits are not finite, as with damaged weights.
        """
        logits = self._model.logits()
        best = int(np.argmax(logits))
        # argmax stops at the first NaN, so the winner shows whether there is one.
        if not np.isfinite(logits[best]):
            raise InferenceError(messages.NUMBERS_NOT_FINITE, messages.DAMAGED_MODEL_HINT)
        if self._chain is None:
            return best
        return int(llama_cpp.llama_sampler_sample(self._chain, self._model.context, -1))
