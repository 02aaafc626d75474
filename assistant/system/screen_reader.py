"""Whether a screen reader runs, which would read aloud what this program says too."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

_PROGRAMS: Mapping[str, str] = {
    "orca": "Orca",
    "brltty": "BRLTTY",
    "espeakup": "Espeakup",
    "speechd-up": "Speakup",
    "fenrir": "Fenrir",
    "yasr": "Yasr",
    "tdsr": "TDSR",
    # The last: it speaks for one of the others, where that is not known by its name.
    "speech-dispatcher": "speech-dispatcher",
}
"""What the program of a screen reader is called, and how people call it; the best known come first."""
_FIRST_PERSON = 1000
"""User ids below belong to the system, which starts some screen readers for all."""
_SPEAKUP = "sys/accessibility/speakup"


def find_screen_reader(
    root: Path = Path("/"), user: int | None = None, *, uses_dispatcher: bool = False
) -> str:
    """Return what a running screen reader is called; empty where none runs for this user.

    Args:
        root: holds ``proc`` and ``sys``.
        user: whose; None for this process's.
        uses_dispatcher: speech-dispatcher speaks for this program, so that it is no sign of a screen reader.
    """
    user = os.getuid() if user is None else user
    running: set[str] = set()
    for folder in (root / "proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or is hidden
            owner = folder.stat().st_uid
            if owner == user or owner < _FIRST_PERSON:
                running.update(_names_of(folder))
    if uses_dispatcher:
        running.discard("speech-dispatcher")
    for program, name in _PROGRAMS.items():
        if program in running:
            return name
    return "Speakup" if (root / _SPEAKUP / "synth").exists() else ""


def _names_of(folder: Path) -> set[str]:
    """Return what a process may be called: by the kernel, and by its program or script."""
    words = (folder / "cmdline").read_text(errors="replace").split("\0")
    # An interpreter's first word names the interpreter, the second the script; -m and a module are in its place too.
    is_interpreted = Path(words[0]).name.startswith(("python", "sh", "bash"))
    programs = words[: 4 if is_interpreted else 1]
    return {
        (folder / "comm").read_text(errors="replace").strip(),
        *(Path(w).name for w in programs),
    }
