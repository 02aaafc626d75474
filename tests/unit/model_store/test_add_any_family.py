"""Any pair can be added: of every family that the engine runs, in small, with what suits it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.model_store import manage
from assistant.model_store.find import TILED_N_CTX, files_of
from assistant.model_store.record import Store
from sparc_ggml.config import LLAVA_NEXT, UNMEASURED
from tests.support.tiny_families import FAMILIES, write_pair
from tests.support.told import Told

NEED_NAMED_TEMPLATE = {"moondream2": "moondream"}


@pytest.mark.parametrize("family", FAMILIES)
def test_it_is_installed_unsteered_unless_it_is_a_llava(tmp_path: Path, family: str) -> None:
    pair, store = write_pair(family, tmp_path), Store(tmp_path / "store")
    template = NEED_NAMED_TEMPLATE.get(family)
    added = manage.add("mine", pair.model, pair.mmproj, template, store, Told())
    files = files_of(store.read().models["mine"])
    assert files.preset == (LLAVA_NEXT if family == "llava-1.6" else UNMEASURED)
    assert files.template == template
    assert added.memory_mb > 0
    has_many_tiles = family in ("internvl3", "internvl3.5", "lfm2-vl", "llava-1.6")
    assert added.n_ctx == (TILED_N_CTX if has_many_tiles else 2048)


def test_a_model_without_a_template_is_asked_for_one_before_gigabytes_are_read(
    tmp_path: Path,
) -> None:
    from tests.support.tiny_llama import TinyLlama, write_tiny_llama
    from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj

    model = write_tiny_llama(tmp_path / "model.gguf", TinyLlama())
    mmproj = write_tiny_mmproj(tmp_path / "mmproj.gguf", TinyMmproj())
    store, told = Store(tmp_path / "store"), Told()
    with pytest.raises(UsageError) as caught:
        manage.add("mine", model, mmproj, None, store, told)
    assert "vicuna_v1" in caught.value.hint
    assert told.lines == []
    assert manage.add("mine", model, mmproj, "vicuna_v1", store, told).template == "vicuna_v1"
