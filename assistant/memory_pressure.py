"""Whether work stands still because memory is nearly full, as the kernel tells it.

Linux ``Documentation/accounting/psi.rst``.
"""

from __future__ import annotations

import re
from pathlib import Path

from assistant import control_groups

SLOW_PERCENT = 20.0
"""Of the last ten seconds, spent in waiting for memory and nothing else. To read a file once does not count as that."""
_FULL = re.compile(r"^full avg10=(\d+\.\d+)", re.MULTILINE)


def is_nearly_full(root: Path = Path("/")) -> bool:
    """Whether the machine, or the control group that this process is in (version 2), is slow for want of memory.

    False where the kernel does not tell: it can be built or started without.

    Args:
        root: the root folder; for tests.
    """
    files = [root / "proc/pressure/memory"]
    files += [own / "memory.pressure" for own, *_above in control_groups.of_memory(root)]
    return any(_stalled_percent(file) >= SLOW_PERCENT for file in files)


def _stalled_percent(file: Path) -> float:
    try:
        found = _FULL.search(file.read_text())
    except OSError:
        return 0.0
    return float(found[1]) if found else 0.0
