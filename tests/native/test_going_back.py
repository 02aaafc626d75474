"""Going back to an earlier picture: not encoded again, and answered as the first time."""

from __future__ import annotations

from pathlib import Path

from assistant.core.events import DecodeOptions, DescribeRequest, Encoding, Event
from assistant.inference.engine import Engine
from sparc_ggml.config import SparcConfig
from tests.support.recorded_engine import random_picture, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj


def test_an_earlier_picture_is_remembered(tmp_path: Path) -> None:
    def ask(seed: int) -> tuple[str, tuple[str, ...], bool]:
        events: list[Event] = []
        decode = DecodeOptions(max_tokens=20, ignores_eos=True)
        picture = random_picture(64, seed)
        answer = engine.answer(
            DescribeRequest(picture, "what is this?", decode, SparcConfig(tau=0.5)), events.append
        )
        was_encoded = any(isinstance(event, Encoding) for event in events)
        assert was_encoded == (answer.timings.encode_ms > 0)
        return answer.text, answer.corrections, was_encoded

    with Engine(tiny_pair(tmp_path, TinyLlama(), TinyMmproj())) as engine:
        first, second = ask(1), ask(2)
        again = ask(1)
    assert first[2]
    assert second[2]
    assert not again[2]
    assert again[:2] == first[:2]
    assert first[0] != second[0]


def test_without_memory_for_pictures_each_is_encoded_afresh(tmp_path: Path) -> None:
    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj(), kept_pictures_mb=0)
    with Engine(options) as engine:
        for seed in (1, 2, 1):
            events: list[Event] = []
            decode = DecodeOptions(max_tokens=2)
            engine.answer(DescribeRequest(random_picture(64, seed), "what?", decode), events.append)
            assert any(isinstance(event, Encoding) for event in events)
