"""A terminal of tmux in which the assistant runs: keys in, and what stands on the screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.assistant_command import ROOT
from tests.support.waiting import wait_until


@dataclass
class Terminal:
    """A running terminal."""

    socket: Path

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self.socket), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def text(self, text: str) -> None:
        self.tmux("send-keys", "-l", text)

    def resize(self, columns: int, rows: int) -> None:
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    @property
    def rows(self) -> list[str]:
        """What is in each row of the screen."""
        return self.tmux("capture-pane", "-p").splitlines()

    @property
    def screen(self) -> str:
        """What is on the screen; wrapped lines are one line."""
        return " ".join(" ".join(self.rows).split())

    @property
    def cursor_line(self) -> str:
        """The words of the screen's line on which the cursor is."""
        y, is_shown = self.tmux("display", "-p", "#{cursor_y} #{cursor_flag}").split()
        assert is_shown == "1"
        return self.rows[int(y)]

    def wait(self, holds: Callable[[], bool]) -> None:
        wait_until(holds, lambda: self.tmux("capture-pane", "-p"), pause_s=0.05)

    def wait_for(self, text: str) -> None:
        self.wait(lambda: text in self.screen)


@contextmanager
def open_terminal(
    home: Path, *options: str, columns: int = 100, rows: int = 40
) -> Iterator[Terminal]:
    """Runs the assistant in a terminal; ``home`` is where it keeps its settings."""
    folder = Path(tempfile.mkdtemp(prefix="tmux"))
    terminal = Terminal(folder / "s")
    home.mkdir(exist_ok=True)
    given = " ".join(f'"{option}"' for option in options)
    # The log of other parts, were it not kept away, would be seen on the screen.
    command = f'"{sys.executable}" -m assistant start {given}; echo "ended with $?"; sleep 60'
    environment = {**os.environ, "HOME": str(home), "TERM": "xterm-256color"}
    for name in ("TMUX", "ACCESSIBLE", "NO_COLOR"):
        environment.pop(name, None)
    subprocess.run(
        ["tmux", "-S", str(terminal.socket), "-f", "/dev/null", "new-session", "-d",
         "-x", str(columns), "-y", str(rows), command],
        cwd=ROOT, env=environment, check=True,
    )  # fmt: skip
    try:
        yield terminal
    finally:
        pid = terminal.tmux("display", "-p", "#{pane_pid}").strip()
        running = subprocess.run(["pgrep", "-P", pid], capture_output=True, text=True, check=False)
        subprocess.run(
            ["tmux", "-S", str(terminal.socket), "kill-server"], capture_output=True, check=False
        )
        shutil.rmtree(folder, ignore_errors=True)
        for child in running.stdout.split():
            wait_until(lambda child=child: not Path(f"/proc/{child}").exists())  # type: ignore[misc]
