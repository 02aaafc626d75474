"""The front's own code stays in memory, in an order that spends a small limit well."""

from __future__ import annotations

import ctypes
import mmap
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant import process_pages, resident

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux tells of mappings")

MAPS = """\
10000-90000 r-xp 00000000 fe:00 11 /usr/lib/python3.11/site-packages/numpy/large.so
90000-91000 r--p 00000000 fe:00 12 /usr/lib/python3.11/lib-dynload/_small.so
91000-92000 rw-p 00001000 fe:00 12 /usr/lib/python3.11/lib-dynload/_small.so
a0000-c0000 r-xp 00000000 fe:00 13 /usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0
c0000-d0000 r-xp 00000000 fe:00 14 /usr/lib/x86_64-linux-gnu/libc.so.6
d0000-d1000 r--s 00000000 fe:00 15 /usr/lib/locale/shared
e0000-f0000 rw-p 00000000 00:00 0 [heap]
f0000-f1000 r-xp 00000000 00:00 0 [vdso]
"""


def test_the_interpreter_comes_first_and_then_the_small(tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    maps.write_text(MAPS)
    found = [Path(one.name).name for one in resident.in_order(process_pages.mappings(maps))]
    assert found == ["libc.so.6", "libpython3.11.so.1.0", "_small.so", "large.so"]


def test_without_a_word_of_the_kernel_nothing_is_kept(tmp_path: Path) -> None:
    assert resident.stay(tmp_path / "maps") == 0


def _keeps_a_page() -> bool:
    with mmap.mmap(-1, mmap.PAGESIZE) as page:
        return process_pages.keep(ctypes.addressof(ctypes.c_char.from_buffer(page)), mmap.PAGESIZE)


keeping = pytest.mark.skipif(
    not _keeps_a_page(), reason="no page can be kept here; an emulator knows no mlock2"
)

_KEPT_UNDER = """
import os, re, resource, sys
from pathlib import Path
from assistant import resident
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_MEMLOCK, (limit, limit))
if os.geteuid() == 0:  # who may lock as much as he likes
    os.setuid(65534)
kept = resident.stay()
locked = int(re.search(r"VmLck:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
print(kept, locked)
"""


@keeping
@pytest.mark.parametrize("limit", [0, 1 << 20, 8 << 20])
def test_without_rights_as_much_is_kept_as_the_limit_allows(limit: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KEPT_UNDER, str(limit)], capture_output=True, text=True, check=True
    )
    kept, locked = map(int, done.stdout.split())
    assert kept == locked <= limit
    assert locked >= limit // 2


@keeping
@pytest.mark.skipif(os.geteuid() != 0, reason="only root is without a limit")
def test_with_rights_all_code_is_kept() -> None:
    code = (
        "from assistant import process_pages, resident; kept = resident.stay();"
        "print(kept, sum(m.end - m.start for m in resident.in_order(process_pages.mappings())))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kept, all_code = map(int, done.stdout.split())
    assert kept >= all_code * 0.9 > 0
