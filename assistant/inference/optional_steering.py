"""Steering that may turn out to be impossible: the answer then goes on without it, and says why."""

from __future__ import annotations

import logging
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
    """The steering of one answer, with ``sparc_ggml.steering``'s order of calls.

    Attributes:
        config: the parameters in force; method "none" once steering was given up.
        reason: why a wished-for steering was given up, or an empty string.
        is_watched: whether the attention on the picture is recorded, with method "none" too.
    """

    def __init__(self, config: SparcConfig, reason: str = "", is_watched: bool = False) -> None:
        self.config = config
        self.reason = reason
        self.is_watched = is_watched
        self._steering: Steering | None = None

    def start(self, probe: AttentionProbe | None, prefix: PicturePrefix) -> None:
        """Call before the last prompt batch."""
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
        """Call after the last prompt batch."""
        if self._steering is not None:
            try:
                self._steering.begin()
            except SparcError as error:
                self._give_up(str(error))

    def before_decode(self) -> None:
        """Call before each forward pass."""
        if self._steering is not None:
            self._steering.before_decode()

    def after_decode(self) -> None:
        """Call after each forward pass."""
        if self._steering is not None:
            try:
                self._steering.after_decode()
            except SparcError as error:
                self._give_up(str(error))

    def record(self) -> StepRecord:
        """What the last step did; an unsteered step selects nothing."""
        return _UNSTEERED if self._steering is None else self._steering.record()

    def _give_up(self, reason: str) -> None:
        _LOGGER.info("describing without SPARC: %s", reason)
        self.finish()
        self.config, self.reason = replace(self.config, method="none"), reason

    def finish(self) -> None:
        """Leaves the KV cache as it was before the answer; idempotent."""
        if self._steering is not None:
            self._steering.finish()
            self._steering = None
