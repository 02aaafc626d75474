"""Going back to an earlier picture: not encoded again, and answered as the first time."""

from __future__ import annotations

from pathlib import Path

from assistant.inference.worker.client import InferenceClient
from sparc_ggml.config import SparcConfig
from tests.support.real_worker import ask_worker
from tests.support.recorded_engine import random_picture, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

SPARC = SparcConfig(tau=0.5)


def test_an_earlier_picture_is_remembered(tmp_path: Path) -> None:
    with InferenceClient(tiny_pair(tmp_path, TinyLlama(), TinyMmproj())) as client:
        first, second, again = (ask_worker(client, random_picture(64, n), SPARC) for n in (1, 2, 1))
    for heard in (first, second, again):
        assert heard.was_encoded == (heard.answer.timings.encode_ms > 0)
    assert first.was_encoded
    assert second.was_encoded
    assert not again.was_encoded
    assert again.answer.text == first.answer.text != second.answer.text
    assert again.answer.corrections == first.answer.corrections == ("clip_order",)


def test_without_memory_for_pictures_each_is_encoded_again(tmp_path: Path) -> None:
    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj(), kept_pictures_mb=0)
    with InferenceClient(options) as client:
        for seed in (1, 2, 1):
            assert ask_worker(client, random_picture(64, seed), SPARC, n_tokens=1).was_encoded
