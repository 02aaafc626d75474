"""Measures how long a picture takes on this machine, for ``models bench``."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

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
from assistant.messages import model_list as words
from assistant.model_store.record import Speed

_MEASURED_TOKENS = 32
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
