"""Gives back the pages of a mapped model file that were read only to be copied in another order."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path

_MADV_DONTNEED = 4
_EVERY = 16
"""Calls of llama.cpp's progress callback, one a tensor, between two releases."""


def mappings(path: Path, maps: Path = Path("/proc/self/maps")) -> list[tuple[int, int]]:
    """Address and length of every mapping of a file in this process; none where the system does not tell."""
    try:
        lines = maps.read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and fields[5] == str(path):
            start, _, end = fields[0].partition("-")
            found.append((int(start, 16), int(end, 16) - int(start, 16)))
    return found


def release(path: Path) -> None:
    """Takes the file's pages out of this process's memory; what is read again comes from the page cache."""
    if sys.platform != "linux":
        return
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for address, length in mappings(path.resolve()):
        madvise(address, length, _MADV_DONTNEED)


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
