"""Cores are counted, not hyper-threads; AMX is recognised."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.system import processor


def test_two_threads_of_one_core_count_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for cpu, siblings in enumerate(("0,2", "1,3", "0,2", "1,3")):
        folder = tmp_path / f"cpu{cpu}" / "topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(siblings + "\n")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1, 2, 3})
    assert processor.physical_cores(tmp_path) == 2


def test_without_topology_every_allowed_processor_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 5, 7})
    assert processor.physical_cores(tmp_path) == 3


def test_amx_is_read_from_the_flags(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("flags\t\t: fpu avx2 amx_bf16 amx_tile amx_int8\n")
    assert processor.has_amx(cpuinfo)
    cpuinfo.write_text("flags\t\t: fpu avx2\n")
    assert not processor.has_amx(cpuinfo)
    assert not processor.has_amx(tmp_path / "missing")


def test_a_small_model_gets_one_thread_and_a_large_one_every_core() -> None:
    assert processor.threads_for(3_000_000) == 1
    assert processor.threads_for(400_000_000) == processor.physical_cores()


def test_what_is_read_at_once() -> None:
    assert processor.batch_for(400 * 10**6, "q8_0") == 512
    assert processor.batch_for(4 * 10**9, "f16") == 512
    assert processor.batch_for(4 * 10**9, "q8_0") == processor.SMALL_BATCH
