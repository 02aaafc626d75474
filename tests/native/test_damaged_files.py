"""Files that are no LLaVA, given to the real worker: refused in words, or at worst the worker ends."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.core.events import DecodeOptions, DescribeRequest, Event, Failed, Finished
from assistant.errors import ExitCode, InferenceError
from assistant.inference.gguf.header import read_header
from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from sparc_ggml.config import SparcConfig
from tests.support.recorded_engine import random_picture, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj

SHORT = DecodeOptions(max_tokens=6, ignores_eos=True)


@pytest.fixture
def options(tmp_path: Path) -> EngineOptions:
    return tiny_pair(tmp_path, TinyLlama(n_layer=2), TinyMmproj(layout="legacy"))


def last_event(options: EngineOptions) -> Event | InferenceError:
    """How one answer ends; the front itself must never fail otherwise."""
    request = DescribeRequest(random_picture(64), "what is this?", SHORT, SparcConfig(tau=0.5))
    with InferenceClient(options) as client:
        try:
            return list(client.ask(request))[-1]
        except InferenceError as error:
            return error


def _wide(options: EngineOptions) -> None:
    write_tiny_mmproj(options.mmproj_path, TinyMmproj(projection_dim=96))


def _alone(options: EngineOptions) -> None:
    options.model_path.write_bytes(options.mmproj_path.read_bytes())


def _text_only(options: EngineOptions) -> None:
    options.mmproj_path.write_bytes(options.model_path.read_bytes())


def _cut(options: EngineOptions) -> None:
    options.model_path.write_bytes(options.model_path.read_bytes()[:-5000])


def _noise(options: EngineOptions) -> None:
    options.mmproj_path.write_bytes(b"GGUF" + random.Random(0).randbytes(50_000))


@pytest.mark.parametrize("spoil", [_wide, _alone, _text_only, _cut, _noise])
def test_a_pair_that_is_no_llava_is_refused_in_words_by_the_worker(
    options: EngineOptions, spoil: Callable[[EngineOptions], None]
) -> None:
    spoil(options)
    end = last_event(options)
    assert isinstance(end, Failed)
    assert end.exit_code == ExitCode.MODEL
    assert end.message.endswith(".")
    assert end.hint


@pytest.mark.parametrize("which", ["model_path", "mmproj_path"])
@pytest.mark.parametrize("seed", range(3))
def test_noise_in_the_weights_ends_an_answer_or_a_worker_and_never_the_front(
    options: EngineOptions, which: str, seed: int
) -> None:
    path: Path = getattr(options, which)
    header, data, rng = read_header(path), bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(20):
        at = rng.randrange(header.data_start, len(data) - 2000)
        data[at : at + 2000] = rng.randbytes(2000)
    path.write_bytes(data)
    end = last_event(replace(options))
    assert isinstance(end, (Finished, Failed, InferenceError))
    if isinstance(end, Failed):
        assert end.message.endswith(".")
