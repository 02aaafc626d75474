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
    """Return who has a file open, as far as this user may look; not this process and its children.

    An assistant's camera process hides what it has open, so it is named where a camera is asked for and nobody else
    was seen with it.
    """
    import psutil  # takes 15 ms, and few ever need it

    real = os.path.realpath(path)
    own_pid = os.getpid() if own_pid is None else own_pid
    hidden: Holder | None = None
    for descriptors in _PROC.glob("[0-9]*/fd"):
        # psutil's open_files() leaves devices out.
        with contextlib.suppress(OSError, psutil.Error):
            process = psutil.Process(int(descriptors.parent.name))
            try:
                if not any(os.readlink(link) == real for link in descriptors.iterdir()):
                    continue
                is_hidden = False
            except PermissionError:
                command = process.cmdline()
                if not path.name.startswith("video") or not any(map(_is_camera, command)):
                    continue
                is_hidden = True
            line = [process, *process.parents()]
            if own_pid in [each.pid for each in line]:
                continue
            ours = [each.pid for each in line if _is_ours(each.as_dict(["cmdline"])["cmdline"])]
            holder = Holder(ours[-1], _OURS[0], is_assistant=True) if ours else None
            if is_hidden:
                hidden = holder
            else:
                return holder or Holder(process.pid, process.name())
    return hidden


def _is_camera(word: str) -> bool:
    return word.endswith(_OURS[1])


def _is_ours(words: list[str] | None) -> bool:
    words = words or []  # None without permission
    is_module = ("-m", "assistant") in itertools.pairwise(words)
    return is_module or any(word.endswith(_OURS) for word in words)
