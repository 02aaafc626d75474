"""Steering that may turn out to be impossible: the answer then goes on without it, and says why."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from assistant import messages
from assistant.inference.loaded import PicturePrefix
from sparc_ggml.config import SparcConfig
from sparc_ggml.errors import SparcError
from sparc_ggml.eval_callback import AttentionProbe
from sparc_ggml.steering import Steering, StepRecord

_LOGGER = logging.getLogger(__name__)
_UNSTEERED = StepRecord((), 1.0, is_clamped=False)


class OptionalSteering:
    """The steering of one answer; ``start`` before the last prompt batch, then as ``sparc_ggml.Steering``.

    Attributes:
        config: the parameters in force; method "none" once steering was given up, for ``reason``.
        is_watched: whether the attention on the picture is recorded, with method "none" too.
    """

    def __init__(self, config: SparcConfig, reason: str = "", is_watched: bool = False) -> None:
        self.config, self.reason, self.is_watched = config, reason, is_watched
        self._steering: Steering | None = None

    def start(self, probe: AttentionProbe | None, prefix: PicturePrefix) -> None:
        if self.config.method == "none" and not self.is_watched:
            return
        if probe is None or prefix.image_cells is None:
            self._give_up(prefix.unsteerable_reason or messages.UNSTEERED_CELLS)
            return
        try:
            self._steering = Steering(probe, self.config, prefix.image_cells, self.is_watched)
        except SparcError as error:
            probe.stop_observing()
            self._give_up(str(error))

    def begin(self) -> None:
        if self._steering is not None:
            self._try(self._steering.begin)

    def before_decode(self) -> None:
        if self._steering is not None:
            self._steering.before_decode()

    def after_decode(self) -> None:
        if self._steering is not None:
            self._try(self._steering.after_decode)

    def record(self) -> StepRecord:
        """Return what the last step did; an unsteered step selects nothing."""
        return _UNSTEERED if self._steering is None else self._steering.record()

    def finish(self) -> None:
        if self._steering is not None:
            self._steering.finish()
            self._steering = None

    def _try(self, observe: Callable[[], None]) -> None:
        try:
            observe()
        except SparcError as error:
            self._give_up(str(error))

    def _give_up(self, reason: str) -> None:
        _LOGGER.info("describing without SPARC: %s", reason)
        self.finish()
        self.config, self.reason = replace(self.config, method="none"), reason
