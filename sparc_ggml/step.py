"""One decode step's bookkeeping: gains, saved rows and scaled rows together, in Python or compiled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sparc_ggml.config import SparcConfig
from sparc_ggml.recalibration import Floats, Indices, Recalibration
from sparc_ggml.value_cache import LayerValues, ValueCache


class Step(Protocol):
    """The state of one answer; ``begin`` once, then ``apply`` before and ``observe`` after each forward pass."""

    @property
    def selected(self) -> Indices:
        """Image tokens that the last observation selected, ascending."""
        ...

    @property
    def gain(self) -> npt.NDArray[np.float64]:
        """Accumulated factor of each image token, shape (n_image,)."""
        ...

    @property
    def is_clamped(self) -> bool:
        """Whether the last ``apply`` grew nothing, because a number type would overflow."""
        ...

    def begin(self, a: Floats) -> None:
        """Take the last prompt token's attention, shape (n_image,); unused by method "uniform"."""
        ...

    def apply(self) -> None:
        """Multiply the gains of the selected tokens and scale their V rows."""
        ...

    def observe(self, a: Floats) -> None:
        """Select for the next step from this one's attention, shape (n_image,)."""
        ...

    def restore(self) -> None:
        """Put every changed V row back, bit for bit; idempotent."""
        ...


class PythonStep:
    """The reference: ``Recalibration`` and ``ValueCache``, one after the other."""

    def __init__(
        self, config: SparcConfig, layers: Sequence[LayerValues], cells: npt.NDArray[np.int64]
    ) -> None:
        """Change nothing yet.

        Args:
            config: with its layers filled in.
            layers: the V caches of the layers to scale.
            cells: the KV cell of each image token, shape (n_image,).

        Raises:
            UnsupportedCacheError: a layer's V cache cannot be scaled.
        """
        self._cache = ValueCache(layers, cells)
        self._state = Recalibration(config, len(cells), self._cache.max_gain)

    @property
    def selected(self) -> Indices:
        return self._state.selected

    @property
    def gain(self) -> npt.NDArray[np.float64]:
        return self._state.gain

    @property
    def is_clamped(self) -> bool:
        return self._state.is_clamped

    def begin(self, a: Floats) -> None:
        self._state.begin(a)

    def apply(self) -> None:
        # Saved first, since that is when a row's largest gain becomes known.
        self._cache.save(self._state.pending)
        changed = self._state.apply_selection()
        if len(changed):
            self._cache.scale(changed, self._state.gain[changed])

    def observe(self, a: Floats) -> None:
        self._state.observe(a)

    def restore(self) -> None:
        self._cache.restore()
