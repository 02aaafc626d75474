"""A legacy projector is recognised and copied once; others are left alone; bad files are one sentence."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Literal

import gguf
import numpy as np
import pytest

from assistant.errors import ModelError
from assistant.inference.gguf import mmproj
from tests.support.tiny_families import write_pair
from tests.support.tiny_llama import write_tiny_llama
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj

LEGACY = TinyMmproj(layout="legacy")


@pytest.mark.parametrize(
    "shape",
    [
        LEGACY,
        replace(LEGACY, n_embd=64, quant="Q8_0"),  # as LLaVA-1.5's small projector is stored
        replace(LEGACY, pinpoints=((128, 128), (64, 128))),  # LLaVA-1.6's grid and newline
        replace(LEGACY, projector="ldp", image_size=96, patch_size=4),
    ],
    ids=["mlp", "q8_0", "tiles", "ldp"],
)
def test_a_legacy_file_gets_a_copy_that_differs_in_one_key_only(
    tmp_path: Path, shape: TinyMmproj
) -> None:
    path = write_tiny_mmproj(tmp_path / "legacy.gguf", shape)
    original = path.read_bytes()
    projector = mmproj.open_projector(path, tmp_path / "cache")
    assert projector.is_corrected
    assert path.read_bytes() == original
    before, after = gguf.GGUFReader(path), gguf.GGUFReader(projector.path)
    added = after.get_field("clip.vision.feature_layer")
    assert added is not None
    assert added.contents() == [shape.n_layer]
    assert set(after.fields) - set(before.fields) == {"clip.vision.feature_layer"}
    for name, field in before.fields.items():
        if not name.startswith("GGUF."):
            copied = after.fields[name]
            assert (copied.types, copied.contents()) == (field.types, field.contents()), name
    for old, new in zip(before.tensors, after.tensors, strict=True):
        assert (old.name, old.tensor_type, list(old.shape)) == (
            new.name,
            new.tensor_type,
            list(new.shape),
        )
        assert np.array_equal(old.data.view(np.uint8), new.data.view(np.uint8))


@pytest.mark.parametrize("layout", ["legacy", "modern"])
def test_a_file_that_does_not_say_its_kind_gets_a_copy_that_does(
    tmp_path: Path, layout: Literal["legacy", "modern"]
) -> None:
    path = write_tiny_mmproj(tmp_path / "old.gguf", TinyMmproj(layout=layout, has_kind=False))
    for corrects in (True, False):
        made = mmproj.open_projector(path, tmp_path / str(corrects), corrects=corrects)
        kind = gguf.GGUFReader(made.path).get_field("clip.projector_type")
        assert kind is not None
        assert kind.contents() == "mlp"
        assert "corrected copy" in made.note
        assert made.is_corrected == (corrects and layout == "legacy")
        assert mmproj.open_projector(path, tmp_path / str(corrects), corrects=corrects).note == ""


def test_the_copy_is_made_once_and_again_when_the_file_changes(tmp_path: Path) -> None:
    path = write_tiny_mmproj(tmp_path / "legacy.gguf", LEGACY)
    made = mmproj.open_projector(path, tmp_path / "cache")
    assert "legacy.gguf" in made.note
    first = made.path
    written = first.stat().st_mtime_ns
    found = mmproj.open_projector(path, tmp_path / "cache")
    assert (found.path, found.is_corrected, found.note) == (first, True, "")
    assert first.stat().st_mtime_ns == written
    write_tiny_mmproj(path, TinyMmproj(layout="legacy", n_layer=3))
    assert mmproj.open_projector(path, tmp_path / "cache").path != first


def test_one_file_has_one_copy_and_what_a_kill_left_goes(tmp_path: Path) -> None:
    """A copy is as large as its original: those of earlier states of a file must not pile up."""
    path, cache = write_tiny_mmproj(tmp_path / "legacy.gguf", LEGACY), tmp_path / "cache"
    other = write_tiny_mmproj(tmp_path / "other.gguf", LEGACY)
    kept = mmproj.open_projector(other, cache).path
    first = mmproj.open_projector(path, cache).path
    killed, running = cache / "tmp1.part", cache / "tmp2.part"
    for part in (killed, running):
        part.write_bytes(b"half")
    os.utime(killed, (0, 0))
    os.utime(path)  # written again
    second = mmproj.open_projector(path, cache).path
    assert second != first
    assert sorted(cache.iterdir()) == sorted([kept, second, running])


def test_a_copy_that_is_not_whole_is_made_anew(tmp_path: Path) -> None:
    path = write_tiny_mmproj(tmp_path / "legacy.gguf", LEGACY)
    copy = mmproj.open_projector(path, tmp_path / "cache").path
    right, began = copy.read_bytes(), list[bool]()
    for damage in (b"", right[:-100], path.read_bytes()):
        copy.write_bytes(damage)
        again = mmproj.open_projector(path, tmp_path / "cache", on_copy=lambda: began.append(True))
        assert again.path.read_bytes() == right
        assert again.note
    assert began == [True] * 3


@pytest.mark.parametrize(
    "shape", [TinyMmproj(), TinyMmproj(layout="legacy", n_embd=768, n_layer=12, n_head=12)]
)
def test_a_file_that_stores_every_layer_is_not_copied(tmp_path: Path, shape: TinyMmproj) -> None:
    path = write_tiny_mmproj(tmp_path / "whole.gguf", shape)
    projector = mmproj.open_projector(path, tmp_path / "cache")
    assert projector.path == path
    assert not projector.is_corrected
    assert not (tmp_path / "cache").exists()


def test_a_cache_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    path = write_tiny_mmproj(tmp_path / "legacy.gguf", LEGACY)
    blocked = tmp_path / "a-file"
    blocked.write_text("in the way")
    with pytest.raises(ModelError, match="corrected copy"):
        mmproj.open_projector(path, blocked / "cache")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(28, "No space left on device"), "No space left"),
        (ValueError("no such type"), "no such type"),
    ],
)
def test_a_copy_that_is_interrupted_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(gguf.GGUFWriter, "write_tensor_data", fail)
    path = write_tiny_mmproj(tmp_path / "legacy.gguf", LEGACY)
    with pytest.raises(ModelError, match=says):
        mmproj.open_projector(path, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "noise", "empty", "text-model", "missing", "folder"])
def test_a_file_that_is_no_projector_is_one_sentence(tmp_path: Path, damage: str) -> None:
    path = write_tiny_mmproj(tmp_path / "projector.gguf")
    data = path.read_bytes()
    match damage:
        case "cut":
            path.write_bytes(data[:3000])
        case "noise":
            path.write_bytes(b"GGUF" + bytes(range(256)) * 40)
        case "empty":
            path.write_bytes(b"")
        case "text-model":
            write_tiny_llama(path)
        case "missing":
            path.unlink()
        case "folder":
            path.unlink()
            path.mkdir()
    with pytest.raises(ModelError) as caught:
        mmproj.open_projector(path, tmp_path / "cache")
    assert caught.value.message.endswith(".")


def test_a_wide_picture_is_padded_with_the_mean_colour_and_shrunk(tmp_path: Path) -> None:
    projector = mmproj.open_projector(write_tiny_mmproj(tmp_path / "p.gguf"), tmp_path)
    picture = np.full((100, 200, 3), 255, np.uint8)
    prepared = projector.prepare(picture)
    assert prepared.shape == (64, 64, 3)
    assert tuple(prepared[2, 32]) == projector.mean_rgb == (122, 116, 104)
    assert tuple(prepared[32, 32]) == (255, 255, 255)


def test_a_picture_of_the_right_size_is_left_alone(tmp_path: Path) -> None:
    projector = mmproj.open_projector(write_tiny_mmproj(tmp_path / "p.gguf"), tmp_path)
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    assert np.array_equal(projector.prepare(picture), picture)


def test_gemma_3_is_shown_a_stretched_picture_and_no_padding(tmp_path: Path) -> None:
    pair = write_pair("gemma-3", tmp_path)
    projector = mmproj.open_projector(pair.mmproj, tmp_path)
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[:, 100:] = 255
    prepared = projector.prepare(picture)
    assert prepared.shape == (448, 448, 3)
    assert not prepared[:, :220].any()
    assert (prepared[:, 228:] == 255).all()
