"""Gives back the pages of a mapped model file that were read only to be copied in another order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.inference import process_pages

_EVERY = 16
"""Calls of llama.cpp's progress callback, one a tensor, between two releases."""


def mappings(path: Path, maps: Path = process_pages.OWN_MAPS) -> list[tuple[int, int]]:
    """Address and length of every mapping of a file in this process; none where the system does not tell."""
    return [
        (one.start, one.end - one.start)
        for one in process_pages.mappings(maps)
        if one.name == str(path)
    ]


def release(path: Path) -> None:
    """Takes the file's pages out of this process's memory; what is read again comes from the page cache."""
    for address, length in mappings(path.resolve()):
        process_pages.give_back(address, length)


def releasing(path: Path) -> Callable[[float, object], bool]:
    """A progress callback for llama.cpp's loader; weights that it copies are then not in memory twice."""
    n_calls = 0

    def on_progress(_share: float, _data: object) -> bool:
        nonlocal n_calls
        if n_calls % _EVERY == 0:
            release(path)
        n_calls += 1
        return True

    return on_progress
