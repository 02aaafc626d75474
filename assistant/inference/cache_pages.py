"""Gives back the memory of KV cells that hold nothing yet.

llama.cpp writes zeros over the whole cache when it makes it, which takes 570 MB for LLaVA-1.5-7B in q8_0 with 2,048
cells; one description uses a third. Private memory that is given back reads as zeros and is taken again when it is
written to, so nothing changes except when the memory is taken.
"""

from __future__ import annotations

from mmap import PAGESIZE
from pathlib import Path

from assistant.system import pages
from sparc_ggml.eval_callback import host_range

WORTH_BYTES = 2**20
"""Smaller tensors stay as they are."""


def private_ranges(maps: Path = pages.OWN_MAPS) -> list[tuple[int, int]]:
    """Return start and end of this process's private memory that has no file behind it.

    Mappings that touch are one: the kernel splits them where a fork has shared a part, and a tensor may lie in both.
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
    """Give back the pages of the KV cache's ggml tensor at ``address``; return how many bytes.

    The tensor must hold nothing but the zeros it was made with: what it holds is lost.
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
