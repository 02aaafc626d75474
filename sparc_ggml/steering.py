"""SPARC over one answer: observation, arithmetic and V cache, in the authors' order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sparc_ggml.config import SparcConfig
from sparc_ggml.eval_callback import AttentionProbe
from sparc_ggml.recalibration import Recalibration
from sparc_ggml.value_cache import UnsupportedCacheError, ValueCache


@dataclass(frozen=True)
class StepRecord:
    """What one decode step did, for the trace.

    Attributes:
        selected: 0-based image tokens that this step's attention selects for the next one.
        max_gain: largest accumulated gain during this step.
        is_clamped: whether a gain was held back before its number type overflowed.
    """

    selected: tuple[int, ...]
    max_gain: float
    is_clamped: bool


class Steering:
    """Steers one answer; call ``begin``, then ``before_decode`` and ``after_decode`` at each step, then ``finish``.

    ``finish`` leaves the KV cache bit for bit as ``begin`` found it, however the answer ended.
    """

    def __init__(
        self, probe: AttentionProbe, config: SparcConfig, image_cells: npt.NDArray[np.int64]
    ) -> None:
        """Prepares observation; call before the last prompt batch is decoded.

        Args:
            probe: the context's eval callback, which has recorded the picture's cells.
            config: with its layers filled in by ``SparcConfig.for_depth``.
            image_cells: the KV cell of each image token, shape (n_image,).

        Raises:
            UnsupportedCacheError: a layer's V cache cannot be scaled.
        """
        assert config.selected_layer is not None
        assert config.last_layer is not None
        wanted = range(config.first_layer, config.last_layer + 1)
        missing = [il for il in wanted if il not in probe.layers]
        if missing:
            raise UnsupportedCacheError(f"layer {missing[0]} keeps no V cache")
        self._probe = probe
        layers = (probe.layers[il] for il in wanted)
        self._cache = ValueCache(layers, image_cells, probe.row_scaler)
        self._recalibration = Recalibration(config, len(image_cells), self._cache.max_gain)
        self._observes = config.method == "sparc"
        if self._observes:
            probe.observe(config.selected_layer, image_cells)

    def begin(self) -> None:
        """Takes the last prompt token's attention; call after the prompt was decoded.

        Raises:
            ObservationError: it could not be observed.
        """
        self._recalibration.begin(self._probe.take() if self._observes else np.empty(0, np.float32))

    def before_decode(self) -> None:
        """Scales the V rows of the tokens selected at the step before."""
        # Saved first, since that is when a row's largest gain becomes known.
        self._cache.save(self._recalibration.pending)
        changed = self._recalibration.apply_selection()
        if len(changed):
            self._cache.scale(changed, self._recalibration.gain[changed])

    def after_decode(self) -> StepRecord:
        """Observes the step and selects for the next one.

        Raises:
            ObservationError: the attention could not be observed.
        """
        if self._observes:
            self._recalibration.observe(self._probe.take())
        state = self._recalibration
        return StepRecord(
            selected=tuple(int(j) for j in state.selected),
            max_gain=float(state.gain.max(initial=1.0)),
            is_clamped=state.is_clamped,
        )

    def finish(self) -> None:
        """Puts the V rows back bit for bit and stops observing; idempotent."""
        self._cache.restore()
        self._probe.stop_observing()
