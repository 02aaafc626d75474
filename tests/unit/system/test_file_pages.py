"""Pages of a mapped file are given back, and are there again when they are read."""

from __future__ import annotations

import mmap
import sys
from pathlib import Path

import pytest

from assistant.system import pages

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells of mappings")

SIZE = 8 * 2**20


def resident_kb(path: Path) -> int:
    blocks = Path("/proc/self/smaps").read_text().split(str(path))[1:]
    return sum(int(block.split("Rss:")[1].split()[0]) for block in blocks)


def test_pages_are_given_back_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a model.gguf"
    path.write_bytes(bytes(range(256)) * (SIZE // 256))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert sum(mapped[::4096]) == 0
        assert [length for _, length in pages.mappings_of(path)] == [SIZE]
        assert resident_kb(path) * 1024 == SIZE
        assert pages.releasing(path)(1.0, None)
        assert resident_kb(path) == 0
        assert mapped[SIZE - 1] == 255


def test_as_much_of_a_files_beginning_is_given_back_as_was_copied(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"x" * SIZE)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert sum(mapped[::4096]) == ord("x") * SIZE // 4096
        on_progress = pages.releasing(path)
        copied = mmap.mmap(-1, SIZE // 2, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        copied.write(mapped[: SIZE // 2])
        assert on_progress(0.9, None)
        # The kernel counts a process's memory in batches.
        assert resident_kb(path) * 1024 == pytest.approx(SIZE - len(copied), abs=2**20)


def test_a_file_that_is_not_mapped_or_a_system_that_does_not_tell_is_left_alone(
    tmp_path: Path,
) -> None:
    assert pages.mappings_of(tmp_path / "none.gguf") == []
    assert pages.mappings_of(tmp_path, maps=tmp_path / "maps") == []
    pages.release(tmp_path / "none.gguf")
