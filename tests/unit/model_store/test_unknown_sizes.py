"""A file whose size the catalogue does not know: the server states it first, and nothing comes that cannot be right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.messages import amounts
from assistant.model_store import install, room
from assistant.model_store.catalogue import CatalogueModel, read_catalogue
from assistant.model_store.record import Store
from tests.support.hub_server import Hub
from tests.support.tiny_catalogue import REPOSITORY, TINY, hub_in_this_process
from tests.support.told import Told

MODEL, MMPROJ = (f"{REPOSITORY}/tiny-{part}.gguf" for part in ("model", "mmproj"))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with hub_in_this_process(monkeypatch, tmp_path, has_sizes=False) as hub:
        yield hub


@pytest.fixture
def row(hub: Hub, tmp_path: Path) -> CatalogueModel:
    return read_catalogue(tmp_path / "list.toml")[TINY]


def test_the_servers_size_is_taken_and_said_before_anything_comes(
    hub: Hub, row: CatalogueModel, tmp_path: Path
) -> None:
    told = Told()
    assert not row.has_known_size
    model = install.pull(row, Store(tmp_path / "store"), told)
    assert (model.model.size, model.mmproj.size) == (len(hub.files[MODEL]), len(hub.files[MMPROJ]))
    assert model.model.checked == "catalogue"
    assert told.lines[:2] == [
        f"The size of {key.rsplit('/')[-1]} was not known here. "
        f"The server says {amounts.megabytes(len(hub.files[key]))}."
        for key in (MODEL, MMPROJ)
    ]
    assert told.lines[2].startswith("Downloading tiny-model.gguf, ")


def test_another_hash_at_the_hub_than_ours_refuses_the_second_file_before_the_first_comes(
    hub: Hub, row: CatalogueModel, tmp_path: Path
) -> None:
    other = replace(row.file("mmproj"), sha256=hashlib.sha256(b"another").hexdigest())
    with pytest.raises(ModelError, match="tiny-mmproj"):
        install.pull(replace(row, files=(row.file("model"), other)), Store(tmp_path), Told())
    assert hub.n_sent == 0


def test_a_size_that_nobody_knows_is_refused(hub: Hub, row: CatalogueModel, tmp_path: Path) -> None:
    hub.states_length = False
    with pytest.raises(ModelError, match="does not say how large tiny-model") as caught:
        install.pull(row, Store(tmp_path), Told())
    assert "models add" in caught.value.hint
    assert hub.n_sent == 0


def test_the_disk_is_looked_at_again_once_the_sizes_are_known(
    hub: Hub, row: CatalogueModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = replace(row, files=tuple(replace(file, expected_size=1000) for file in row.files))
    monkeypatch.setattr(room, "SPARE_MB", 0)
    monkeypatch.setattr(room, "free_disk_mb", lambda _folder: 1)
    monkeypatch.setattr(room, "MEGABYTE", 3000)
    room.check_disk(small, Store(tmp_path))
    with pytest.raises(ModelError, match="disk"):
        install.pull(small, Store(tmp_path), Told())
    assert hub.n_sent == 0


def test_a_file_that_is_here_already_asks_nobody(
    hub: Hub, row: CatalogueModel, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    install.pull(row, store, Told())
    asked = hub.n_sent
    told = Told()
    install.pull(row, store, told)
    assert hub.n_sent == asked
    assert not [line for line in told.lines if "size" in line]
