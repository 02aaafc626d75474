"""What this process has mapped, how pages of it are given back and how they are kept. Linux alone tells.

proc(5), madvise(2), mlock2(2).
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from mmap import PAGESIZE
from pathlib import Path

OWN_MAPS = Path("/proc/self/maps")
OWN_STATM = Path("/proc/self/statm")
_MADV_DONTNEED = 4
_MLOCK_ONFAULT = 1
"""``mman-common.h``"""


@dataclass(frozen=True)
class Mapping:
    """A run of addresses.

    Attributes:
        start, end: first address, and the one after the last.
        is_private: whether what is written to it stays in this process.
        is_writable: whether it can be written to.
        name: the file behind it, or the kernel's word for it, or an empty string.
        has_file: whether a file lies behind it.
    """

    start: int
    end: int
    is_private: bool
    is_writable: bool
    name: str
    has_file: bool


def mappings(maps: Path = OWN_MAPS) -> list[Mapping]:
    """Everything that is mapped; nothing where the system does not tell."""
    try:
        lines = maps.read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        addresses, modes, _offset, _device, inode, *name = line.split(maxsplit=5)
        start, _, end = addresses.partition("-")
        found.append(
            Mapping(
                int(start, 16),
                int(end, 16),
                modes.endswith("p"),
                modes[1] == "w",
                "".join(name),
                inode != "0",
            )
        )
    return found


def private_bytes(statm: Path = OWN_STATM) -> int:
    """Memory of this process that no file lies behind; 0 where the system does not tell."""
    try:
        _size, resident, shared, *_ = map(int, statm.read_text().split())
    except (OSError, ValueError):
        return 0
    return (resident - shared) * PAGESIZE


def give_back(address: int, n_bytes: int) -> bool:
    """Takes whole pages out of memory; whether the system did.

    A file's pages come back from the file when they are read again, private ones as zeros.
    """
    if sys.platform != "linux":
        return False
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return bool(madvise(address, n_bytes, _MADV_DONTNEED) == 0)


def keep(address: int, n_bytes: int) -> bool:
    """Keeps whole pages in memory, each from its first use on; whether the system does.

    Without rights a process can keep no more than ``RLIMIT_MEMLOCK``, used or not: 8 MiB on most systems.
    """
    try:
        mlock2 = ctypes.CDLL(None).mlock2
    except (AttributeError, OSError):
        return False
    mlock2.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return bool(mlock2(address, n_bytes, _MLOCK_ONFAULT) == 0)
