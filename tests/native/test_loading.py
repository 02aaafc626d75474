"""Language model and projector are loaded side by side; where one fails, nothing of the other is left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant import messages
from assistant.core.events import DescribeRequest
from assistant.errors import ExitCode, ModelError
from assistant.inference import llama
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions
from assistant.inference.picture_encoder import PictureEncoder
from assistant.inference.worker.client import InferenceClient
from sparc_ggml.config import SparcConfig
from tests.support.real_worker import ask_worker
from tests.support.recorded_engine import random_picture, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> EngineOptions:
    return tiny_pair(
        tmp_path_factory.mktemp("pair"), TinyLlama(n_head=2, n_head_kv=2), TinyMmproj()
    )


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is closed, in order."""
    closed: list[str] = []
    for owner, name in ((llama.LanguageModel, "model"), (PictureEncoder, "encoder")):
        close = owner.close

        def noting(self: object, close: object = close, name: str = name) -> None:
            closed.append(name)
            close(self)  # type: ignore[operator]

        monkeypatch.setattr(owner, "close", noting)
    return closed


def test_the_encoder_is_closed_before_the_model_that_it_knows(
    options: EngineOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = counted(monkeypatch)
    with Engine(options):
        assert closed == []
    assert closed == ["encoder", "model"]


def test_without_a_context_the_encoder_is_closed(
    options: EngineOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = counted(monkeypatch)
    # llama.cpp keeps V in q8_0 with flash attention only.
    with pytest.raises(ModelError), Engine(replace(options, kv_type="q8_0", flash_attn="off")):
        pass
    assert closed == ["encoder"]


def test_a_worker_without_a_context_says_so_and_says_it_again(options: EngineOptions) -> None:
    with InferenceClient(replace(options, kv_type="q8_0", flash_attn="off")) as client:
        pids = []
        for _ in range(2):
            failure = ask_worker(client, random_picture(64), SparcConfig()).failure
            assert failure.exit_code == ExitCode.MODEL
            assert failure.message == messages.CONTEXT_IMPOSSIBLE
            pids.append(client.worker_pid)
        assert pids[0] == pids[1] is not None, "the worker lives on"


def test_without_an_encoder_the_model_is_closed(
    options: EngineOptions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed = counted(monkeypatch)
    damaged = tmp_path / "mmproj.gguf"
    content = options.mmproj_path.read_bytes()
    damaged.write_bytes(content.replace(b"v.blk.0.attn_out.weight", b"v.blk.0.attn_0ut.weight"))
    with pytest.raises(ModelError) as caught, Engine(replace(options, mmproj_path=damaged)):
        pass
    assert closed == ["model"]
    assert "projector file mmproj.gguf cannot be loaded" in caught.value.message
    assert "same model" not in caught.value.hint, "it fits: the pairing was looked at before"


def test_a_projector_of_the_first_converter_answers(tmp_path: Path) -> None:
    """It does not say what kind of projector it is."""
    old = tiny_pair(tmp_path, TinyLlama(), TinyMmproj(layout="legacy", has_kind=False))
    with Engine(replace(old, cache_dir=tmp_path)) as engine:
        assert engine.answer(DescribeRequest(random_picture(64), "What?")).counts.tokens > 0
