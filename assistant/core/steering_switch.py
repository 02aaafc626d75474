"""Turns attention steering on and off, where a person wants it otherwise than the model has it."""

from __future__ import annotations

from dataclasses import replace

from assistant.messages import session as words
from sparc_ggml.config import SparcConfig


class SteeringSwitch:
    """What the person chose: nothing yet, on, or off; it holds for every model that is used afterwards."""

    def __init__(self) -> None:
        """Leave steering as the model has it."""
        self._chosen: bool | None = None

    def is_on(self, sparc: SparcConfig | None) -> bool:
        """Return whether the next answer is steered; ``sparc`` is the model's own, None where it is not known."""
        if self._chosen is not None:
            return self._chosen
        return sparc is None or sparc.method != "none"

    def apply(self, sparc: SparcConfig | None) -> SparcConfig | None:
        """Return the model's own steering as it was chosen to be."""
        if sparc is None or self.is_on(sparc) == (sparc.method != "none"):
            return sparc
        return replace(sparc, method="sparc" if self._chosen else "none")

    def turn(self, sparc: SparcConfig | None, *, is_measured: bool) -> str:
        """Turn steering on if it is off, and off if it is on; return what to say.

        Args:
            sparc: the model's own.
            is_measured: whether it has values that are known to suit the model.
        """
        self._chosen = not self.is_on(sparc)
        if not self._chosen:
            return words.STEERING_OFF
        return words.STEERING_ON if is_measured else words.STEERING_ON_UNMEASURED

    def status(self, sparc: SparcConfig | None, key: str, *, is_measured: bool) -> str:
        """Return that steering is off, why, and the key that turns it on; empty where it is on."""
        if self.is_on(sparc):
            return ""
        if is_measured or self._chosen is not None:
            return words.steering_is_off(key)
        return words.steering_is_off_unmeasured(key)
