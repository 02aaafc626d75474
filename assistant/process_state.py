"""What the kernel says of a process (``proc_pid_stat(5)``); nothing is known where there is no ``/proc``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

STOPPED = "T"
"""The letter of a process that a signal stopped; it does not go on by itself."""


@dataclass(frozen=True)
class ProcessState:
    """A process at one moment.

    Attributes:
        letter: R, S, D, T and so on; empty where nothing is known.
        effort: rises with processor time and with pages that are read from the disk.
    """

    letter: str
    effort: int


def state_of(pid: int, proc: Path = Path("/proc")) -> ProcessState:
    """Looks the process up."""
    try:
        fields = (proc / str(pid) / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return ProcessState(fields[0], int(fields[9]) + int(fields[11]) + int(fields[12]))
    except (OSError, IndexError, ValueError):
        return ProcessState("", 0)
