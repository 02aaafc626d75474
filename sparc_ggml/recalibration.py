"""SPARC's arithmetic (arXiv 2502.01419, section 4), in numpy alone.

One number per image token j:

- ``ema[j]``: moving average of the attention that the newest token pays to j,
- ``gain[j]``: the factor by which attention to j is boosted; starts at 1 and accumulates.

After each forward pass, ``a[j]`` (mean over heads at the selected layer) gives the relative activation
``r[j] = (a[j] - ema[j]) / ema[j]``. Tokens with ``r[j] >= tau`` are selected, and before the *next*
forward pass their gains are multiplied by ``alpha``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sparc_ggml.config import SparcConfig

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]


def relative_activation(a: Floats, ema: Floats) -> Floats:
    """Return how far attention rose above its average, relative to it.

    Args:
        a: attention probabilities on the image tokens, shape (n_image,).
        ema: their moving average, shape (n_image,).

    Returns:
        ``(a - ema) / ema``, shape (n_image,); where the average is 0, infinity if ``a`` is above it, else 0.
    """
    rise = a - ema
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        r = rise / ema
    return np.where(ema > 0, r, np.where(rise > 0, np.inf, 0.0)).astype(np.float32)


def select(r: Floats, tau: float) -> Indices:
    """Return indices of the image tokens whose relative activation reaches ``tau``, ascending."""
    return np.flatnonzero(r >= tau)


def update_ema(ema: Floats, a: Floats, beta: float) -> Floats:
    """Return ``(1 - beta) * a + beta * ema``: beta weights the OLD average, so 0 forgets at once."""
    return (np.float32(1 - beta) * a + np.float32(beta) * ema).astype(np.float32)


class Recalibration:
    """The state of SPARC over one answer.

    The order of calls is: ``begin`` once with the attention of the last prompt token, then for each
    decode step ``apply_selection`` before the forward pass and ``observe`` after it.

    Attributes:
        gain: accumulated factor per image token, shape (n_image,), float64.
        selected: indices that the last observation selected.
        is_clamped: whether the last ``apply_selection`` grew nothing, because a number type would overflow.
    """

    def __init__(
        self, config: SparcConfig, n_image: int, max_gain: npt.NDArray[np.float64] | None = None
    ) -> None:
        """Start afresh.

        Args:
            config: alpha, beta, tau and the method.
            n_image: number of image tokens.
            max_gain: largest gain each token's V rows can bear before their number type overflows,
                shape (n_image,); read at each step, so that it may be filled in later; ``None`` means no limit.
        """
        self._config = config
        self._limit = np.full(n_image, np.inf) if max_gain is None else max_gain
        self._ema: Floats | None = None
        self.gain = np.ones(n_image)
        self.selected: Indices = np.empty(0, np.intp)
        self.is_clamped = False

    def begin(self, a: Floats) -> None:
        """Take the last prompt token's attention as the first average; nothing is scaled. Shape (n_image,)."""
        self._ema = a.astype(np.float32)
        if self._config.method == "uniform":
            self.selected = np.arange(len(self.gain))

    @property
    def pending(self) -> Indices:
        """Tokens that the next ``apply_selection`` would boost; none where alpha is 1."""
        return self.selected if self._config.alpha != 1.0 else self.selected[:0]

    def apply_selection(self) -> Indices:
        """Multiply the gains of the tokens selected last; call before the forward pass.

        Returns:
            The indices whose gain changed; none if it would take ``sum(gain / max_gain)`` above 1.
        """
        chosen = self.pending
        grown = self.gain.copy()
        grown[chosen] *= self._config.alpha
        # ggml's flash attention adds up softmax-weighted V rows in f16 before it normalises, so not only
        # each boosted row but their sum has to stay below what the number type can hold.
        # Added up one by one, as the compiled twin does, so that both decide alike to the last bit.
        self.is_clamped = bool(len(chosen)) and float(np.cumsum(grown / self._limit)[-1]) > 1.0
        if self.is_clamped:
            chosen = np.empty(0, np.intp)
        else:
            self.gain = grown
        self.selected = np.empty(0, np.intp)
        return chosen

    def observe(self, a: Floats) -> Indices:
        """Select the tokens whose attention rose, then update the average; call after the forward pass.

        Args:
            a: attention of the one query token, mean over heads at the selected layer, shape (n_image,).

        Returns:
            The selected indices, ascending; they take effect at the next ``apply_selection``.

        Raises:
            RuntimeError: ``begin`` was not called.
        """
        if self._ema is None:
            raise RuntimeError(
                "begin() takes the last prompt token's attention before the first step"
            )
        if self._config.method == "sparc":
            self.selected = select(relative_activation(a, self._ema), self._config.tau)
            self._ema = update_ema(self._ema, a.astype(np.float32), self._config.beta)
        return self.selected
