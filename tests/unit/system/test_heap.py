"""Pictures leave memory when they are freed."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys

import pytest

from assistant.system import pages

_LAST_MAPPED = """
import ctypes, sys
from assistant.system import pages
from assistant.system.pages import mappings
if sys.argv[1] == "told":
    assert pages.map_large_blocks()
for _ in range(8):
    block = bytearray(pages.LARGE_BYTES + 400_000)
    kept = bytearray(200_000)
    address = ctypes.addressof(ctypes.c_char.from_buffer(block))
    del block
print(any(one.start <= address < one.end for one in mappings()))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
@pytest.mark.parametrize(("told", "stays"), [("told", False), ("not told", True)])
def test_a_freed_picture_is_out_of_memory(told: str, stays: bool) -> None:
    """Where its bound is not held, glibc raises it at the first free and then keeps the pages: what this guards."""
    done = subprocess.run(
        [sys.executable, "-c", _LAST_MAPPED, told], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(stays)


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoLibrary:
        def __init__(self, _name: object) -> None:
            pass

    monkeypatch.setattr(ctypes, "CDLL", NoLibrary)
    assert pages.map_large_blocks() is False
