"""What a model takes of memory, and what is chosen where there is little."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import ExitCode, ModelError
from assistant.inference.gguf.header import read_header
from assistant.inference.gguf.memory_need import ModelSizes, need, plan, sizes_of
from assistant.system.memory import UNLIMITED, FreeMemory, all_memory, free_memory
from tests.support.tiny_llama import TinyLlama, write_tiny_llama
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj

GB = 10**9
LLAVA_7B = ModelSizes(
    name="LLaVA-1.5-7B Q4_K_M",
    weights=4_080_000_000,
    projector=624_000_000,
    cell_values=32 * 2 * 4096,
    head_values=128,
    n_ctx_train=4096,
    n_embd=4096,
    n_ff=11008,
    n_vocab=32000,
    encoder_work=64_000_000,
    picture=576 * 4096 * 4,
)
MOBILE_1_7B = ModelSizes(
    name="MobileVLM-1.7B Q4_K_M",
    weights=800_000_000,
    projector=595_000_000,
    cell_values=24 * 2 * 2048,
    head_values=128,
    n_ctx_train=2048,
    n_embd=2048,
    n_ff=5632,
    n_vocab=32000,
    encoder_work=64_000_000,
    picture=144 * 2048 * 4,
)


def free(gigabytes: float, addresses: float | None = None) -> FreeMemory:
    return FreeMemory(int(gigabytes * GB), UNLIMITED if addresses is None else int(addresses * GB))


def test_llava_1_5_7b_runs_in_eight_gigabytes_with_nothing_to_be_said() -> None:
    """Of 8 GB, a machine without a desktop has 6.5 free."""
    chosen = plan(LLAVA_7B, free(6.5))
    assert (chosen.n_ctx, chosen.kv_type, chosen.repacks, chosen.note) == (2048, "q8_0", True, "")


def test_a_1_7b_runs_in_four_gigabytes_in_half_precision() -> None:
    chosen = plan(MOBILE_1_7B, free(3.0))
    assert (chosen.n_ctx, chosen.kv_type, chosen.repacks, chosen.note) == (2048, "f16", True, "")


def test_where_it_is_tight_the_cache_gets_smaller_first_and_that_is_said_when_it_is_felt() -> None:
    f16 = need(MOBILE_1_7B, 2048, "f16", 128).total
    q8_0 = need(MOBILE_1_7B, 2048, "q8_0", 128).total
    assert plan(MOBILE_1_7B, FreeMemory(f16)).kv_type == "f16"
    smaller = plan(MOBILE_1_7B, FreeMemory(f16 - 1))
    assert (smaller.kv_type, smaller.n_ctx, smaller.note) == ("q8_0", 2048, "")
    smallest = plan(MOBILE_1_7B, FreeMemory(q8_0 - 1))
    assert smallest.n_ctx == 1280
    assert "Memory is short" in smallest.note


def test_weights_that_do_not_fit_are_read_from_the_file_again_and_that_is_said() -> None:
    chosen = plan(LLAVA_7B, free(4.0))
    assert not chosen.repacks, "copies of weights could not be given back"
    assert "slow" in chosen.note
    assert "4.0 gigabytes" in chosen.note


def test_what_cannot_work_is_refused_with_both_numbers_and_what_to_do() -> None:
    with pytest.raises(ModelError) as caught:
        plan(LLAVA_7B, free(2.5))
    assert caught.value.exit_code == ExitCode.MODEL
    assert "LLaVA-1.5-7B Q4_K_M" in caught.value.message
    assert "5." in caught.value.message
    assert "2.5 gigabytes" in caught.value.message
    for word in ("--n-ctx", "--kv-type", "smaller model", "--no-memory-check"):
        assert word in caught.value.hint


def test_the_check_can_be_left_out() -> None:
    assert plan(LLAVA_7B, free(0.1), is_checked=False).n_ctx == 2048


def test_address_space_cannot_be_given_back() -> None:
    with pytest.raises(ModelError, match=r"5\.0 gigabytes"):
        plan(LLAVA_7B, free(20, addresses=5.0))


def test_wishes_are_kept_whatever_is_free() -> None:
    chosen = plan(MOBILE_1_7B, free(2.0), n_ctx=2048, kv_type="f16")
    assert (chosen.n_ctx, chosen.kv_type) == (2048, "f16")
    assert plan(LLAVA_7B, free(20), kv_type="f16").kv_type == "f16"
    assert plan(LLAVA_7B, free(20), n_ctx=100_000).n_ctx == 4096


def test_no_quantised_cache_where_it_cannot_be() -> None:
    assert plan(LLAVA_7B, free(20), has_flash_attention=False).kv_type == "f16"


def test_a_wished_number_type_that_cannot_be_is_named_and_replaced() -> None:
    narrow = replace(LLAVA_7B, head_values=16)
    for is_checked in (True, False):
        chosen = plan(narrow, free(20), kv_type="q8_0", is_checked=is_checked)
        assert chosen.kv_type == "f16"
        assert "--kv-type q8_0" in chosen.note
    assert plan(narrow, free(20), kv_type="f32").note == ""


def test_sizes_are_read_from_the_files(tmp_path: Path) -> None:
    write_tiny_llama(tmp_path / "m.gguf", TinyLlama(n_embd=128, n_head=4, n_head_kv=2))
    write_tiny_mmproj(tmp_path / "p.gguf", TinyMmproj(projection_dim=128))
    sizes = sizes_of(read_header(tmp_path / "m.gguf"), read_header(tmp_path / "p.gguf"), "tiny")
    assert sizes.cell_values == 5 * 2 * (32 + 32)
    assert (sizes.head_values, sizes.n_embd, sizes.n_ff, sizes.n_ctx_train) == (32, 128, 96, 2048)
    assert 0 < sizes.weights < (tmp_path / "m.gguf").stat().st_size
    assert 0 < sizes.projector < (tmp_path / "p.gguf").stat().st_size


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


MEMINFO = {"proc/meminfo": "MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n"}


def test_the_machine_alone_is_the_limit(tmp_path: Path) -> None:
    write(tmp_path, MEMINFO)
    assert free_memory(tmp_path).memory == 6_000_000 * 1024
    assert all_memory(tmp_path) == 8_000_000 * 1024


def test_a_control_group_above_this_process_is_heeded(tmp_path: Path) -> None:
    group = "sys/fs/cgroup/user.slice"
    write(
        tmp_path,
        MEMINFO
        | {
            "proc/self/cgroup": "0::/user.slice/app\n",
            f"{group}/memory.max": "2000000000\n",
            f"{group}/memory.current": "1500000000\n",
            f"{group}/memory.stat": "anon 1000\ninactive_file 400000000\nactive_file 100000000\n",
            f"{group}/app/memory.max": "max\n",
            f"{group}/app/memory.current": "1000\n",
        },
    )
    assert free_memory(tmp_path).memory == 1_000_000_000
    assert all_memory(tmp_path) == 2_000_000_000


def test_a_control_group_of_the_first_kind_is_heeded(tmp_path: Path) -> None:
    group = "sys/fs/cgroup/memory/box"
    write(
        tmp_path,
        MEMINFO
        | {
            "proc/self/cgroup": "4:memory:/box\n1:cpu:/\n0::/\n",
            f"{group}/memory.limit_in_bytes": "1000000000\n",
            f"{group}/memory.usage_in_bytes": "300000000\n",
        },
    )
    assert free_memory(tmp_path).memory == 700_000_000
    assert all_memory(tmp_path) == 1_000_000_000


def test_where_the_kernel_says_nothing_nothing_is_refused(tmp_path: Path) -> None:
    assert free_memory(tmp_path).memory == UNLIMITED
    assert all_memory(tmp_path) == UNLIMITED
    assert plan(LLAVA_7B, FreeMemory()).n_ctx == 2048


def test_a_large_cache_is_half_precision_where_there_is_room_to_spare() -> None:
    needed = need(LLAVA_7B, 2048, "f16", 128).total
    assert plan(LLAVA_7B, FreeMemory(2 * needed)).kv_type == "f16"
    assert plan(LLAVA_7B, FreeMemory(2 * needed - 1)).kv_type == "q8_0"
    assert plan(LLAVA_7B, FreeMemory(2 * needed), kv_type="q8_0").kv_type == "q8_0"
