"""Files brought into memory early: nothing is changed, and nothing is said of files that are missing."""

from __future__ import annotations

import os
from pathlib import Path

from assistant.inference.loading import start_reading


def test_all_files_are_read_and_closed_again(tmp_path: Path) -> None:
    paths = [tmp_path / "a", tmp_path / "missing", tmp_path / "b", tmp_path]
    paths[0].write_bytes(b"x" * (40 << 20))
    paths[2].write_bytes(b"")
    before = len(os.listdir("/proc/self/fd"))
    thread = start_reading(paths)
    assert thread is not None
    thread.join(10)
    assert not thread.is_alive()
    assert len(os.listdir("/proc/self/fd")) == before
    assert paths[0].stat().st_size == 40 << 20
