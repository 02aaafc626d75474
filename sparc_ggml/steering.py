"""SPARC over one answer: observation, arithmetic and V cache, in the authors' order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sparc_ggml.config import SparcConfig
from sparc_ggml.eval_callback import AttentionProbe
from sparc_ggml.value_cache import UnsupportedCacheError


@dataclass(frozen=True)
class StepRecord:
    """What one decode step did, for the trace.

    Attributes:
        selected: 0-based image tokens that this step's attention selects for the next one.
        max_gain: largest accumulated gain during this step.
        is_clamped: whether a gain was held back before its number type overflowed.
        attention: probability paid to each image token, where it is watched; else empty.
        boosted: their sum, each times its token's gain, which is what reaches the values.
    """

    selected: tuple[int, ...]
    max_gain: float
    is_clamped: bool
    attention: tuple[float, ...] = ()
    boosted: float = 0.0


class Steering:
    """Steers one answer; call ``begin``, then ``before_decode`` and ``after_decode`` at each step, then ``finish``.

    ``finish`` leaves the KV cache bit for bit as ``begin`` found it, however the answer ended; as a context manager it
    finishes by itself.
    """

    def __init__(
        self,
        probe: AttentionProbe,
        config: SparcConfig,
        image_cells: npt.NDArray[np.int64],
        is_watched: bool = False,
    ) -> None:
        """Prepare observation; call before the last prompt batch is decoded.

        Args:
            probe: the context's eval callback, which has recorded the picture's cells.
            config: with its layers filled in by ``SparcConfig.for_depth``.
            image_cells: the KV cell of each image token, shape (n_image,).
            is_watched: whether the attention is observed and recorded even where the method does not need it.

        Raises:
            UnsupportedCacheError: a layer's V cache cannot be scaled.
        """
        assert config.selected_layer is not None
        assert config.last_layer is not None
        wanted = range(config.first_layer, config.last_layer + 1)
        # A hybrid model attends in some of its layers only.
        steered = [il for il in wanted if il in probe.layers]
        if not steered:
            raise UnsupportedCacheError("no layer to be steered keeps a V cache")
        selected_layer = config.selected_layer
        observed = min(probe.layers, key=lambda il: abs(il - selected_layer))
        self._probe = probe
        self._step = probe.make_step(config, [probe.layers[il] for il in steered], image_cells)
        self._observes = config.method == "sparc" or is_watched
        self._is_watched = is_watched
        self._attention: tuple[float, ...] = ()
        self._boosted = 0.0
        if self._observes:
            probe.observe(observed, image_cells)

    def __enter__(self) -> Steering:
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def begin(self) -> None:
        """Take the last prompt token's attention; call after the prompt was decoded.

        Raises:
            ObservationError: it could not be observed.
        """
        self._step.begin(self._probe.take() if self._observes else np.empty(0, np.float32))

    def before_decode(self) -> None:
        """Scale the V rows of the tokens selected at the step before."""
        self._step.apply()

    def after_decode(self) -> None:
        """Observe the step and select for the next one.

        Raises:
            ObservationError: the attention could not be observed.
        """
        if self._observes:
            seen = self._probe.take()
            self._step.observe(seen)
            if self._is_watched:
                self._attention = tuple(seen.tolist())
                self._boosted = float(seen @ self._step.gain)

    def record(self) -> StepRecord:
        """Return what the last step did."""
        return StepRecord(
            selected=tuple(int(j) for j in self._step.selected),
            max_gain=float(self._step.gain.max(initial=1.0)),
            is_clamped=self._step.is_clamped,
            attention=self._attention,
            boosted=self._boosted,
        )

    def finish(self) -> None:
        """Put the V rows back bit for bit and stop observing; idempotent."""
        self._step.restore()
        self._probe.stop_observing()
