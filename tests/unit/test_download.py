"""A file comes whole from a server that behaves like the hub, whatever happens on the way."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.models_store import download
from assistant.models_store.rows import CatalogueFile
from tests.support.hub_server import Hub, running_hub

CONTENT = random.Random(0).randbytes(1_500_000)
KEY = "owner/repo/file.gguf"
FILE = CatalogueFile(
    "model", "owner/repo", "file.gguf", "main", len(CONTENT), True,
    hashlib.sha256(CONTENT).hexdigest(), "source", False,
)  # fmt: skip


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    with running_hub(Hub({KEY: CONTENT})) as hub:
        import huggingface_hub.constants as constants

        monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
        monkeypatch.setattr(
            constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setattr("time.sleep", lambda _s: None)
        yield hub


def fetched(folder: Path, file: CatalogueFile = FILE) -> bytes:
    return download.fetch(file, folder).read_bytes()


def test_a_file_comes_and_is_counted(hub: Hub, tmp_path: Path) -> None:
    counts: list[int] = []
    part = download.fetch(FILE, tmp_path, counts.append)
    assert part.read_bytes() == CONTENT
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, len(CONTENT))
    assert part.suffix == ".part"


def test_it_goes_on_where_it_stopped(hub: Hub, tmp_path: Path) -> None:
    part = download.fetch(FILE, tmp_path)
    part.write_bytes(CONTENT[:1_000_001])
    hub.seen.clear()
    assert fetched(tmp_path) == CONTENT
    assert next(seen for seen in hub.seen if seen[0] == "GET")[2] == "bytes=1000001-"


def test_a_finished_part_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    download.fetch(FILE, tmp_path)
    hub.seen.clear()
    assert fetched(tmp_path) == CONTENT
    assert hub.n_sent == 0


def test_a_server_that_ignores_ranges_is_read_from_the_start(hub: Hub, tmp_path: Path) -> None:
    download.fetch(FILE, tmp_path).write_bytes(CONTENT[:700_000])
    hub.ignores_ranges = True
    assert fetched(tmp_path) == CONTENT


def test_cut_connections_are_taken_up_again(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after, hub.n_cuts = 300_000, 4
    assert fetched(tmp_path) == CONTENT
    assert hub.n_sent == 5


def test_a_connection_that_always_breaks_ends_in_words_and_keeps_nothing_wrong(
    hub: Hub, tmp_path: Path
) -> None:
    hub.cut_after, hub.n_cuts = 0, 1000
    with pytest.raises(ModelError, match="broke") as caught:
        fetched(tmp_path)
    assert "is kept" in caught.value.hint
    hub.n_cuts = 0
    assert fetched(tmp_path) == CONTENT


def test_a_part_that_is_too_long_begins_anew(hub: Hub, tmp_path: Path) -> None:
    download.fetch(FILE, tmp_path).write_bytes(CONTENT + b"more")
    assert fetched(tmp_path) == CONTENT


def test_a_file_that_was_replaced_on_the_server_begins_anew(hub: Hub, tmp_path: Path) -> None:
    download.fetch(FILE, tmp_path).write_bytes(CONTENT[:500])
    hub.files[KEY] = other = CONTENT[::-1]
    assert fetched(tmp_path) == other


@pytest.mark.parametrize(
    ("status", "says"), [(404, "no file"), (401, "does not let"), (429, "pause")]
)
def test_a_refusal_is_one_sentence(hub: Hub, tmp_path: Path, status: int, says: str) -> None:
    if status == 404:
        hub.files.clear()
    elif status == 401:
        hub.needs_token = "secret"
    else:
        hub.refuses = [429] * 50
    with pytest.raises(ModelError, match=says) as caught:
        fetched(tmp_path)
    assert caught.value.hint


def test_a_busy_or_broken_server_is_asked_again(hub: Hub, tmp_path: Path) -> None:
    hub.refuses = [503, 500]
    assert fetched(tmp_path) == CONTENT


def test_a_token_goes_to_the_hub_and_not_to_its_store(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.needs_token = "hf_secret"
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert fetched(tmp_path) == CONTENT
    assert hub.authorized
    assert not any(path.startswith("/store/") for path in hub.authorized)


def test_a_file_of_another_size_is_not_begun(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not the file that is known"):
        fetched(tmp_path, replace(FILE, size=len(CONTENT) - 1))
    assert hub.n_sent == 0


def test_no_server_at_all(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants as constants

    with running_hub(Hub()) as gone:
        endpoint = gone.endpoint
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    from tests.support.network_guard import ALLOWED_PORTS

    ALLOWED_PORTS.add(gone.port)
    with pytest.raises(ModelError, match="broke"):
        fetched(tmp_path)
    ALLOWED_PORTS.discard(gone.port)


def test_a_folder_that_cannot_be_written(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("in the way")
    with pytest.raises(ModelError, match="could not be stored"):
        fetched(tmp_path / "blocked" / "below")
