"""How much memory this process may still take, by the kernel's files."""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass
from pathlib import Path

from assistant import control_groups

UNLIMITED = sys.maxsize
_LIMIT_AND_USAGE = (
    ("memory.max", "memory.current"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes"),
)
"""What a control group's limit and its use are called, in version 2 and 1."""


@dataclass(frozen=True)
class FreeMemory:
    """Bytes.

    Attributes:
        memory: that can be used before the machine, or this process's control group, runs out; files in the
            page cache count as free, since they give way.
        addresses: address space that is left under ``ulimit -v``.
    """

    memory: int = UNLIMITED
    addresses: int = UNLIMITED


def free_memory(root: Path = Path("/")) -> FreeMemory:
    """What is free now; unlimited where the kernel does not say.

    Args:
        root: the root folder; for tests.
    """
    limits = [_of_machine(root, "MemAvailable")]
    limits += [_left_in_group(folder) for folder in _groups(root)]
    return FreeMemory(max(0, min(limits)), _left_addresses(root / "proc/self/statm"))


def all_memory(root: Path = Path("/")) -> int:
    """Bytes that the machine has, or that this process's control group may use; unlimited where it is not told."""
    limits = (_number(folder / name) for folder in _groups(root) for name, _ in _LIMIT_AND_USAGE)
    return min([_of_machine(root, "MemTotal"), *(n for n in limits if n is not None)])


def _of_machine(root: Path, field: str) -> int:
    for line in _lines(root / "proc/meminfo"):
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    return UNLIMITED


def _groups(root: Path) -> list[Path]:
    return [folder for folders in control_groups.of_memory(root) for folder in folders]


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
    """The number in a file; ``None`` without one, as where it says "max"."""
    lines = _lines(path)
    return int(lines[0]) if lines and lines[0].strip().isdecimal() else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
