"""What this machine has room for: memory, disk, and the name of its processor."""

from __future__ import annotations

import contextlib
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from assistant.inference.free_memory import UNLIMITED, all_memory, free_memory

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Memory:
    """Megabytes of 1,000,000 bytes: all, and what programs could still take."""

    total_mb: int
    available_mb: int


def memory(root: Path = Path("/")) -> Memory | None:
    """This machine's memory, within its control group's limit; ``None`` where it cannot be known.

    Args:
        root: the root folder; for tests.
    """
    total, available = all_memory(root), free_memory(root).memory
    if UNLIMITED in (total, available):
        return None
    return Memory(total // MEGABYTE, available // MEGABYTE)


def free_disk_mb(folder: Path) -> int:
    """Room on the disk where the folder lies or will lie."""
    for there in (folder, *folder.absolute().parents):
        with contextlib.suppress(OSError):  # not made yet, or not to be looked into
            return shutil.disk_usage(there).free // MEGABYTE
    return 0


def machine_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor and its cores, as a measurement is labelled."""
    from assistant.inference.machine import physical_cores

    name = platform.machine()
    try:
        for line in cpuinfo.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Model"):
                name = value.strip()
                break
    except OSError:
        pass
    return f"{name}, {physical_cores()}"
