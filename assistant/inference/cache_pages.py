"""Gives back the memory of KV cells that hold nothing yet.

llama.cpp writes zeros over the whole cache when it makes it, so all of it is in memory from then on: 570 MB for
LLaVA-1.5-7B in q8_0 with 2,048 cells, of which one description uses a third. Private memory that is given back reads
as zeros again, and takes memory when it is written to: nothing changes but when it is taken.
"""

from __future__ import annotations

from mmap import PAGESIZE
from pathlib import Path

from assistant.system import pages
from sparc_ggml.eval_callback import host_range

WORTH_BYTES = 2**20
"""Tensors below this stay as they are."""


def private_ranges(maps: Path = pages.OWN_MAPS) -> list[tuple[int, int]]:
    """Start and end of the private memory of this process that no file lies behind.

    Mappings that touch are one: the kernel keeps neighbours apart where a fork has shared one of them, and a tensor may
    lie in both.
    """
    found: list[tuple[int, int]] = []
    for one in pages.mappings(maps):
        if not one.is_private or one.has_file or one.name not in ("", "[heap]"):
            continue
        if found and found[-1][1] == one.start:
            found[-1] = (found[-1][0], one.end)
        else:
            found.append((one.start, one.end))
    return found


def release_fresh(address: int) -> int:
    """Takes a tensor's pages out of memory; returns how many bytes.

    Only for a tensor that holds nothing but the zeros it was made with: what it holds is lost.

    Args:
        address: of a ggml tensor of a KV cache.
    """
    first, n_bytes = host_range(address)
    if n_bytes < WORTH_BYTES:
        return 0
    # Whole pages inside the tensor: those at its ends hold its neighbours too.
    start = -(-first // PAGESIZE) * PAGESIZE
    end = (first + n_bytes) // PAGESIZE * PAGESIZE
    if not any(low <= start and end <= high for low, high in private_ranges()):
        return 0
    return end - start if pages.give_back(start, end - start) else 0
