"""What the kernel says of other processes; nothing is known where there is no ``/proc``."""

from __future__ import annotations

import contextlib
import itertools
import os
from dataclasses import dataclass
from pathlib import Path

STOPPED = "T"
"""The letter of a process that a signal stopped; it does not go on by itself."""
DEAD = "Z"
"""The letter of a process that has ended, also while its last threads still end and nobody can wait for it."""
_PROC = Path("/proc")


@dataclass(frozen=True)
class ProcessState:
    """A process at one moment.

    Attributes:
        letter: R, S, D, T and so on (``proc_pid_stat(5)``); empty where nothing is known.
        effort: rises with processor time and with pages that are read from the disk.
    """

    letter: str
    effort: int


def state_of(pid: int) -> ProcessState:
    """Read the state of a process.

    Not by psutil, which has no page faults on Linux; I/O counters cannot be read, because the worker hides its memory.
    """
    try:
        fields = (_PROC / str(pid) / "stat").read_text("ascii", "replace").rpartition(")")[2]
        letter, *numbers = fields.split()
        return ProcessState(letter, int(numbers[8]) + int(numbers[10]) + int(numbers[11]))
    except (OSError, IndexError, ValueError):
        return ProcessState("", 0)


_OURS = ("sparc-assistant", "/assistant/camera/grabber.py", "/assistant/speech/pyttsx3_worker.py")
"""What words on the command lines of an assistant's processes, or of their parents, end with."""


@dataclass(frozen=True)
class Holder:
    """A process of another program that has a file open; of an assistant's processes, the front."""

    pid: int
    name: str
    is_assistant: bool = False


def find_holder(path: Path, own_pid: int | None = None) -> Holder | None:
    """Return who has a file open, as far as this user may look; not this process and its children."""
    import psutil  # takes 15 ms, and few ever need it

    real = os.path.realpath(path)
    own_pid = os.getpid() if own_pid is None else own_pid
    for descriptors in _PROC.glob("[0-9]*/fd"):
        # psutil's open_files() leaves devices out.
        with contextlib.suppress(OSError, psutil.Error):
            if not any(os.readlink(link) == real for link in descriptors.iterdir()):
                continue
            process = psutil.Process(int(descriptors.parent.name))
            line = [process, *process.parents()]
            if own_pid in [each.pid for each in line]:
                continue
            ours = [each.pid for each in line if _is_ours(each.as_dict(["cmdline"])["cmdline"])]
            if ours:
                return Holder(ours[-1], _OURS[0], is_assistant=True)
            return Holder(process.pid, process.name())
    return None


def _is_ours(words: list[str] | None) -> bool:
    words = words or []  # None without permission
    is_module = ("-m", "assistant") in itertools.pairwise(words)
    return is_module or any(word.endswith(_OURS) for word in words)
