"""Child processes: how the program's own modules are started, talked to and ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.system.process_state import STOPPED, state_of

_ROOT = Path(__file__).resolve().parents[2]
VOICE_GIVES_WAY, PICTURES_GIVE_WAY, MODEL_GIVES_WAY = 800, 900, 1000
"""How much larger a process looks to the kernel when memory runs out, in thousandths of all memory.

That is the memory of the control group where that runs out, and the front alone can hold half of a small one. So these
are large: every child is ended before the front, however little it holds (``proc_pid_oom_score_adj(5)``).
"""

STOPPED_S = 1.0
"""How long a process may be stopped by a signal (SIGSTOP); it does not go on by itself."""
_LOOK_S = 0.25


def command(module: str) -> list[str]:
    """Return the command line that runs ``main()`` of a module, with this interpreter and these packages.

    ``-P``: a file in the current folder must not pass for a library. Arguments may follow.
    """
    boot = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from {module} import main; main()"
    return [sys.executable, "-P", "-c", boot]


def give_way(pid: int, by: int) -> None:
    """Have the kernel end this child before the front, which then starts it again and says so, if memory runs out."""
    path = Path(f"/proc/{pid}/oom_score_adj")
    with contextlib.suppress(OSError, ValueError):
        path.write_text(str(min(1000, int(path.read_text()) + by)))


class StoppedError(EOFError):
    """The process was stopped by a signal and counts as gone; another may do its work."""


class ChildProcess(subprocess.Popen[bytes]):
    """A program in a session of its own, so that it can be killed with all that it started.

    ``kill`` may be called from any thread, the other methods from one at a time.
    """

    def __init__(self, arguments: Sequence[str], *, gives_way_by: int = 0, **options: Any) -> None:
        """Start the program without waiting for it.

        Args:
            arguments: the command line.
            gives_way_by: one of the ranks above; 0 leaves it to the kernel.
            options: of ``Popen``; default: the three standard streams lead nowhere.

        Raises:
            OSError: it cannot be started.
        """
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        super().__init__(arguments, start_new_session=True, **(streams | options))
        if gives_way_by:
            give_way(self.pid, gives_way_by)

    def write(self, data: bytes, *, is_last: bool = False) -> None:
        """Write to its standard input, and close that after the last.

        Raises:
            OSError: the process is gone.
        """
        assert self.stdin is not None
        try:
            self.stdin.write(data)
            self.stdin.flush()
            if is_last:
                self.stdin.close()
        except ValueError as error:  # closed meanwhile
            raise BrokenPipeError(str(error)) from error

    def read(self, timeout_s: float) -> bytes:
        """Wait for the next bytes of its standard output.

        Raises:
            TimeoutError: none came in time.
            EOFError: the process is gone, or was stopped (``StoppedError``).
        """
        assert self.stdout is not None
        try:
            self.wait_for(self.stdout, timeout_s)
            data = os.read(self.stdout.fileno(), 1 << 20)
        except TimeoutError:
            raise
        except (OSError, ValueError) as error:  # closed meanwhile
            raise EOFError from error
        if not data:
            raise EOFError
        return data

    def wait_for(self, stream: Any, timeout_s: float) -> None:
        """Wait until something that it writes can be read from a stream.

        Raises:
            TimeoutError: nothing came in time.
            StoppedError: the process was stopped for ``STOPPED_S``.
        """
        end = time.monotonic() + timeout_s
        n_stopped = 0
        while True:
            left_s = max(0.0, end - time.monotonic())
            if select.select([stream], [], [], min(left_s, _LOOK_S))[0]:
                return
            if left_s <= _LOOK_S:
                raise TimeoutError
            n_stopped = self._count_stopped(n_stopped)

    def finish(self, timeout_s: float) -> tuple[bytes, bytes]:
        """Wait for its end, and return what it wrote to its two outputs.

        Raises:
            TimeoutError: it did not end in time.
            StoppedError: it was stopped for ``STOPPED_S``.
        """
        end = time.monotonic() + timeout_s
        n_stopped = 0
        while True:
            left_s = max(0.0, end - time.monotonic())
            try:
                return self.communicate(timeout=min(left_s, _LOOK_S))
            except subprocess.TimeoutExpired as error:
                if left_s <= _LOOK_S:
                    raise TimeoutError from error
            n_stopped = self._count_stopped(n_stopped)

    def _count_stopped(self, n_before: int) -> int:
        """Return how many looks in a row found it stopped; a front that was stopped with it does not blame it."""
        n_stopped = n_before + 1 if state_of(self.pid).letter == STOPPED else 0
        if n_stopped * _LOOK_S >= STOPPED_S:
            raise StoppedError
        return n_stopped

    def kill(self) -> None:
        """Kill the process and all that it started, within milliseconds."""
        if self.returncode is None:  # once it was waited for, its number may be another's
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def end(self, timeout_s: float | None = None) -> None:
        """Kill it, wait for its end and close its pipes; idempotent.

        Args:
            timeout_s: how long to wait; a driver that hangs in the kernel keeps even a killed process from ending.
        """
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(timeout_s)
        for stream in (self.stdin, self.stdout, self.stderr):
            with contextlib.suppress(OSError):  # what was written may have nowhere to go
                if stream is not None:
                    stream.close()
