"""The probe for a context: compiled where that is possible, else in Python."""

from __future__ import annotations

import logging

from sparc_ggml.eval_callback import AttentionProbe
from sparc_ggml.native import NativeProbe, NativeUnavailableError

_LOGGER = logging.getLogger(__name__)


def make_probe(n_threads: int = 1, *, is_native: bool = True) -> AttentionProbe:
    """Return the eval callback of one context; ``attach`` it before the context is made, and keep it alive.

    Args:
        n_threads: as many as the model computes with.
        is_native: whether the compiled callback is used where there is one.

    Raises:
        SparcError: the loaded ggml lays out its tensors in a way that is not known.
    """
    if is_native:
        try:
            probe = NativeProbe(n_threads)
        except NativeUnavailableError as error:
            _LOGGER.info("SPARC runs in Python: its compiled part cannot be used, %s", error)
        else:
            _LOGGER.info("SPARC runs in its compiled part")
            return probe
    return AttentionProbe()
