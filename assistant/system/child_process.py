"""How the program's own modules are run as processes, and what each of its processes forbids itself."""

from __future__ import annotations

import contextlib
import ctypes
import resource
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_PR_SET_DUMPABLE = 4
"""``prctl(2)``"""
VOICE_GIVES_WAY, PICTURES_GIVE_WAY, MODEL_GIVES_WAY = 800, 900, 1000
"""Thousandths of the memory there is, as though a process held so much more (``proc_pid_oom_score_adj(5)``).

Of the memory of a control group, where that is what runs out; the front alone can be half of a small one. So these are
large, and no child outlives the front, however little it holds.
"""


def command(module: str) -> list[str]:
    """The command line that runs ``main()`` of a module, with this interpreter and these packages.

    ``-P``: a file in the current folder must not pass for a library. Arguments may follow.
    """
    boot = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from {module} import main; main()"
    return [sys.executable, "-P", "-c", boot]


def give_way(pid: int, by: int) -> None:
    """Where memory runs out, the kernel ends this child and not the front, which starts it anew and tells of it.

    Args:
        pid: the child.
        by: one of the ranks above.
    """
    path = Path(f"/proc/{pid}/oom_score_adj")
    with contextlib.suppress(OSError, ValueError):
        path.write_text(str(min(1000, int(path.read_text()) + by)))


def limit(what: int, at_most: int) -> None:
    """Sets a limit of ``setrlimit`` for this process and its children; a lower one that holds already stays."""
    _, hard = resource.getrlimit(what)
    value = at_most if hard == resource.RLIM_INFINITY else min(at_most, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(what, (value, value))


def forbid_core_dumps() -> None:
    """No core dump of this process and of its children: it would hold pictures and what was said."""
    limit(resource.RLIMIT_CORE, 0)


def hide_memory() -> None:
    """Beside core dumps, keeps this user's other programs from reading the process's memory (Linux).

    A limit on core dumps does not hold where the kernel pipes them to a program; this does.
    """
    forbid_core_dumps()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
