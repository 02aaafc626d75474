"""Parameters of SPARC (arXiv 2502.01419) and the presets that belong to a model family."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from sparc_ggml.errors import SparcError

Method = Literal["none", "uniform", "sparc"]
METHODS: tuple[Method, ...] = ("none", "uniform", "sparc")

REFERENCE_LAYER = 20
"""Layer that the authors observe in LLaVA-1.5-7B ..."""
REFERENCE_N_LAYER = 32
"""... which has this many layers."""


class SparcConfigError(SparcError, ValueError):
    """A parameter lies outside its range; the message names it and says why."""


@dataclass(frozen=True)
class SparcConfig:
    """How attention to the picture is steered while an answer is written.

    Attributes:
        method: "sparc" boosts the image tokens whose attention just rose, "uniform" boosts all of
            them once by ``alpha`` (the comparison in the paper's section 3), "none" leaves the model alone.
        alpha: factor by which a selected token's attention grows each time it is selected; at least 1.
        beta: weight of the OLD average in ``ema = (1 - beta) * a + beta * ema``; in [0, 1).
        tau: relative rise of attention from which a token is selected.
        selected_layer: 0-based layer whose attention is observed; ``None`` scales 20 of 32 to the depth.
        first_layer: first layer whose V rows are scaled, 0-based.
        last_layer: last layer whose V rows are scaled, inclusive; ``None`` means the model's last.
    """

    method: Method = "sparc"
    alpha: float = 1.1
    beta: float = 0.1
    tau: float = 1.5
    selected_layer: int | None = None
    first_layer: int = 0
    last_layer: int | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise SparcConfigError(
                f"method is {self.method!r}; it must be one of {', '.join(METHODS)}"
            )
        for name in ("alpha", "beta", "tau"):
            if not math.isfinite(getattr(self, name)):
                raise SparcConfigError(f"{name} must be a finite number")
        if not 1.0 <= self.alpha <= 10.0:
            raise SparcConfigError(
                f"alpha is {self.alpha:g}; it must lie between 1 (no boost) and 10, "
                "because it multiplies at every selection"
            )
        if not 0.0 <= self.beta < 1.0:
            raise SparcConfigError(
                f"beta is {self.beta:g}; it must lie in 0 to below 1, "
                "because it is the weight of the old average"
            )
        if self.tau < -1.0:
            raise SparcConfigError(
                f"tau is {self.tau:g}; it must be at least -1, "
                "because attention cannot fall by more than all of it"
            )
        if self.selected_layer is not None and self.selected_layer < 0:
            raise SparcConfigError(f"layer is {self.selected_layer}; layers count from 0")
        if self.first_layer < 0 or (
            self.last_layer is not None and self.last_layer < self.first_layer
        ):
            raise SparcConfigError(
                f"layers {self.first_layer}-{self.last_layer} is not a range; "
                "give the first and the last layer, counted from 0"
            )

    def for_depth(self, n_layer: int) -> SparcConfig:
        """Fill in the layers for a model of ``n_layer`` layers.

        Raises:
            SparcConfigError: a layer does not exist in this model.
        """
        selected = self.selected_layer
        if selected is None:
            selected = min(round(REFERENCE_LAYER / REFERENCE_N_LAYER * n_layer), n_layer - 1)
        last = n_layer - 1 if self.last_layer is None else self.last_layer
        for name, value in (
            ("layer", selected),
            ("first layer", self.first_layer),
            ("last layer", last),
        ):
            if value >= n_layer:
                raise SparcConfigError(
                    f"{name} is {value}, but this model's layers are 0 to {n_layer - 1}"
                )
        return replace(self, selected_layer=selected, last_layer=last)


LLAVA_1_5 = SparcConfig(tau=1.5)
"""The authors' values for LLaVA-1.5."""
LLAVA_NEXT = SparcConfig(tau=4.0)
"""The authors' values for LLaVA-NeXT (1.6)."""
UNMEASURED = SparcConfig(method="none")
"""For models with which steering was not measured: off, and with the values of LLaVA-1.5 once it is turned on."""
PRESETS: dict[str, SparcConfig] = {
    "llava-1.5": LLAVA_1_5,
    "llava-next": LLAVA_NEXT,
    "unmeasured": UNMEASURED,
}
