"""How much memory and disk this process may still take, by the kernel's files.

Not by psutil: it knows no control groups, whose limits count as much as the machine's.
"""

from __future__ import annotations

import contextlib
import re
import resource
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/")
UNLIMITED = sys.maxsize
MEGABYTE = 1_000_000
_LIMIT_AND_USAGE = (
    ("memory.max", "memory.current"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes"),
)
"""What a control group's limit and its use are called, in version 2 and 1."""


@dataclass(frozen=True)
class FreeMemory:
    """Bytes that are free.

    Attributes:
        memory: before the machine, or this process's control group, runs out; files in the page cache count as
            free, since they give way.
        addresses: address space that is left under ``ulimit -v``.
    """

    memory: int = UNLIMITED
    addresses: int = UNLIMITED


def free_memory(root: Path = ROOT) -> FreeMemory:
    """Return what is free now; unlimited where the kernel does not say."""
    limits = [_of_machine(root, "MemAvailable"), *map(_left_in_group, _groups(root))]
    return FreeMemory(max(0, min(limits)), _left_addresses(root / "proc/self/statm"))


def all_memory(root: Path = ROOT) -> int:
    """Return the bytes that the machine has, or that this process's control group may use; unlimited if unknown."""
    limits = (_number(folder / name) for folder in _groups(root) for name, _ in _LIMIT_AND_USAGE)
    return min([_of_machine(root, "MemTotal"), *(n for n in limits if n is not None)])


@dataclass(frozen=True)
class Memory:
    """Megabytes of 1,000,000 bytes: all, and what programs could still take."""

    total_mb: int
    available_mb: int


def memory(root: Path = ROOT) -> Memory | None:
    """Return this machine's memory, within its control group's limit; ``None`` where the kernel does not say."""
    total, available = all_memory(root), free_memory(root).memory
    if UNLIMITED in (total, available):
        return None
    return Memory(total // MEGABYTE, available // MEGABYTE)


def _of_machine(root: Path, field: str) -> int:
    for line in _lines(root / "proc/meminfo"):
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    return UNLIMITED


def _left_in_group(folder: Path) -> int:
    for limit, usage in _LIMIT_AND_USAGE:
        most, used = _number(folder / limit), _number(folder / usage)
        if most is not None and used is not None:
            return most - used + _files_in_memory(folder / "memory.stat")
    return UNLIMITED


def _files_in_memory(stat: Path) -> int:
    fields = dict(line.split()[:2] for line in _lines(stat) if len(line.split()) >= 2)
    return sum(int(fields.get(name, 0)) for name in ("inactive_file", "active_file"))


def _left_addresses(statm: Path) -> int:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return UNLIMITED
    lines = _lines(statm)
    used = int(lines[0].split()[0]) * resource.getpagesize() if lines else 0
    return max(0, limit - used)


def _number(path: Path) -> int | None:
    """Read the number in a file; ``None`` without one, as where it says "max"."""
    lines = _lines(path)
    return int(lines[0]) if lines and lines[0].strip().isdecimal() else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


def _groups(root: Path) -> list[Path]:
    """Return this process's own control groups and those above them."""
    return [
        folder
        for own, base in _own_groups(root)
        for folder in (own, *own.parents)
        if folder.is_relative_to(base)
    ]


def _own_groups(root: Path) -> list[tuple[Path, Path]]:
    """Return this process's folder, and the topmost, in each hierarchy of control groups that limits memory."""
    found = []
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if not controllers or "memory" in controllers.split(","):
            base = root / "sys/fs/cgroup" / ("memory" if controllers else "")
            found.append((base / path.strip("/"), base))
    return found


SLOW_PERCENT = 20.0
"""Of the last ten seconds, spent in waiting for memory and nothing else. To read a file once does not count as that."""
_FULL = re.compile(r"^full avg10=(\d+\.\d+)", re.MULTILINE)


def is_nearly_full(root: Path = ROOT) -> bool:
    """Return whether the machine, or this process's control group (version 2), is slow because memory is short.

    False where the kernel does not say: it can be built or started without.
    """
    files = [root / "proc/pressure/memory"]
    files += [own / "memory.pressure" for own, _ in _own_groups(root)]
    return any(_stalled_percent(file) >= SLOW_PERCENT for file in files)


def _stalled_percent(file: Path) -> float:
    found = _FULL.search("\n".join(_lines(file)))
    return float(found[1]) if found else 0.0


def free_disk_mb(folder: Path) -> int:
    """Return the room on the disk where the folder is or will be."""
    for there in (folder, *folder.absolute().parents):
        with contextlib.suppress(OSError):  # not made yet, or not allowed to look
            return shutil.disk_usage(there).free // MEGABYTE
    return 0
