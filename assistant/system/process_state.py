"""What the kernel says of a process (``proc_pid_stat(5)``); nothing is known where there is no ``/proc``."""

from __future__ import annotations

import contextlib
import itertools
import os
from dataclasses import dataclass
from pathlib import Path

STOPPED = "T"
"""The letter of a process that a signal stopped; it does not go on by itself."""
DEAD = "Z"
"""The letter of a process that has ended, also while the last of its threads still end and nobody can wait for it."""


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


_OURS = ("sparc-assistant", "/assistant/camera/grabber.py", "/assistant/speech/pyttsx3_worker.py")
"""What the command lines of an assistant's processes contain, or those of their parents."""


@dataclass(frozen=True)
class Holder:
    """A process of another program that has a file open.

    Attributes:
        pid: of the process, or of the assistant's front.
        name: of the program.
        is_assistant: whether it is another running assistant.
    """

    pid: int
    name: str
    is_assistant: bool = False


def holder_of(path: Path, proc: Path = Path("/proc"), own_pid: int | None = None) -> Holder | None:
    """Who has a file open, as far as this user may look; not this process and its children."""
    real = os.path.realpath(path)
    own_pid = os.getpid() if own_pid is None else own_pid
    for descriptors in proc.glob("[0-9]*/fd"):
        with contextlib.suppress(OSError):
            if not any(os.readlink(link) == real for link in descriptors.iterdir()):
                continue
            pid = int(descriptors.parent.name)
            line = _ancestors(pid, proc)
            if own_pid in line:
                continue
            ours = [ancestor for ancestor in line if _is_ours(ancestor, proc)]
            if ours:
                return Holder(ours[-1], _OURS[0], is_assistant=True)
            name = (descriptors.parent / "comm").read_text(errors="replace").strip()
            return Holder(pid, name)
    return None


def _ancestors(pid: int, proc: Path) -> list[int]:
    """The process, its parent, and so on; init left out."""
    line: list[int] = []
    while pid > 1 and pid not in line:
        line.append(pid)
        try:
            stat = (proc / str(pid) / "stat").read_text("ascii", "replace")
            pid = int(stat.rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            break
    return line


def _is_ours(pid: int, proc: Path) -> bool:
    try:
        words = (proc / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return False
    is_module = any(pair == ("-m", "assistant") for pair in itertools.pairwise(words))
    return is_module or any(word.endswith(_OURS) for word in words)
