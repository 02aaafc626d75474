"""llama.cpp's and mtmd's own lines are logged, but no prompt and nothing that steers a terminal."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from assistant.core.events import DescribeRequest
from assistant.inference import native_log
from assistant.inference.engine import Engine
from tests.support.recorded_engine import random_picture, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj


def test_a_prompt_is_not_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        Engine(tiny_pair(tmp_path, TinyLlama(), TinyMmproj())) as engine,
    ):
        engine.answer(DescribeRequest(random_picture(64), "Is this a zebrafinch?"))
    assert "general.name" in caplog.text, "the log is really there"
    assert "zebrafinch" not in caplog.text


def test_metadata_cannot_steer_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        native_log._on_log(2, b"general.name = \x1b]0;mine\x07LLaVA \xc2\x9b2J\n", None)
    assert caplog.messages == ["general.name = ?]0;mine?LLaVA ?2J"]
