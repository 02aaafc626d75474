"""Gives back the memory of KV cells that hold nothing yet.

llama.cpp writes zeros over the whole cache when it makes it, so all of it is in memory from then on: 570 MB for
LLaVA-1.5-7B in q8_0 with 2,048 cells, of which one description uses a third. Private memory that is given back reads
as zeros again, and takes memory when it is written to: nothing changes but when it is taken.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable
from mmap import PAGESIZE
from pathlib import Path

from sparc_ggml import _ggml

_MADV_DONTNEED = 4


def private_ranges(maps: Path = Path("/proc/self/maps")) -> list[tuple[int, int]]:
    """Start and end of every private mapping of this process that no file lies behind."""
    try:
        lines = maps.read_text().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        fields = line.split(maxsplit=5)
        has_file = len(fields) == 6 and not fields[5].startswith("[heap]")
        if fields[1].endswith("p") and fields[4] == "0" and not has_file:
            start, _, end = fields[0].partition("-")
            found.append((int(start, 16), int(end, 16)))
    return found


def release_unused(tensors: Iterable[int], n_used: int) -> int:
    """Takes the pages of all cells from number ``n_used`` on out of memory; returns how many bytes.

    Only for cells that were never written to: what they hold is lost.

    Args:
        tensors: addresses of ggml tensors of a KV cache in which a cell is one row.
        n_used: cells that were, or may have been, written to.
    """
    if sys.platform != "linux":
        return 0
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    private = private_ranges()
    n_bytes = 0
    for address in tensors:
        tensor = _ggml.tensor_at(address)
        if not _ggml.is_host(tensor) or tensor.ne[2] != 1 or n_used >= tensor.ne[1]:
            continue
        # Whole pages inside the tensor: those at its ends hold its neighbours too.
        start = -(-(tensor.data + n_used * tensor.nb[1]) // PAGESIZE) * PAGESIZE
        end = (tensor.data + tensor.nb[2]) // PAGESIZE * PAGESIZE
        is_private = any(low <= start and end <= high for low, high in private)
        if start < end and is_private and madvise(start, end - start, _MADV_DONTNEED) == 0:
            n_bytes += end - start
    return n_bytes
