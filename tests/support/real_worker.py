"""Ask a real worker process, which has imported nothing but what a worker imports, and keep what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.core.events import (
    Answer,
    DecodeOptions,
    DescribeRequest,
    Encoding,
    Event,
    Failed,
    Finished,
    ImageRgb,
    TraceStep,
)
from assistant.inference.worker.client import InferenceClient
from sparc_ggml.config import SparcConfig
from tests.support.recorded_engine import QUESTION


@dataclass(frozen=True)
class Heard:
    """All events of one request."""

    events: list[Event]

    @property
    def answer(self) -> Answer:
        last = self.events[-1]
        assert isinstance(last, Finished), last
        return last.answer

    @property
    def failure(self) -> Failed:
        last = self.events[-1]
        assert isinstance(last, Failed), last
        return last

    @property
    def steps(self) -> list[TraceStep]:
        return [event for event in self.events if isinstance(event, TraceStep)]

    @property
    def was_encoded(self) -> bool:
        return any(isinstance(event, Encoding) for event in self.events)


def ask_worker(
    client: InferenceClient,
    picture: ImageRgb,
    config: SparcConfig,
    *,
    question: str = QUESTION,
    n_tokens: int = 24,
    decode: DecodeOptions | None = None,
    **changes: Any,
) -> Heard:
    """Let the worker write ``n_tokens`` tokens and one more, come what may, unless ``decode`` says otherwise."""
    decode = decode or DecodeOptions(max_tokens=n_tokens + 1, ignores_eos=True)
    settings: dict[str, Any] = {"has_trace": True, **changes}
    return Heard(list(client.ask(DescribeRequest(picture, question, decode, config, **settings))))
