"""What every ``Describer`` promises: the real worker and the public fake alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.core.events import (
    DecodeOptions,
    DescribeRequest,
    Encoding,
    EndReason,
    Event,
    Finished,
    Loaded,
    Loading,
    Piece,
    Prefilling,
    TraceStep,
)
from assistant.core.ports import Describer
from assistant.inference.worker.client import InferenceClient
from assistant.testing import ScriptedDescriber, answer_events
from sparc_ggml.config import SparcConfig
from tests.support.recorded_engine import random_picture, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

REQUEST = DescribeRequest(
    random_picture(64),
    "what is this?",
    DecodeOptions(max_tokens=40, ignores_eos=True),
    SparcConfig(tau=0.5),
)


@pytest.fixture(params=["fake", "worker"])
def describer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Describer]:
    if request.param == "fake":
        script = answer_events("A dog and a tree.", ["A dog", " and", " a tree", "."] * 10)
        yield ScriptedDescriber(script)
        return
    options = tiny_pair(tmp_path_factory.mktemp("pair"), TinyLlama(), TinyMmproj())
    with InferenceClient(options) as client:
        yield client


def rank(event: Event) -> int:
    stages: tuple[tuple[type[Event], ...], ...] = (
        (Loading,),
        (Loaded,),
        (Encoding, Prefilling),
        (Piece, TraceStep),
        (Finished,),
    )
    return next(i for i, kinds in enumerate(stages) if isinstance(event, kinds))


def test_it_is_a_describer(describer: Describer) -> None:
    assert isinstance(describer, Describer)


def test_events_come_in_their_order_and_end_with_one_answer(describer: Describer) -> None:
    events = list(describer.ask(REQUEST))
    ranks = [rank(event) for event in events]
    assert ranks == sorted(ranks)
    assert sum(isinstance(event, Finished) for event in events) == 1
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.text


def test_a_cancel_ends_the_answer_and_the_next_one_is_whole(describer: Describer) -> None:
    last: Event | None = None
    # So long that the cancel comes before its end, also where this process has to wait for a processor.
    for event in describer.ask(replace(REQUEST, decode=replace(REQUEST.decode, max_tokens=400))):
        last = event
        if isinstance(event, Piece):
            describer.cancel()
    assert isinstance(last, Finished)
    assert last.answer.ended == EndReason.CANCELLED
    *_, last = describer.ask(REQUEST)
    assert isinstance(last, Finished)
    assert last.answer.ended != EndReason.CANCELLED


def test_a_cancel_without_a_question_changes_nothing(describer: Describer) -> None:
    describer.cancel()
    *_, last = describer.ask(REQUEST)
    assert isinstance(last, Finished)
    assert last.answer.ended != EndReason.CANCELLED


def test_close_can_be_called_twice(describer: Describer) -> None:
    *_, last = describer.ask(REQUEST)
    assert isinstance(last, Finished)
    describer.close()
    describer.close()
    assert getattr(describer, "worker_pid", None) is None


def test_a_picture_may_be_prepared_and_not_be_asked_about(describer: Describer) -> None:
    describer.cancel_prepare()
    describer.prepare(random_picture(64, 5), "what is this?")
    describer.cancel_prepare()
    describer.prepare(random_picture(64, 6))
    events = list(describer.ask(REQUEST))
    assert [rank(event) for event in events] == sorted(map(rank, events))
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.text
