"""Reading a picture ahead: taken over by a question about it, and out of the way of every other."""

from __future__ import annotations

import os
import platform
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.core.events import (
    DecodeOptions,
    DescribeRequest,
    Encoding,
    EndReason,
    Event,
    Finished,
    Loaded,
    Prefilling,
    Restarted,
    Turn,
)
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from assistant.system import power
from sparc_ggml.config import SparcConfig
from tests.support.differences import assert_same_bits, describe_difference
from tests.support.recorded_engine import random_picture, tiny_pair, value_rows
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj
from tests.support.waiting import wait_until

PICTURE, OTHER = random_picture(64, 1), random_picture(64, 2)
QUESTION = "what is this?"
DECODE = DecodeOptions(max_tokens=20, ignores_eos=True)
SPARC = SparcConfig(tau=0.5)
# Earlier turns are kept up to another place, and the rest is read in batches of other sizes. ARM's half-precision
# kernels round by them: 0.0017 was seen there, nothing on x86-64.
IN_OTHER_BATCHES = 0.005 if platform.machine() == "aarch64" else 0.0
REQUEST = DescribeRequest(PICTURE, QUESTION, DECODE, SPARC)


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> EngineOptions:
    folder = tmp_path_factory.mktemp("pair")
    return tiny_pair(folder, TinyLlama(), TinyMmproj(), n_batch=16, look_ahead="on")


@pytest.fixture(scope="module")
def slow_options(tmp_path_factory: pytest.TempPathFactory) -> EngineOptions:
    """A model that reads a picture for a second or so, in many small batches."""
    shape = TinyLlama(n_layer=12, n_embd=512, n_head=8, n_head_kv=8, n_ff=2048)
    projector = TinyMmproj(image_size=224, projection_dim=512)
    folder = tmp_path_factory.mktemp("slow")
    return tiny_pair(folder, shape, projector, n_ctx=1024, n_batch=4, look_ahead="on")


@pytest.fixture
def client(options: EngineOptions) -> Iterator[InferenceClient]:
    with InferenceClient(options) as client:
        list(client.ask(replace(REQUEST, image_rgb=random_picture(64, 3))))
        yield client


def finished(events: list[Event]) -> Finished:
    last = events[-1]
    assert isinstance(last, Finished), last
    return last


def read_afresh(options: EngineOptions, request: DescribeRequest = REQUEST) -> str:
    with Engine(options) as engine:
        return engine.answer(request).text


