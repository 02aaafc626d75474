"""A model is downloaded while a session describes with the embedded one, and takes over: real processes throughout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.app.open_session import make_plan, open_session
from assistant.cli.main import parse
from assistant.core.actions import Action
from assistant.core.session import Session
from assistant.core.session_ports import Kind
from assistant.model_store.record import Store
from scripts.faults.under_test import Shown
from tests.support.assistant_command import STREET
from tests.support.hub_server import Hub, running_hub
from tests.support.tiny_catalogue import TINY, tiny_hub
from tests.support.waiting import wait_until

OFFER = f"Download {TINY}: "
READY = f"{TINY} is ready and in use."


@dataclass
class Live:
    """A session and what it showed."""

    session: Session
    shown: Shown

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.shown.lines]

    def hear(self, start: str, after: int = 0) -> int:
        """Wait for a line; return the number of lines up to it and with it."""
        wait_until(
            lambda: any(text.startswith(start) for text in self.texts[after:]), lambda: self.texts
        )
        found = (n for n, text in enumerate(self.texts) if n >= after and text.startswith(start))
        return next(found) + 1

    def choose(self, start: str) -> str:
        """Choose the line of the models that begins so; return what is said first."""
        lines = self.session.model_lines()
        (index,) = (n for n, line in enumerate(lines) if line.startswith(start))
        n_before = len(self.texts)
        self.session.choose_model(index)
        return self.texts[n_before]

    def describe(self) -> list[str]:
        """Describe the picture; return the sentences."""
        n_before = len(self.texts)
        self.session.perform(Action.DESCRIBE)
        self.hear("Done.", n_before)
        lines = self.shown.lines[n_before:]
        return [line.text for line in lines if line.kind is Kind.SENTENCE]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    for name in ("HF_HOME", "OLLAMA_MODELS", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("SPARC_ASSISTANT_MODELS_FOLDER", str(tmp_path / "store"))
    monkeypatch.setenv("SPARC_ASSISTANT_CATALOGUE", str(tmp_path / "list.toml"))
    tiny = tiny_hub(tmp_path / "hub", tmp_path / "list.toml", padding=3_000_000)
    with running_hub(tiny) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield hub


@contextmanager
def live() -> Iterator[Live]:
    options = ["plain", "--no-speech", "--camera", str(STREET), "--max-tokens", "12"]
    shown = Shown()
    with open_session(make_plan(parse(options)), shown) as session:
        yield Live(session, shown)


def test_it_is_fetched_while_the_old_one_answers_and_then_answers_itself(
    hub: Hub, tmp_path: Path
) -> None:
    hub.pause_s = 0.03
    with live() as here:
        assert here.texts[-1] == (
            f"For photographs, press m to download {TINY}, 3.9 megabytes, the best model for this machine."
        )
        assert [line.split(":")[0] for line in here.session.model_lines()] == [
            "SPARC demo LLaVA, in use", f"Download {TINY}",
        ]  # fmt: skip
        explained = here.choose(OFFER)
        assert "Test Licence. Read the licence here: https://example.org/licence" in explained
        assert "choose the same line again." in explained
        assert hub.seen == [], "nothing comes before the licence was accepted"
        assert here.choose(OFFER).startswith(
            f"Downloading {TINY}, 3.9 megabytes, in the background."
        )
        old = here.describe()
        here.session.perform(Action.STATUS)
        here.hear(f"Downloading {TINY}: ")
        assert READY not in here.texts
        hub.pause_s = 0.0
        here.hear(READY)
        assert here.session.model_lines() == [f"{TINY}, in use", "SPARC demo LLaVA"]
        assert here.describe() != old, "random weights answer, which know no words"
        texts = here.texts
    assert [text for text in texts if text.startswith(f"{TINY}: ")], "progress was told"
    assert Store(tmp_path / "store").read().licences == ["https://example.org/licence"]


def test_a_download_that_is_stopped_or_ended_by_quitting_continues_in_the_next_session(
    hub: Hub, tmp_path: Path
) -> None:
    hub.pause_s = 0.03

    def has_come() -> bool:
        return any(part.stat().st_size > 50_000 for part in tmp_path.rglob("*.part"))

    with live() as here:
        here.choose(OFFER)
        here.choose(OFFER)
        wait_until(has_come)
        assert here.choose(f"Stop downloading {TINY}") == (
            f"The download of {TINY} was stopped. What came is kept. To continue, choose it again."
        )
        assert here.choose(f"Continue to download {TINY}").startswith("Downloading")
        here.session.say_goodbye()
        assert here.texts[-2:] == [
            f"The download of {TINY} stops here. What came is kept, and choosing it again continues.",
            "Goodbye.",
        ]
    hub.pause_s = 0.0
    with live() as here:
        here.choose(f"Continue to download {TINY}")
        here.hear(READY)
    starts = [int(range_.removeprefix("bytes=").rstrip("-")) for _, _, range_ in hub.seen if range_]
    assert starts == sorted(starts)
    assert min(starts) > 50_000


def test_without_a_network_one_sentence_says_so_and_the_old_model_stays(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # where nothing listens
    with live() as here:
        here.choose(OFFER)
        here.choose(OFFER)
        here.hear(
            "The server 127.0.0.1 cannot be reached. What came is kept. To continue, choose the model again."
        )
        assert here.session.model_lines()[0] == "SPARC demo LLaVA, in use"
        here.describe()
