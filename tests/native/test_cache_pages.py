"""Cells that hold nothing yet are given back, and no answer changes by it."""

from __future__ import annotations

from mmap import PAGESIZE
from pathlib import Path

import numpy as np
import pytest

from assistant.core.events import DecodeOptions, DescribeRequest
from assistant.inference import cache_pages
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions, FlashAttn, KvType
from sparc_ggml.config import SparcConfig
from tests.support.differences import assert_same_rows
from tests.support.recorded_engine import Recording, random_picture, record, tiny_pair, value_rows
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

PICTURE = random_picture(64)
STRONG = SparcConfig(alpha=1.5, tau=0.2)
CACHES: list[tuple[FlashAttn, KvType]] = [("on", "f16"), ("on", "q8_0"), ("off", "f16")]


def options(folder: Path, flash_attn: FlashAttn, kv_type: KvType) -> EngineOptions:
    # Rows of 1 KB and more, so that the cells that are left over fill pages.
    shape = TinyLlama(n_embd=512, n_head_kv=4)
    return tiny_pair(
        folder,
        shape,
        TinyMmproj(projection_dim=512),
        flash_attn=flash_attn,
        kv_type=kv_type,
    )


def answers(options: EngineOptions, n_tokens: int) -> list[Recording]:
    with Engine(options) as engine:
        return [
            record(engine, picture, STRONG, n_tokens=n_tokens)
            for picture in (PICTURE, random_picture(64, seed=1))
        ]


@pytest.mark.parametrize(("flash_attn", "kv_type"), CACHES)
def test_answers_are_the_same_with_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flash_attn: FlashAttn, kv_type: KvType
) -> None:
    released: list[int] = []
    really = cache_pages.release_fresh

    def counting(address: int) -> int:
        released.append(really(address))
        return released[-1]

    # Long enough to write to cells that were given back.
    pair = options(tmp_path, flash_attn, kv_type)
    monkeypatch.setattr(cache_pages, "WORTH_BYTES", 0)
    monkeypatch.setattr(cache_pages, "release_fresh", counting)
    frugal = answers(pair, n_tokens=200)
    monkeypatch.setattr(cache_pages, "release_fresh", lambda _address: 0)
    plain = answers(pair, n_tokens=200)

    n_layer = TinyLlama().n_layer
    assert len(released) == (2 if flash_attn == "on" else 1) * n_layer, (
        "each tensor once, at the first picture"
    )
    assert min(released) > 16 * 4096
    for ours, theirs in zip(frugal, plain, strict=True):
        assert_same_rows(ours.logits, theirs.logits, "logits at step")


def test_what_was_given_back_is_out_of_memory_and_reads_as_zeros(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_pages, "WORTH_BYTES", 0)
    with Engine(options(tmp_path, "on", "f16")) as engine:
        engine.answer(DescribeRequest(PICTURE, "what is there?", DecodeOptions(max_tokens=4)))
        assert engine.loaded.prefix is not None
        assert engine.loaded.probe is not None
        n_used, n_ctx = engine.loaded.prefix.past.n_cells, engine.loaded.model.n_ctx
        values = next(iter(engine.loaded.probe.layers.values())).rows()
        assert is_resident(values[0].ctypes.data)
        assert not is_resident(values[n_ctx * 3 // 4].ctypes.data)
        rows = value_rows(engine)
    for layer in rows.values():
        assert np.any(layer[n_used - 1])
        assert not np.any(layer[n_ctx * 3 // 4 :])


def is_resident(address: int) -> bool:
    """Whether the page at an address is in memory, by /proc/self/pagemap's present bit (proc(5))."""
    with Path("/proc/self/pagemap").open("rb") as pages:
        pages.seek(address // PAGESIZE * 8)
        return bool(int.from_bytes(pages.read(8), "little") >> 63)


def test_files_and_shared_memory_are_not_private_and_neighbours_are_one(tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    maps.write_text(
        "1000-2000 rw-p 00000000 00:00 0 \n"
        "2000-3000 rw-p 00000000 00:00 0                    [heap]\n"
        "3000-4000 r--p 00000000 08:01 77                   /models/a model.gguf\n"
        "4000-5000 rw-s 00000000 00:01 0                    /dev/zero (deleted)\n"
        "6000-7000 rw-p 00000000 00:00 0 \n"
    )
    assert cache_pages.private_ranges(maps) == [(0x1000, 0x3000), (0x6000, 0x7000)]
    assert cache_pages.private_ranges(tmp_path / "none") == []
