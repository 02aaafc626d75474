"""Models for the end-to-end tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.catalogue import embedded_model
from assistant.errors import ModelError
from tests.support.assistant_command import Command
from tests.support.tiny_llama import write_tiny_llama
from tests.support.tiny_mmproj import write_tiny_mmproj


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The assistant with a tiny random model: its words mean nothing, all else is real."""
    folder: Path = tmp_path_factory.mktemp("tiny")
    model = write_tiny_llama(folder / "tiny.gguf")
    mmproj = write_tiny_mmproj(folder / "mmproj.gguf")
    return Command(("--model", str(model), "--mmproj", str(mmproj), "--max-tokens", "24"))


@pytest.fixture(scope="session")
def embedded() -> Command:
    """The assistant with the model that comes with it."""
    try:
        embedded_model()
    except ModelError:
        pytest.skip("models/demo has no model files")
    return Command()
