"""A player that makes no sound, and the processes that were started with one's mark."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

MARK = "SPARC_FAULTS_MARK"
"""A variable whose value is one place's own, and is inherited by everything that is started there."""
_PLAYER = """#!/bin/sh
if [ "$1" = -q ]; then cat > /dev/null; exit; fi
echo x >> {folder}/started
. {folder}/behaviour
"""


class QuietPlayer:
    """Stands in for the program that plays sound.

    Attributes:
        search_path: a PATH on which it comes first.
    """

    def __init__(self, folder: Path, shell: str) -> None:
        """Put it into a folder that is there."""
        self._folder = folder
        player = folder / "aplay"
        player.write_text(_PLAYER.format(folder=folder))
        player.chmod(player.stat().st_mode | stat.S_IXUSR)
        self.search_path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        self.play(shell)

    def play(self, shell: str) -> None:
        """Set what playing does, as a line of shell."""
        new = self._folder / "behaviour.new"
        new.write_text(shell + "\n")
        new.replace(new.with_suffix(""))  # at once, for a player that may be reading it

    @property
    def n_played(self) -> int:
        """Utterances that the player was started for."""
        path = self._folder / "started"
        return path.stat().st_size // 2 if path.exists() else 0


def marked(mark: str) -> list[int]:
    """Other processes that were started with this mark, wherever they hang now."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        pid = int(environ.parent.name)
        with contextlib.suppress(OSError):
            if pid != os.getpid() and f"{MARK}={mark}".encode() in environ.read_bytes():
                found.append(pid)
    return found
