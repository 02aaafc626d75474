"""How long a picture takes on this machine: measured once by ``models bench``, remembered, and estimated from."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assistant.core.events import (
    Answer,
    DecodeOptions,
    DescribeRequest,
    Encoding,
    Failed,
    Finished,
    ImageRgb,
    Loading,
    Piece,
    Prefilling,
)
from assistant.core.ports import Describer
from assistant.core.questions import DETAILED_PROMPT
from assistant.errors import ExitCode, InferenceError, RequestFailedError
from assistant.messages import models as words
from assistant.model_store.catalogue import CatalogueModel
from assistant.model_store.record import Speed, State

ANSWER_TOKENS = 100
"""Length of the answer that "seconds for a picture" is about: four or five sentences."""
_MEASURED_TOKENS = 32
_QUESTION_TOKENS = 50
_TILES = 5
"""Pictures that a tiled model's vision tower sees: four tiles and the whole."""
_STAGES: Mapping[type, str] = {
    Loading: words.BENCH_LOADING,
    Encoding: words.BENCH_LOOKING,
    Prefilling: words.BENCH_READING,
    Piece: words.BENCH_WRITING,
}


def measure(describer: Describer, machine: str, show: Callable[[str], None]) -> Speed:
    """Let a model describe one drawn picture that it has not seen before; show a line for each stage.

    Raises:
        AssistantError: the model failed.
    """
    decode = DecodeOptions(max_tokens=_MEASURED_TOKENS, ignores_eos=True)
    stages: list[type] = []
    request = DescribeRequest(_picture(), DETAILED_PROMPT, decode, is_anyway=True)
    for event in describer.ask(request):
        if isinstance(event, Finished):
            return _speed(event.answer, machine)
        if isinstance(event, Failed):
            raise RequestFailedError(event.message, event.hint, ExitCode(event.exit_code))
        kind = type(event)
        if kind in _STAGES and kind not in stages:
            stages.append(kind)
            show(_STAGES[kind])
    raise InferenceError(words.BENCH_FAILED)


def _speed(answer: Answer, machine: str) -> Speed:
    timings, counts = answer.timings, answer.counts
    if not counts.tokens or not counts.prompt_tokens:
        raise InferenceError(words.BENCH_FAILED)
    return Speed(
        encode_s=round(timings.encode_ms / 1000, 4),
        prompt_token_s=timings.prefill_ms / 1000 / counts.prompt_tokens,
        token_s=timings.decode_ms / 1000 / counts.tokens,
        n_prompt=counts.prompt_tokens,
        machine=machine,
        day=datetime.date.today().isoformat(),
    )


def _picture() -> ImageRgb:
    """Draw bands and a disc, 640 by 480."""
    y, x = np.mgrid[0:480, 0:640]
    bands = np.stack([x * 255 // 640, y * 255 // 480, (x + y) % 256], axis=-1)
    bands[(x - 400) ** 2 + (y - 200) ** 2 < 90**2] = (230, 60, 40)
    picture: ImageRgb = bands.astype(np.uint8)
    return picture


@dataclass(frozen=True)
class Cost:
    """Seconds for a picture, and whether they were measured with this model or estimated from another."""

    seconds: float
    basis: Literal["measured", "estimated"]
    measured_with: str
    day: str


def estimate_cost(
    name: str, state: State, rows: Mapping[str, CatalogueModel], machine: str
) -> Cost | None:
    """Return what a picture costs with a model; ``None`` where nothing comparable was measured on this machine."""
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


def seconds_of(speed: Speed) -> float:
    """Return the time of one picture and an answer of ``ANSWER_TOKENS`` tokens."""
    return speed.encode_s + speed.n_prompt * speed.prompt_token_s + ANSWER_TOKENS * speed.token_s


def _scaled(speed: Speed, measured: CatalogueModel, wanted: CatalogueModel) -> Speed:
    """Scale reading, which is arithmetic, by the parameters, and writing, which is memory traffic, by the bytes."""
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