def idle(client: InferenceClient) -> None:
    """Waits until the worker computes nothing."""
    ticks: list[int] = []

    def has_stood_still() -> bool:
        stat = Path(f"/proc/{client.worker_pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks.append(int(stat[11]) + int(stat[12]))
        return len(ticks) >= 4 and len(set(ticks[-4:])) == 1

    wait_until(has_stood_still, timeout_s=200.0, pause_s=0.05)


def test_a_prepared_picture_stands_in_the_cache_bit_for_bit_as_one_that_was_asked_about(
    options: EngineOptions,
) -> None:
    with Engine(options) as engine:
        expected = engine.answer(REQUEST)
        assert engine.loaded.prefix is not None
        n_past = engine.loaded.prefix.past.n_cells
        asked = {il: rows[:n_past].copy() for il, rows in value_rows(engine).items()}
    with Engine(options) as engine:
        engine.prepare(PICTURE, QUESTION)
        prepared = {il: rows[:n_past].copy() for il, rows in value_rows(engine).items()}
        answer = engine.answer(REQUEST)
    for il, rows in asked.items():
        assert_same_bits(prepared[il], rows, f"layer {il}")
    assert answer.text == expected.text
    assert answer.sparc.method == "sparc"
    assert answer.timings.encode_ms == 0.0
    assert answer.counts.kept_tokens == n_past


@pytest.mark.parametrize("flash_attn", ["on", "off"])
@pytest.mark.parametrize("method", ["none", "uniform", "sparc"])
def test_a_question_read_ahead_is_answered_bit_for_bit_as_one_that_was_not(
    options: EngineOptions, flash_attn: Any, method: Any
) -> None:
    """Greedily and sampled; with other steering, another question or turns it is read anew."""
    config = replace(SPARC, method=method)
    options = replace(options, flash_attn=flash_attn, preset=config)
    sampled = DecodeOptions(max_tokens=12, temperature=1.2, seed=3, ignores_eos=True)
    requests = [
        DescribeRequest(PICTURE, QUESTION, DECODE),
        DescribeRequest(PICTURE, QUESTION, sampled),
        DescribeRequest(PICTURE, QUESTION, DECODE, SparcConfig(alpha=1.5, tau=0.1)),
        DescribeRequest(PICTURE, "is it a dog?", DECODE),
        DescribeRequest(PICTURE, QUESTION, DECODE, turns=(Turn("where?", "here"),)),
        DescribeRequest(OTHER, QUESTION, DECODE),
    ]
    for request in requests:
        with Engine(options) as engine:
            expected = engine.answer(request)
            logits = engine.loaded.model.logits().copy()
        with Engine(options) as engine:
            engine.prepare(PICTURE, QUESTION)
            seen = engine.answer(request)
            ours = engine.loaded.model.logits()
            apart = float(abs(ours - logits).max())
            within = IN_OTHER_BATCHES if request.turns else 0.0
            assert apart <= within, describe_difference(ours, logits)
            again = engine.answer(request)
        assert seen.text == again.text == expected.text
        assert seen.sparc == expected.sparc
        is_taken = request.question == QUESTION and request.sparc is None and not request.turns
        if is_taken and request.image_rgb is PICTURE:
            assert seen.counts.kept_tokens == seen.counts.prompt_tokens


def test_a_finished_preparation_is_taken_over(
    client: InferenceClient, options: EngineOptions
) -> None:
    client.prepare(PICTURE, QUESTION)
    idle(client)
    events = list(client.ask(REQUEST))
    assert not any(isinstance(event, Encoding) for event in events)
    answer = finished(events).answer
    assert answer.counts.kept_tokens > answer.counts.image_tokens
    assert answer.text == read_afresh(options)


def test_a_running_preparation_is_taken_over_and_tells_how_far_it_is(
    slow_options: EngineOptions,
) -> None:
    with InferenceClient(slow_options) as client:
        list(client.ask(replace(REQUEST, image_rgb=random_picture(64, 3))))
        client.prepare(PICTURE, QUESTION)
        time.sleep(0.2)
        events = list(client.ask(REQUEST))
    done = [event.done for event in events if isinstance(event, Prefilling)]
    assert done == sorted(done)
    assert len(done) > 5
    answer = finished(events).answer
    assert answer.counts.kept_tokens > answer.counts.image_tokens, "the picture was read once"


def test_another_picture_ends_the_preparation_and_is_answered_as_ever(
    slow_options: EngineOptions,
) -> None:
    request = replace(REQUEST, image_rgb=OTHER)
    with InferenceClient(slow_options) as client:
        list(client.ask(replace(REQUEST, image_rgb=random_picture(64, 3))))
        for wait_s in (0.0, 0.02, 0.2):
            client.prepare(PICTURE, QUESTION)
            time.sleep(wait_s)
            answer = finished(list(client.ask(request))).answer
            assert answer.ended is EndReason.MAX_TOKENS
        client.prepare(PICTURE, QUESTION)
        client.cancel_prepare()
        events = list(client.ask(REQUEST))

    assert answer.text == read_afresh(slow_options, request)
    assert finished(events).answer.text == read_afresh(slow_options)


def test_a_cancel_while_a_preparation_is_taken_over_ends_the_answer(
    slow_options: EngineOptions,
) -> None:
    with InferenceClient(slow_options) as client:
        list(client.ask(replace(REQUEST, image_rgb=random_picture(64, 3))))
        client.prepare(PICTURE, QUESTION)
        events = []
        for event in client.ask(REQUEST):
            events.append(event)
            if isinstance(event, Prefilling):
                client.cancel()
        assert finished(events).answer.ended is EndReason.CANCELLED
        assert finished(list(client.ask(REQUEST))).answer.ended is EndReason.MAX_TOKENS


def test_a_cancel_is_about_answers_and_a_cancelled_preparation_leaves_answers_alone(
    client: InferenceClient,
) -> None:
    client.prepare(PICTURE, QUESTION)
    client.cancel()
    idle(client)
    answer = finished(list(client.ask(REQUEST))).answer
    assert answer.counts.kept_tokens > answer.counts.image_tokens
    events = []
    for event in client.ask(REQUEST):
        events.append(event)
        client.prepare(OTHER)  # nothing happens: an answer is being written
        client.cancel_prepare()
    assert finished(events).answer.ended is EndReason.MAX_TOKENS


def test_a_preparation_before_the_model_is_loaded_does_no_harm(options: EngineOptions) -> None:
    with InferenceClient(options) as client:
        client.prepare(OTHER)
        client.prepare(PICTURE, QUESTION)
        events = list(client.ask(REQUEST))
    assert any(isinstance(event, Loaded) for event in events)
    assert finished(events).answer.text == read_afresh(options)


@pytest.mark.parametrize("is_running", [True, False], ids=["before", "during"])
def test_a_worker_that_dies_while_it_prepares_is_started_again_by_the_next_question(
    client: InferenceClient, options: EngineOptions, is_running: bool
) -> None:
    pid = client.worker_pid
    assert pid is not None
    if is_running:
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    client.prepare(PICTURE, QUESTION)
    if not is_running:
        os.kill(pid, signal.SIGKILL)
    client.prepare(OTHER, QUESTION)
    events = list(client.ask(REQUEST))
    assert client.worker_pid != pid
    assert sum(isinstance(event, Restarted) for event in events) <= 1
    assert finished(events).answer.text == read_afresh(options)


@pytest.mark.parametrize(
    ("look_ahead", "is_on_battery", "is_read"),
    [("off", False, False), ("auto", True, False), ("auto", False, True), ("on", True, True)],
)
def test_the_setting_and_the_battery_decide(
    options: EngineOptions,
    monkeypatch: pytest.MonkeyPatch,
    look_ahead: str,
    is_on_battery: bool,
    is_read: bool,
) -> None:
    monkeypatch.setattr(power, "is_on_battery", lambda: is_on_battery)
    with InferenceClient(replace(options, look_ahead=look_ahead)) as client:  # type: ignore[arg-type]
        list(client.ask(replace(REQUEST, image_rgb=OTHER)))
        client.prepare(PICTURE, QUESTION)
        idle(client)
        events = list(client.ask(REQUEST))
    assert any(isinstance(event, Encoding) for event in events) is not is_read


def test_what_is_too_long_for_the_context_is_told_by_the_question_only(tmp_path: Path) -> None:
    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj(), n_ctx=128, look_ahead="on")
    with InferenceClient(options) as client:
        client.prepare(PICTURE, "is it a dog or a house? " * 100)
        assert finished(list(client.ask(REQUEST))).answer.text
