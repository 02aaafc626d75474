"""A pull of a file whose hash no public source states: it is judged by what can be seen of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.model_store import files, install, room
from assistant.model_store.catalogue import CatalogueModel, read_catalogue
from assistant.model_store.find import files_of
from assistant.model_store.record import Store
from assistant.system import memory
from assistant.system.memory import Memory
from tests.support.hub_server import Hub
from tests.support.tiny_catalogue import REPOSITORY, TINY, hub_in_this_process
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj
from tests.support.told import Told

KEY = f"{REPOSITORY}/tiny-mmproj.gguf"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with hub_in_this_process(monkeypatch, tmp_path, has_hashes=False) as hub:
        yield hub


@pytest.fixture
def row(hub: Hub, tmp_path: Path) -> CatalogueModel:
    return read_catalogue(tmp_path / "list.toml")[TINY]


def test_a_file_without_a_known_hash_is_compared_with_the_hubs_own(
    hub: Hub, row: CatalogueModel, tmp_path: Path
) -> None:
    model = install.pull(row, Store(tmp_path / "store"), Told())
    assert (model.model.checked, model.mmproj.checked) == ("hub", "hub")
    right = files.record_file(tmp_path / "hub/tiny-mmproj.gguf", is_ours=False, checked="own")
    assert model.mmproj.sha256 == right.sha256


def test_what_is_special_about_a_model_is_kept_with_it(
    hub: Hub, row: CatalogueModel, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    special = replace(row, template="", preset="unmeasured", answers_yes_or_no=False)
    install.pull(special, store, Told())
    files = files_of(store.read().models[TINY])
    assert files.template is None, "the file's own"
    assert files.preset.method == "none"
    assert not files.answers_yes_or_no


def test_an_unknown_hash_of_the_second_file_is_noticed_before_the_first_comes(
    hub: Hub, row: CatalogueModel, tmp_path: Path
) -> None:
    hub.stated_etag = "0123456789"
    sha256 = hashlib.sha256(hub.files[f"{REPOSITORY}/tiny-model.gguf"]).hexdigest()
    known = replace(row.file("model"), sha256=sha256, verified="source")
    with pytest.raises(ModelError, match="gives no checksum for tiny-mmproj"):
        install.pull(replace(row, files=(known, row.file("mmproj"))), Store(tmp_path), Told())
    assert hub.n_sent == 0


@pytest.mark.parametrize("at", [-1, 4000])
def test_a_flipped_bit_is_noticed_where_only_the_hub_knows_the_hash(
    hub: Hub, row: CatalogueModel, tmp_path: Path, at: int
) -> None:
    store, flipped = Store(tmp_path / "store"), bytearray(hub.files[KEY])
    flipped[at] ^= 1
    hub.serves[KEY] = bytes(flipped)
    with pytest.raises(ModelError, match="not the right file"):
        install.pull(row, store, Told(), takes_unverified=True)
    assert store.read().models == {}


def test_a_file_whose_hash_nobody_knows_is_taken_only_when_told_to(
    hub: Hub, row: CatalogueModel, tmp_path: Path
) -> None:
    store, told = Store(tmp_path / "store"), Told()
    hub.stated_etag = "0123456789"
    with pytest.raises(ModelError, match="gives no checksum for tiny-model") as caught:
        install.pull(row, store, told)
    assert "--unverified" in caught.value.hint
    assert hub.n_sent == 0
    model = install.pull(row, store, told, takes_unverified=True)
    assert (model.model.checked, model.mmproj.checked) == ("size", "size")
    assert sum("could not be checked further" in line for line in told.lines) == 2


def _noise(right: bytes, _folder: Path) -> bytes:
    return right[:200] + bytes(len(right) - 200)


def _other_layers(right: bytes, folder: Path) -> bytes:
    other = write_tiny_mmproj(folder / "other.gguf", TinyMmproj(layout="legacy", n_layer=3))
    return other.read_bytes().ljust(len(right), b"\0")


@pytest.mark.parametrize("spoil", [_noise, _other_layers])
def test_what_cannot_be_the_file_is_set_aside_and_fetched_anew(
    hub: Hub, row: CatalogueModel, tmp_path: Path, spoil: object
) -> None:
    assert callable(spoil)
    store = Store(tmp_path / "store")
    hub.serves[KEY] = spoil(hub.files[KEY], tmp_path)
    with pytest.raises(ModelError, match="not the right file"):
        install.pull(row, store, Told())
    assert store.read().models == {}
    assert len(list((store.folder / TINY).glob("tiny-mmproj.gguf.wrong-*"))) == 1
    hub.serves.clear()
    assert install.pull(row, store, Told()).mmproj.path.name == "tiny-mmproj.gguf"


def test_room_is_looked_at_first_and_what_is_here_already_needs_none(
    hub: Hub, row: CatalogueModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "store")
    monkeypatch.setattr(room, "memory", lambda: Memory(5, 5))
    with pytest.raises(ModelError, match=r"needs 10 megabytes of memory") as caught:
        room.check_room(row, store)
    assert "No model that can be downloaded fits" in caught.value.hint
    monkeypatch.setattr(room, "memory", lambda: Memory(5000, 5000))
    with pytest.raises(ModelError) as caught:
        room.check_room(replace(row, memory_mb=9000), store)
    assert "for example qwen3-vl-4b" in caught.value.hint, "the best that fits"
    monkeypatch.setattr(room, "memory", lambda: Memory(5, 5))
    room.check_room(row, store, forces=True)
    monkeypatch.setattr(room, "SPARE_MB", 0)
    needs = row.n_bytes + row.file("mmproj").size  # its corrected copy too
    for n_bytes, fits in ((needs + 1, True), (needs - 1, False)):
        monkeypatch.setattr(room, "MEGABYTE", 1)
        monkeypatch.setattr(room, "free_disk_mb", lambda _folder, n=n_bytes: n)
        if fits:
            room.check_room(row, store, forces=True)
            continue
        with pytest.raises(ModelError, match="on the disk"):
            room.check_room(row, store, forces=True)
        part = store.folder / TINY / "tiny-model.gguf.0123456789ab.part"
        part.parent.mkdir(parents=True)
        part.write_bytes(b"what came before")
        room.check_room(row, store, forces=True)


def test_free_disk_is_that_of_the_nearest_folder_that_is_there(tmp_path: Path) -> None:
    there = memory.free_disk_mb(tmp_path)
    assert abs(memory.free_disk_mb(tmp_path / "not" / "yet") - there) < 100
