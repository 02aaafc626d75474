"""Gives back the pages of a mapped model file that were read only to be copied in another order."""

from __future__ import annotations

from collections.abc import Callable
from mmap import PAGESIZE
from pathlib import Path

from assistant import process_pages

_EVERY = 16
"""Calls of llama.cpp's progress callback, one a tensor, between two releases."""


def mappings(path: Path, maps: Path = process_pages.OWN_MAPS) -> list[tuple[int, int]]:
    """Address and length of every mapping of a file in this process; none where the system does not tell."""
    return [
        (one.start, one.end - one.start)
        for one in process_pages.mappings(maps)
        if one.name == str(path)
    ]


def release(path: Path, n_bytes: int | None = None) -> None:
    """Takes the file's pages out of this process's memory; what is read again comes from the page cache.

    Args:
        path: the file.
        n_bytes: of the beginning of each mapping, in whole pages; ``None`` for all of it.
    """
    for address, length in mappings(path.resolve()):
        size = length if n_bytes is None else min(length, n_bytes // PAGESIZE * PAGESIZE)
        process_pages.give_back(address, size)


def releasing(path: Path) -> Callable[[float, object], bool]:
    """A progress callback for llama.cpp's loader; weights that it copies are then not in memory twice.

    Copying goes through the file from its beginning, by and large. As much of the beginning is released as was
    copied: both together take no more than the file did, and what is still to be copied need not be mapped again.
    """
    n_calls, before = 0, process_pages.private_bytes()

    def on_progress(share: float, _data: object) -> bool:
        nonlocal n_calls
        if share == 1.0:
            release(path)
        elif n_calls % _EVERY == 0:
            release(path, max(0, process_pages.private_bytes() - before))
        n_calls += 1
        return True

    return on_progress
