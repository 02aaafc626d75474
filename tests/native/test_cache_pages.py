"""Cells that hold nothing yet are given back, and no answer changes by it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.core.events import DecodeOptions, DescribeRequest
from assistant.inference import cache_pages
from assistant.inference.engine import Engine
from assistant.inference.options import EngineOptions, FlashAttn, KvType
from sparc_ggml.config import SparcConfig
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
    really = cache_pages.release_unused

    def counting(tensors: Iterable[int], n_used: int) -> int:
        released.append(really(tensors, n_used))
        return released[-1]

    # Long enough to write to cells that were given back.
    pair = options(tmp_path, flash_attn, kv_type)
    monkeypatch.setattr(cache_pages, "release_unused", counting)
    frugal = answers(pair, n_tokens=200)
    monkeypatch.setattr(cache_pages, "release_unused", lambda *_: 0)
    plain = answers(pair, n_tokens=200)

    assert len(released) == 1, "only before the first answer is it known which cells are unused"
    assert released[0] > 4 * 4096
    for ours, theirs in zip(frugal, plain, strict=True):
        assert [x.tobytes() for x in ours.logits] == [x.tobytes() for x in theirs.logits]


def test_what_is_in_use_is_never_given_back(tmp_path: Path) -> None:
    with Engine(options(tmp_path, "on", "f16")) as engine:
        request: Any = DescribeRequest(PICTURE, "what is there?", DecodeOptions(max_tokens=4))
        engine.answer(request)
        assert engine.loaded.probe is not None
        assert engine.loaded.prefix is not None
        n_used = engine.loaded.prefix.n_past
        before = value_rows(engine)
        assert all(np.any(rows[n_used - 1]) for rows in before.values())
        assert cache_pages.release_unused(engine.loaded.probe.row_tensors, n_used) > 0
        after = value_rows(engine)
        for il, rows in after.items():
            assert rows[:n_used].tobytes() == before[il][:n_used].tobytes()
            # Of the first page after them a part may still be the neighbours'.
            assert not np.any(rows[n_used + 8 : -8])


def test_a_cache_that_is_full_gives_nothing_back(tmp_path: Path) -> None:
    with Engine(options(tmp_path, "on", "f16")) as engine:
        engine.answer(DescribeRequest(PICTURE, "what?", DecodeOptions(max_tokens=2)))
        assert engine.loaded.probe is not None
        tensors = engine.loaded.probe.row_tensors
        assert len(tensors) == 2 * engine.loaded.model.n_layer
        assert cache_pages.release_unused(tensors, engine.loaded.model.n_ctx) == 0


def test_files_and_shared_memory_are_not_private(tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    maps.write_text(
        "1000-2000 rw-p 00000000 00:00 0 \n"
        "2000-3000 rw-p 00000000 00:00 0                    [heap]\n"
        "3000-4000 r--p 00000000 08:01 77                   /models/a model.gguf\n"
        "4000-5000 rw-s 00000000 00:01 0                    /dev/zero (deleted)\n"
    )
    assert cache_pages.private_ranges(maps) == [(0x1000, 0x2000), (0x2000, 0x3000)]
    assert cache_pages.private_ranges(tmp_path / "none") == []
