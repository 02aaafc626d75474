"""A person at the line mode of a process of its own, in a place of its own, on a machine that may be hostile."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from scripts.bench.report import ROOT
from scripts.faults.quiet_player import MARK, QuietPlayer, marked
from scripts.faults.record import BrokenPromiseError

STREET = ROOT / "examples" / "street.png"
Limits = Mapping[int, int]
"""Limits of ``setrlimit``, by resource."""


class Place:
    """A home, a runtime folder and a player that makes no sound; nothing of the real user's is touched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("home", "run", "tmp", "player", "saved"):
            (folder / part).mkdir(mode=0o700)
        self.player = QuietPlayer(folder / "player", "sleep 0.02")
        self._mark = uuid.uuid4().hex
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "SPARC_"))}
        self.environment = {
            **kept, MARK: self._mark, "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"),
            "XDG_RUNTIME_DIR": str(folder / "run"), "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": self.player.search_path,
        }  # fmt: skip

    def processes(self) -> list[int]:
        """Return the processes that were started here and still run, wherever they hang."""
        return marked(self._mark)

    def must_be_empty(self) -> None:
        """Hold the place against what may be left: no process, no temporary file.

        Raises:
            BrokenPromiseError: there is something.
        """
        end = time.monotonic() + 8
        while (left := self.processes()) and time.monotonic() < end:
            time.sleep(0.05)
        if left:
            names = [
                Path(f"/proc/{pid}/cmdline").read_bytes()[:200]
                for pid in left
                if Path(f"/proc/{pid}").exists()
            ]
            raise BrokenPromiseError(f"processes left: {names}")
        if files := [*(self.folder / "run").iterdir(), *(self.folder / "tmp").iterdir()]:
            raise BrokenPromiseError(f"files left: {files}")


@contextlib.contextmanager
def place() -> Iterator[Place]:
    """Make a place in memory."""
    with tempfile.TemporaryDirectory(prefix="faults-", dir="/dev/shm") as folder:
        yield Place(Path(folder))


def command(name: str, *arguments: str | Path) -> list[str]:
    """Return the command line of ``sparc-assistant NAME``."""
    return [sys.executable, "-m", "assistant", name, *map(str, arguments)]


def limited(limits: Limits) -> Callable[[], None]:
    """Return what a new process does to itself before it starts."""

    def limit() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a campaign under nohup ignores it
        for number, value in limits.items():
            resource.setrlimit(number, (value, value))

    return limit


class Person:
    """Types keys into ``sparc-assistant plain`` and reads what it says."""

    def __init__(
        self, at: Place, *options: str, limits: Limits | None = None, prefix: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Start the assistant.

        Args:
            at: where.
            options: of ``plain``; the camera's picture is the street, unless one is given.
            limits: of the process and its children.
            prefix: words before the command, such as ``unshare -n``.
            environment: variables beside the place's.
        """
        line = ["--notice-acknowledged", "yes", "--save-folder", str(at.folder / "saved")]
        if "--camera" not in options:
            line += ["--camera", str(STREET)]
        self.process = subprocess.Popen(
            [*prefix, *command("plain", *line, *options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
            env={**at.environment, **(environment or {})}, preexec_fn=limited(limits or {}),
            start_new_session=True,
        )  # fmt: skip
        self.lines: list[str] = []
        self._is_over = False
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def type(self, key: str) -> int:
        """Types a key and Enter; returns how many lines there were before."""
        assert self.process.stdin is not None
        with self._changed:
            before = len(self.lines)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(key + "\n")
            self.process.stdin.flush()
        return before

    def hear(self, *texts: str, after: int = 0, timeout_s: float = 60.0) -> str:
        """Wait for a line that begins with one of the texts.

        Raises:
            BrokenPromiseError: none comes, or it ends before.
        """
        found: list[str] = []

        def is_there() -> bool:
            found[:] = [line for line in self.lines[after:] if line.startswith(texts)]
            return bool(found)

        with self._changed:
            self._changed.wait_for(lambda: is_there() or self._is_over, timeout_s)
            if not found:
                raise BrokenPromiseError(
                    f"{texts} was not said but {self.lines[after:]}{self._and_ended()}"
                )
        return found[0]

    def _and_ended(self) -> str:
        return f", and it ended with code {self.process.wait()}" if self._is_over else ""

    def hear_or_be_told(
        self, *texts: str, after: int, silent_s: float = 40.0, timeout_s: float = 45.0
    ) -> str:
        """Wait for a line that begins with one of the texts, for as long as something is said.

        Args:
            texts: beginnings of what is waited for.
            after: how many lines there were before.
            silent_s: more than between one sign of life and the next.
            timeout_s: how long signs of life are listened to.

        Returns:
            That line; without one the last sign of life.

        Raises:
            BrokenPromiseError: nothing was said for too long, or it ends before.
        """
        end = time.monotonic() + timeout_s
        seen = after + 1  # the first line only says that the key was heard
        heard_at = time.monotonic()
        sign = ""
        while time.monotonic() < end or not sign:
            silent_until = heard_at + silent_s
            new = self._new_lines(
                seen, (min(end, silent_until) if sign else silent_until) - time.monotonic()
            )
            for line in new:
                if line.startswith(texts):
                    return line
            if new:
                seen, heard_at, sign = seen + len(new), time.monotonic(), new[-1]
            elif self._is_over:
                raise BrokenPromiseError(f"{self.lines[after:]}{self._and_ended()}")
            elif time.monotonic() >= silent_until:
                raise BrokenPromiseError(f"silent for {silent_s} s after {self.lines[after:]}")
        return sign

    def _new_lines(self, seen: int, timeout_s: float) -> list[str]:
        with self._changed:
            self._changed.wait_for(
                lambda: len(self.lines) > seen or self._is_over, max(0.0, timeout_s)
            )
            return self.lines[seen:]

    def quit(self, timeout_s: float = 20.0) -> int:
        """Types q.

        Raises:
            BrokenPromiseError: it does not end, or what it said has a traceback.
        """
        self.type("q")
        return self.end(timeout_s)

    def end(self, timeout_s: float = 20.0) -> int:
        """Wait for its end; return the exit code.

        Raises:
            BrokenPromiseError: it does not end, or what it said has a traceback.
        """
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise BrokenPromiseError(f"it did not end; it said {self.lines[-5:]}") from error
        must_be_plain(self.lines)
        return code

    def has_ended_within(self, seconds: float) -> bool:
        """Whether it ends by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.poll() is not None

    def kill(self) -> None:
        """End it at once."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._reader.join(5)
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()


def must_be_plain(lines: Sequence[str]) -> None:
    """Raise BrokenPromiseError where what was said has a traceback or words of a library."""
    for line in lines:
        if any(
            word in line
            for word in ("Traceback", 'File "', "Error:", "ggml", "libc++", "terminate called")
        ):
            raise BrokenPromiseError(f"not a sentence: {line!r} in {lines[-12:]}")
