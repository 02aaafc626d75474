"""The full screen on a bare pseudo-terminal: bytes in, bytes out, and no program between that mends anything."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.support.assistant_command import ROOT
from tests.support.waiting import wait_until

_RUN = """
from assistant.errors import AssistantError
from assistant.fronts.tui.terminal import run_full_screen
from assistant.testing import ScriptedDescriber, answer_events
from tests.support.session_parts import make_session

def make(front):
    describer = ScriptedDescriber(lambda request: answer_events({text!r}))
    return make_session(describer, front).session

try:
    run_full_screen(make)
    print("ended well")
except AssistantError as error:
    print(error)
"""


class BareTerminal:
    """A running full screen.

    Attributes:
        written: everything that it sent to the terminal.
    """

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self._process, self._master = process, master
        self.written = b""

    def type(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def resize(self, columns: int, rows: int) -> None:
        """Changes the size, of which the kernel tells the program."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait(self, holds: Callable[[], bool], pause_s: float = 0.02) -> None:
        """Waits, and reads meanwhile what is written."""

        def read_and_look() -> bool:
            self.read()
            return holds()

        wait_until(read_and_look, lambda: self.written[-2000:], pause_s=pause_s)

    def wait_for(self, text: bytes, after: int = 0) -> None:
        self.wait(lambda: text in self.written[after:])

    def read(self) -> None:
        while select.select([self._master], [], [], 0)[0]:
            try:
                self.written += os.read(self._master, 65536)
            except OSError:  # the other end is closed
                return

    def end(self) -> int:
        """Waits for the end and returns the exit status."""
        self.wait(lambda: self._process.poll() is not None)
        self.read()
        return int(self._process.returncode)


@contextmanager
def open_bare_terminal(
    columns: int = 80, rows: int = 24, text: str = "A red car.", **variables: str
) -> Iterator[BareTerminal]:
    """Runs the full screen on fakes in a terminal of that size."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", **variables}
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        if name not in variables:
            environment.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN.format(text=text)],
        stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=environment,
        start_new_session=True, preexec_fn=_take_terminal,
    )  # fmt: skip
    os.close(slave)
    terminal = BareTerminal(process, master)
    try:
        terminal.wait_for(b"Ready.")
        yield terminal
    finally:
        process.kill()
        process.wait()
        os.close(master)


def _take_terminal() -> None:
    """Make standard input the controlling terminal, so that the kernel signals a change of its size."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
