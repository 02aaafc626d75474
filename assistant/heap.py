"""How the C library's heap gives memory back (mallopt(3)); glibc alone is told."""

from __future__ import annotations

import ctypes

LARGE_BYTES = 512 * 1024
"""Less than a picture of 640 by 480 (0.9 MB), more than the candidates for one token of 32,000 (0.4 MB)."""
_M_MMAP_THRESHOLD = -3
"""``malloc.h``"""


def map_large_blocks() -> bool:
    """Has each block from ``LARGE_BYTES`` on mapped by itself, so that all of it leaves memory when it is freed.

    glibc does so from 128 KiB on at first, and raises the bound to the size of whatever is freed. Pictures then come
    to lie in the heap of the thread that receives them, which grows by another one whenever small blocks between them
    leave no gap that is large enough, and hardly ever shrinks.

    Returns:
        Whether the C library was told; another one than glibc knows no such bound, and nothing changes.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    mallopt.argtypes, mallopt.restype = [ctypes.c_int, ctypes.c_int], ctypes.c_int
    return bool(mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES))
