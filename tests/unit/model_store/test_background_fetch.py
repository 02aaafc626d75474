"""A download beside a session: real processes and a real server; what is said, kept, and continued."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.model_store.background_fetch import BackgroundFetch, Listener
from assistant.model_store.record import Store
from tests.support.hub_server import Hub, running_hub
from tests.support.tiny_catalogue import REPOSITORY, TINY, tiny_hub
from tests.support.waiting import wait_until

MODEL_KEY = f"{REPOSITORY}/tiny-model.gguf"


@dataclass
class Ear:
    """Hears a download, and waits for its end."""

    said: list[str] = field(default_factory=list)
    errors: list[ModelError] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def listener(self) -> Listener:
        return Listener(self.said.append, self.is_over.set, self._fail)

    def _fail(self, error: ModelError) -> None:
        self.errors.append(error)
        self.is_over.set()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    for name in ("HF_HOME", "OLLAMA_MODELS", "HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("SPARC_ASSISTANT_MODELS_FOLDER", str(tmp_path / "store"))
    monkeypatch.setenv("SPARC_ASSISTANT_CATALOGUE", str(tmp_path / "list.toml"))
    tiny = tiny_hub(tmp_path / "hub", tmp_path / "list.toml", padding=12_000_000)
    with running_hub(tiny) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield hub


def part_bytes(folder: Path) -> int:
    return max((part.stat().st_size for part in folder.rglob("*.part")), default=0)


def test_it_installs_and_every_tenth_is_said_once_in_order(hub: Hub, tmp_path: Path) -> None:
    ear = Ear()
    fetch = BackgroundFetch(TINY, ear.listener())
    assert ear.is_over.wait(60)
    assert ear.errors == []
    assert not fetch.is_going_on
    assert Store(tmp_path / "store").read().models[TINY].is_unchanged
    assert ear.said == [f"{tenth}0 percent." for tenth in range(1, 10)]


def test_what_came_is_kept_when_it_is_stopped_and_the_next_one_continues(
    hub: Hub, tmp_path: Path
) -> None:
    hub.pause_s = 0.02
    ear = Ear()
    fetch = BackgroundFetch(TINY, ear.listener())
    wait_until(lambda: part_bytes(tmp_path) > 100_000)
    fetch.stop()
    fetch.stop()
    assert not fetch.is_going_on
    assert (ear.errors, ear.is_over.is_set()) == ([], False), "who stopped it knows"
    came = part_bytes(tmp_path)
    hub.pause_s, again = 0.0, Ear()
    BackgroundFetch(TINY, again.listener())
    assert again.is_over.wait(60)
    assert again.errors == []
    ranges = [range_ for _, _, range_ in hub.seen if range_]
    assert ranges == [f"bytes={came}-"]


def test_a_server_that_cannot_be_reached_is_one_sentence_and_what_to_do(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # where nothing listens
    ear = Ear()
    BackgroundFetch(TINY, ear.listener())
    assert ear.is_over.wait(60)
    (error,) = ear.errors
    assert error.message == "The server 127.0.0.1 cannot be reached."
    assert error.hint == "What came is kept. To continue, choose the model again."


def test_a_process_that_is_killed_is_said(hub: Hub, tmp_path: Path) -> None:
    hub.pause_s = 0.02
    ear = Ear()
    fetch = BackgroundFetch(TINY, ear.listener())
    wait_until(lambda: part_bytes(tmp_path) > 0)
    fetch._process.kill()
    assert ear.is_over.wait(60)
    assert [error.message for error in ear.errors] == [
        f"The download of {TINY} ended unexpectedly."
    ]


def test_it_ends_with_the_program(hub: Hub, tmp_path: Path) -> None:
    hub.pause_s = 0.05
    fetch = BackgroundFetch(TINY, Ear().listener())
    wait_until(lambda: part_bytes(tmp_path) > 0)
    assert fetch._process.stdin is not None
    fetch._process.stdin.close()  # as where the program is killed
    assert fetch._process.wait(30) == 0
    fetch.stop()
