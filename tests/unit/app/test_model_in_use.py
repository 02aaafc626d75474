"""What becomes of a model that was fetched beside a session, and when its progress is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.app import model_in_use
from assistant.app.model_fetching import ModelFetching
from assistant.app.model_in_use import ModelShelf
from assistant.core.announcer import Announcer
from assistant.core.ports import Describer
from assistant.core.session_jobs import Jobs
from assistant.errors import AssistantError, ModelError
from assistant.model_store.find import ModelFiles, files_of
from assistant.model_store.record import FileRecord, InstalledModel, Store
from assistant.system.memory import Memory
from assistant.testing import RecordingEarcons, RecordingSpeaker, ScriptedDescriber, answer_events
from tests.support.session_parts import ShownLines
from tests.support.tiny_catalogue import TINY, tiny_hub
from tests.support.waiting import wait_until

SMALL = ModelFiles("small", Path("small.gguf"), Path("small-v.gguf"), is_demo=True)
OTHER = ModelFiles("other", Path("other.gguf"), Path("other-v.gguf"))


@dataclass
class Bench:
    """A shelf with a small model, beside which a large one was fetched."""

    folder: Path
    store: Store
    shown: ShownLines = field(default_factory=ShownLines)
    jobs: Jobs = field(default_factory=Jobs)
    opened: list[str] = field(default_factory=list)
    in_use: list[Describer] = field(default_factory=list)
    failure: AssistantError | None = None

    def __post_init__(self) -> None:
        path = self.folder / "large.gguf"
        path.write_bytes(b"GGUF")
        file = FileRecord(path, 4, path.stat().st_mtime_ns, "0" * 64, is_ours=True, checked="own")
        large = InstalledModel(
            "large", "Large", file, file, None, "vicuna_v1", "llava-1.5", 512, 4000, 1
        )
        with self.store.change() as state:
            state.models["large"] = large
        self.speaker = RecordingSpeaker()
        self.announcer = Announcer(self.shown, self.speaker, RecordingEarcons())
        self.shelf = ModelShelf(SMALL, lambda: [files_of(large), SMALL, OTHER], self._open)

    def _open(self, files: ModelFiles) -> Describer:
        if self.failure is not None:
            raise self.failure
        self.opened.append(files.name)
        return ScriptedDescriber(lambda _request: answer_events("A dog."))

    def arrive(self, name: str = "large") -> None:
        self.shelf.take_over(name, self.announcer, self.jobs, self.in_use.append)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("SPARC_ASSISTANT_MODELS_FOLDER", str(tmp_path / "store"))
    monkeypatch.setattr(model_in_use, "memory", lambda: Memory(8000, 6000))
    bench = Bench(tmp_path, Store(tmp_path / "store"))
    yield bench
    bench.jobs.close()


def test_it_takes_over_after_the_answer_that_is_being_written(bench: Bench) -> None:
    is_begun, is_held = threading.Event(), threading.Event()

    def answer(_ticket: object) -> None:
        is_begun.set()
        is_held.wait(60)

    bench.jobs.submit(answer)
    assert is_begun.wait(60)
    bench.arrive()
    assert (bench.opened, bench.shown.texts) == (["small"], [])
    is_held.set()
    wait_until(lambda: bench.shown.texts == ["large is ready and in use."])
    assert bench.opened == ["small", "large"]
    assert bench.in_use == [bench.shelf.describer]
    assert not bench.shelf.is_demo


def test_too_little_free_memory_leaves_the_old_one_in_use(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_in_use, "memory", lambda: Memory(8000, 3000))
    bench.arrive()
    assert bench.shown.texts == [
        "large is installed but not in use yet: it needs 4 gigabytes of memory, and this machine has 3 gigabytes free. "
        "Close other programs, then choose it."
    ]
    assert bench.opened == ["small"]


def test_what_was_chosen_meanwhile_stays(bench: Bench) -> None:
    bench.shelf.names()
    bench.shelf.choose(2)
    bench.arrive()
    assert bench.shown.texts == ["large is ready. You can choose it among the models."]
    assert bench.opened == ["small", "other"]


def test_one_that_cannot_be_opened_or_is_gone_is_said(bench: Bench) -> None:
    bench.failure = ModelError("It cannot be opened.")
    bench.arrive()
    wait_until(lambda: bench.shown.texts == ["It cannot be opened."])
    bench.arrive("nothing")
    assert bench.shown.texts[1:] == ["The download of nothing ended unexpectedly."]


def test_a_line_means_what_it_meant_when_it_was_listed(bench: Bench) -> None:
    class Offer(ModelFetching):
        offers = True

        def line(self) -> str:
            return "Download huge" if self.offers else ""

        def choose(self) -> str:
            return "Begun."

    bench.shelf.fetching = Offer(bench.announcer, lambda _name: None, "m")
    assert bench.shelf.names() == ["large", "small, in use", "other", "Download huge"]
    Offer.offers = False  # it came to its end while the list was being read
    assert [bench.shelf.offers(index) for index in range(4)] == [False, False, False, True]
    assert bench.shelf.fetch() == "Begun."


def test_progress_gives_way_to_what_is_read_aloud_and_the_status_tells_it(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is nowhere; what its process would say is said in its place."""
    monkeypatch.setenv("SPARC_ASSISTANT_CATALOGUE", str(tmp_path / "list.toml"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    tiny_hub(tmp_path / "hub", tmp_path / "list.toml")
    fetching = ModelFetching(bench.announcer, lambda _name: None, "m")
    assert fetching.line().startswith(f"Download {TINY}: ")
    fetching.choose()
    fetching.choose()
    try:
        fetching._speak("10 percent.")
        bench.speaker.wait(60)
        bench.speaker.seconds_per_utterance = 60.0
        bench.announcer.tell("A long sentence of a description.")
        fetching._speak("20 percent.")
        assert bench.shown.texts[:2] == [
            f"{TINY}: 10 percent.",
            "A long sentence of a description.",
        ]
        assert fetching.status()[0].startswith(f"Downloading {TINY}: ")
        assert fetching.advice() == fetching.status()[0]
    finally:
        bench.speaker.cancel()
        fetching.close()
    assert fetching.status() == []
    assert "press m to choose large" in fetching.advice()
