"""A file that llama.cpp refuses: the sentence gives llama.cpp's own reason, in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.core.events import DescribeRequest, Failed
from assistant.errors import ExitCode, ModelError
from assistant.inference.gguf.pairing import check_pair
from assistant.inference.load_refusal import explain_refusal
from assistant.inference.options import EngineOptions
from assistant.inference.worker.client import InferenceClient
from tests.support.recorded_engine import random_picture
from tests.support.tiny_families import write_pair


def refuse(model: Path, mmproj: Path) -> Failed:
    with InferenceClient(EngineOptions(model, mmproj, n_ctx=512)) as client:
        last = list(client.ask(DescribeRequest(random_picture(64), "what is it?")))[-1]
    assert isinstance(last, Failed), last
    assert last.exit_code == ExitCode.MODEL
    return last


@pytest.mark.parametrize(
    ("of_model", "found", "put", "reason"),
    [
        (False, b"qwen3vl_merger", b"qwen9vl_merger", "the kind qwen9vl_merger"),
        (True, b"blk.1.attn_q_norm", b"blk.1.attn_Q_norm", "missing, blk.1.attn_q_norm.weight"),
    ],
)
def test_the_reason_is_the_true_one(
    tmp_path: Path, of_model: bool, found: bytes, put: bytes, reason: str
) -> None:
    pair = write_pair("qwen3-vl", tmp_path)
    changed = pair.model if of_model else pair.mmproj
    data = changed.read_bytes()
    assert found in data
    changed.write_bytes(data.replace(found, put))
    failed = refuse(pair.model, pair.mmproj)
    assert reason in failed.message
    assert "same model" not in failed.hint


def test_a_picture_part_of_another_width_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="made for a different model"):
        check_pair(
            write_pair("qwen3-vl", tmp_path).model, write_pair("qwen2.5-vl", tmp_path).mmproj
        )


@pytest.mark.parametrize(
    ("model", "mmproj"),
    [("gemma-3", "smolvlm"), ("lfm2-vl", "gemma-3"), ("internvl3", "lfm2-vl")],
)
def test_a_picture_part_of_another_family_is_refused_though_its_width_fits(
    tmp_path: Path, model: str, mmproj: str
) -> None:
    with pytest.raises(ModelError):
        check_pair(write_pair(model, tmp_path).model, write_pair(mmproj, tmp_path).mmproj)


def test_what_is_not_known_is_not_guessed() -> None:
    error = explain_refusal("The file cannot be loaded.", ["something new: 42"])
    assert str(error).startswith("The file cannot be loaded. It may be damaged")
