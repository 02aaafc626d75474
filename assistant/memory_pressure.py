"""Whether work stands still because memory is nearly full, as the kernel tells it.

Linux ``Documentation/accounting/psi.rst``.
"""

from __future__ import annotations

import re
from pathlib import Path

SLOW_PERCENT = 20.0
"""Of the last ten seconds, spent in waiting for memory and nothing else. To read a file once does not count as that."""
_FULL = re.compile(r"^full avg10=(\d+\.\d+)", re.MULTILINE)


def is_nearly_full(root: Path = Path("/")) -> bool:
    """Whether the machine, or the control group that this process is in (version 2), is slow for want of memory.

    False where the kernel does not tell: it can be built or started without.

    Args:
        root: the root folder; for tests.
    """
    return any(_stalled_percent(file) >= SLOW_PERCENT for file in _files(root))


def _files(root: Path) -> list[Path]:
    files = [root / "proc/pressure/memory"]
    for line in _text(root / "proc/self/cgroup").splitlines():
        if line.startswith("0::/"):
            files.append(root / "sys/fs/cgroup" / line[4:] / "memory.pressure")
    return files


def _stalled_percent(file: Path) -> float:
    found = _FULL.search(_text(file))
    return float(found[1]) if found else 0.0


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
