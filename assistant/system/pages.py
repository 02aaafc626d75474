"""What this process has mapped, and how to give pages of it back (proc(5), madvise(2)); Linux only."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass
from mmap import PAGESIZE
from pathlib import Path

OWN_MAPS = Path("/proc/self/maps")
OWN_STATM = Path("/proc/self/statm")
_MADV_DONTNEED = 4
"""``mman-common.h``"""


@dataclass(frozen=True)
class Mapping:
    """A run of addresses, up to ``end``; its name is that of a file, or the kernel's word for it, or empty."""

    start: int
    end: int
    is_private: bool
    name: str
    has_file: bool


def mappings(maps: Path = OWN_MAPS) -> list[Mapping]:
    """Return everything that is mapped; nothing where the system does not say."""
    try:
        lines = maps.read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        addresses, modes, _offset, _device, inode, *name = line.split(maxsplit=5)
        start, _, end = addresses.partition("-")
        is_private = modes.endswith("p")
        found.append(Mapping(int(start, 16), int(end, 16), is_private, "".join(name), inode != "0"))
    return found


def private_bytes(statm: Path = OWN_STATM) -> int:
    """Return the memory of this process that has no file behind it; 0 where the system does not say."""
    try:
        _size, resident, shared, *_ = map(int, statm.read_text().split())
    except (OSError, ValueError):
        return 0
    return (resident - shared) * PAGESIZE


def give_back(address: int, n_bytes: int) -> bool:
    """Take whole pages out of memory; return whether the system did.

    A file's pages come back from the file when they are read again, private ones as zeros.
    """
    if sys.platform != "linux":
        return False
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return bool(madvise(address, n_bytes, _MADV_DONTNEED) == 0)


LARGE_BYTES = 512 * 1024
"""Less than a picture of 640 by 480 (0.9 MB), more than the candidates for one token of 32,000 (0.4 MB)."""
_M_MMAP_THRESHOLD = -3
"""``malloc.h``"""


def map_large_blocks() -> bool:
    """Have each block from ``LARGE_BYTES`` on mapped by itself, so that all of it leaves memory when it is freed.

    glibc starts at 128 KiB, and raises the bound to the size of whatever is freed. Pictures then lie in the heap of
    the thread that receives them, which grows whenever no gap between small blocks is large enough, and hardly shrinks.

    Returns:
        Whether the bound was set; only glibc has one.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    mallopt.argtypes, mallopt.restype = [ctypes.c_int, ctypes.c_int], ctypes.c_int
    return bool(mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES))


_EVERY = 16
"""Calls of llama.cpp's progress callback, one a tensor, between two releases."""


def mappings_of(path: Path, maps: Path = OWN_MAPS) -> list[tuple[int, int]]:
    """Return address and length of every mapping of a file in this process; none where the system does not say."""
    return [(one.start, one.end - one.start) for one in mappings(maps) if one.name == str(path)]


def release(path: Path, n_bytes: int | None = None) -> None:
    """Take a file's pages out of this process's memory; what is read again comes from the page cache.

    Of each mapping, only whole pages in the first ``n_bytes``; ``None`` for all of it.
    """
    for address, length in mappings_of(path.resolve()):
        give_back(
            address, length if n_bytes is None else min(length, n_bytes // PAGESIZE * PAGESIZE)
        )


def releasing(path: Path) -> Callable[[float, object], bool]:
    """Return a progress callback for llama.cpp's loader that keeps weights from being in memory twice.

    The loader copies the file roughly from its beginning on. As much of the beginning is released as was copied, so
    both together take no more than the file did, and what is still to be copied need not be mapped again.
    """
    n_calls, before = 0, private_bytes()

    def on_progress(share: float, _data: object) -> bool:
        nonlocal n_calls
        if share == 1.0:
            release(path)
        elif n_calls % _EVERY == 0:
            release(path, max(0, private_bytes() - before))
        n_calls += 1
        return True

    return on_progress
