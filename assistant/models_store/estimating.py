"""From what one model was measured to take to what another will take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from assistant.models_store.record import Speed, State
from assistant.models_store.rows import CatalogueModel

ANSWER_TOKENS = 100
"""Length of the answer that "seconds for a picture" is about: four or five sentences."""
_QUESTION_TOKENS = 50
_TILES = 5
"""Pictures that a tiled model's vision tower sees: four tiles and the whole."""


@dataclass(frozen=True)
class Cost:
    """Seconds for a picture, and whether they were measured with this model or reckoned from another."""

    seconds: float
    basis: Literal["measured", "estimated"]
    measured_with: str
    day: str


def seconds_of(speed: Speed) -> float:
    """One picture and an answer of ``ANSWER_TOKENS`` tokens."""
    return speed.encode_s + speed.n_prompt * speed.prompt_token_s + ANSWER_TOKENS * speed.token_s


def cost(name: str, state: State, rows: Mapping[str, CatalogueModel], machine: str) -> Cost | None:
    """What a picture costs with a model; ``None`` where nothing comparable was measured on this machine."""
    measured = {key: speed for key, speed in state.speeds.items() if speed.machine == machine}
    if name in measured:
        own = measured[name]
        return Cost(seconds_of(own), "measured", name, own.day)
    known = [key for key in measured if key in rows]
    if name not in rows or not known:
        return None
    # The nearest in size says most.
    row = rows[name]
    nearest = min(known, key=lambda key: abs(rows[key].parameters_billion - row.parameters_billion))
    speed = _scaled(measured[nearest], rows[nearest], row)
    return Cost(seconds_of(speed), "estimated", nearest, speed.day)


def _scaled(speed: Speed, measured: CatalogueModel, wanted: CatalogueModel) -> Speed:
    """Reading costs arithmetic, by the parameters; writing costs memory traffic, by the bytes of the model."""
    parameters = wanted.parameters_billion / measured.parameters_billion
    n_bytes = wanted.file("model").size / measured.file("model").size
    return Speed(
        encode_s=speed.encode_s * _pictures(wanted) / _pictures(measured),
        prompt_token_s=speed.prompt_token_s * parameters,
        token_s=speed.token_s * n_bytes,
        n_prompt=wanted.image_tokens + _QUESTION_TOKENS,
        machine=speed.machine,
        day=speed.day,
    )


def _pictures(row: CatalogueModel) -> int:
    return _TILES if row.image_tokens > 576 else 1
