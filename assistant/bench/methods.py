"""The methods that are compared, as they are typed and as they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.bench import messages as words
from assistant.errors import UsageError
from sparc_ggml.config import METHODS, SparcConfig, SparcConfigError

UNIFORM_ALPHA = 1.1
_PARAMETERS = ("alpha", "beta", "tau", "layer")


@dataclass(frozen=True)
class Method:
    """A way of steering and what it is called in results."""

    label: str
    config: SparcConfig


def name_method(config: SparcConfig) -> Method:
    """Return a configuration with its name, which gives every value that matters to it."""
    if config.method == "none":
        return Method("none", SparcConfig(method="none"))
    told = f"{config.method} alpha {config.alpha:g}"
    if config.method == "sparc":
        told += f" beta {config.beta:g} tau {config.tau:g}"
        if config.selected_layer is not None:
            told += f" layer {config.selected_layer}"
    if config.first_layer or config.last_layer is not None:
        told += (
            f" layers {config.first_layer}-{'' if config.last_layer is None else config.last_layer}"
        )
    return Method(told, config)


def parse_methods(typed: Sequence[str], preset: SparcConfig) -> list[Method]:
    """Parse methods as they are typed: ``none``, ``uniform:1.05``, ``sparc``, ``sparc:alpha=1.1:tau=1.5``.

    Args:
        typed: one a word; also several in a word, with commas between.
        preset: the model's own values, for what is not said.

    Raises:
        UsageError: one is not understood, or a value is out of its range.
    """
    names = [name.strip() for word in typed for name in word.split(",") if name.strip()]
    found = {one.label: one for one in (_parse(name, preset) for name in names)}
    return list(found.values())


def _parse(typed: str, preset: SparcConfig) -> Method:
    name, *parts = typed.split(":")
    if name not in METHODS or (name == "none" and parts):
        raise UsageError(words.method_unknown(typed), words.METHOD_HINT)
    values: dict[str, float | int] = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals and len(parts) == 1:
            key, value = "alpha", part
        if key not in _PARAMETERS:
            raise UsageError(words.method_unknown(typed), words.METHOD_HINT)
        try:
            values["selected_layer" if key == "layer" else key] = (
                int(value) if key == "layer" else float(value)
            )
        except ValueError:
            raise UsageError(words.method_unknown(typed), words.METHOD_HINT) from None
    base = SparcConfig(alpha=UNIFORM_ALPHA) if name == "uniform" else preset
    try:
        return name_method(replace(base, method=name, **values))  # type: ignore[arg-type]
    except SparcConfigError as error:
        raise UsageError(words.method_wrong(typed, str(error)), words.METHOD_HINT) from error
