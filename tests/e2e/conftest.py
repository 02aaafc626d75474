"""Models for the end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.model_store.find import embedded_model
from tests.support.assistant_command import Command
from tests.support.hub_server import Hub, running_hub
from tests.support.tiny_catalogue import tiny_hub
from tests.support.tiny_llama import write_tiny_llama
from tests.support.tiny_mmproj import write_tiny_mmproj


@pytest.fixture(autouse=True)
def _no_question_about_screen_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen reader of whoever runs the tests must not change what is said."""
    monkeypatch.setenv("SPARC_ASSISTANT_SCREEN_READER", "speak")


@pytest.fixture(autouse=True)
def _no_glance_where_it_is_not_the_subject(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which facts are heard before a model's first word depends on how quick both are."""
    monkeypatch.setenv("SPARC_ASSISTANT_GLANCE", "no")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The assistant with a tiny random model: its words mean nothing, all else is real."""
    folder: Path = tmp_path_factory.mktemp("tiny")
    model = write_tiny_llama(folder / "tiny.gguf")
    mmproj = write_tiny_mmproj(folder / "mmproj.gguf")
    return Command(
        (
            "--model",
            str(model),
            "--mmproj",
            str(mmproj),
            "--template",
            "vicuna_v1",
            "--max-tokens",
            "24",
        )
    )


@pytest.fixture(scope="session")
def embedded() -> Command:
    """The assistant with the model that comes with it."""
    try:
        embedded_model()
    except ModelError:
        pytest.skip("models/demo has no model files")
    return Command()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models folder."""
    monkeypatch.setenv("SPARC_ASSISTANT_MODELS_FOLDER", str(tmp_path / "models"))
    monkeypatch.setenv("SPARC_ASSISTANT_CATALOGUE", str(tmp_path / "catalogue.toml"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    return tmp_path / "models"


@pytest.fixture
def hub(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A server that behaves like the hub, with one tiny model."""
    with running_hub(tiny_hub(tmp_path / "hub", tmp_path / "catalogue.toml")) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield hub
