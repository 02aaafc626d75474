from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.errors import ModelError, UsageError
from assistant.model_store import manage
from assistant.model_store.catalogue import models_folder
from assistant.model_store.find import embedded_model, find_model
from assistant.model_store.record import Store
from sparc_ggml.config import LLAVA_1_5, LLAVA_NEXT
from tests.support.tiny_catalogue import TINY, tiny_hub
from tests.support.tiny_llama import TinyLlama, write_tiny_llama
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj
from tests.support.told import Told


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "llava-v1.5-7b.Q4_K_M.gguf", tmp_path / "mmproj.gguf"
    write_tiny_llama(paths[0], TinyLlama(n_layer=1))
    write_tiny_mmproj(paths[1], TinyMmproj(n_layer=2))
    return paths


def test_the_users_pair(pair: tuple[Path, Path]) -> None:
    files = find_model(*pair)
    assert (files.model_path, files.mmproj_path) == pair
    assert files.name == "llava-v1.5-7b.Q4_K_M"
    assert not files.is_demo
    assert files.preset == LLAVA_1_5


def test_the_embedded_pair_is_known_whatever_it_is_called(tmp_path: Path) -> None:
    """With steering that does not suit it, it writes nonsense; and whoever uses it must hear what it is."""
    demo = embedded_model()
    model, mmproj = tmp_path / "llava-v1.6-mistral-7b.gguf", tmp_path / "b.gguf"
    shutil.copyfile(demo.model_path, model)
    mmproj.symlink_to(demo.mmproj_path)
    files = find_model(model, mmproj)
    assert (files.preset, files.is_demo) == (demo.preset, True)
    assert (files.model_path, files.mmproj_path) == (model, mmproj)
    with pytest.raises(UsageError, match="comes with the program"):
        manage.add("mine", model, mmproj, None, Store(tmp_path / "store"), Told())


def test_a_changed_copy_of_the_embedded_pair_is_not_taken_for_it(tmp_path: Path) -> None:
    demo = embedded_model()
    model = tmp_path / "model.gguf"
    content = bytearray(demo.model_path.read_bytes())
    content[-1] ^= 1
    model.write_bytes(content)
    assert not find_model(model, demo.mmproj_path).is_demo


def test_a_model_of_the_catalogue_is_known_by_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = tmp_path / "catalogue.toml"
    tiny_hub(tmp_path / "hub", catalogue, template="phi-3")
    names = ("tiny-model.gguf", "tiny-mmproj.gguf")
    model, mmproj = (
        (tmp_path / "hub" / name).rename(tmp_path / f"{name[5:8]}.gguf") for name in names
    )
    monkeypatch.setenv("SPARC_ASSISTANT_CATALOGUE", str(catalogue))
    monkeypatch.setenv("SPARC_ASSISTANT_MODELS_FOLDER", str(tmp_path / "store"))
    found = find_model(model, mmproj)
    assert (found.name, found.template, found.model_path) == (TINY, "phi-3", model)
    assert found.answers_yes_or_no
    added = manage.add("mine", model, mmproj, None, Store(tmp_path / "store"), Told())
    assert (added.name, added.template) == ("mine", "phi-3")
    mmproj.write_bytes(mmproj.read_bytes()[:-1] + b"?")
    assert find_model(model, mmproj).template is None


def test_a_pair_that_cuts_pictures_into_tiles_has_room_for_them(pair: tuple[Path, Path]) -> None:
    """Whatever its files are called: 2,880 image tokens do not go into the usual 2,048 cells."""
    assert find_model(*pair).n_ctx is None
    write_tiny_mmproj(pair[1], TinyMmproj(n_layer=2, pinpoints=((128, 128),)))
    files = find_model(*pair)
    assert files.n_ctx is not None
    assert files.n_ctx > 2880
    assert files.preset == LLAVA_NEXT


def test_a_name_that_is_not_installed_is_no_lack_of_a_second_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"llava-1\.5-7b is not installed") as caught:
        find_model(Path("llava-1.5-7b"))
    assert "models list" in caught.value.hint
    with pytest.raises(UsageError, match="two files"):
        find_model(tmp_path / "missing.gguf")


def test_one_file_is_not_enough(pair: tuple[Path, Path]) -> None:
    for model, mmproj in ((pair[0], None), (None, pair[1])):
        with pytest.raises(UsageError, match="two files"):
            find_model(model, mmproj)


def test_files_that_are_no_models(pair: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("hello")
    (tmp_path / "empty.gguf").write_bytes(b"")
    for name, words in (
        ("missing.gguf", "does not exist"),
        ("text.gguf", "not a GGUF"),
        ("empty.gguf", "incomplete"),
        ("", "is a folder"),
    ):
        with pytest.raises(ModelError, match=words):
            find_model(tmp_path / name, pair[1])
        with pytest.raises(ModelError, match=words):
            find_model(pair[0], tmp_path / name)


def test_a_checkout_reads_its_own_models() -> None:
    assert models_folder().name in {"models", "_models"}


def test_the_embedded_model_brings_its_measured_steering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.model_store.find.models_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match="not installed"):
        find_model()
    (tmp_path / "demo").mkdir()
    for name in ("sparc-demo-llava-q8_0.gguf", "sparc-demo-llava-mmproj-f16.gguf"):
        (tmp_path / "demo" / name).write_bytes(b"GGUF\x03\0\0\0")
    assert find_model().preset == LLAVA_1_5
    (tmp_path / "demo" / "steering.toml").write_text("alpha = 1.05\ntau = 2.0\n")
    files = find_model()
    assert files.is_demo
    assert (files.preset.alpha, files.preset.tau) == (1.05, 2.0)
