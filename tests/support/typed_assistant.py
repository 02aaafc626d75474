"""The assistant as a process that is typed to, line by line, and what it says."""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from collections.abc import Callable

from tests.support.assistant_command import Command
from tests.support.waiting import wait_until


class TypedAssistant:
    """A running ``sparc-assistant plain``.

    Attributes:
        process: the front.
        lines: everything it wrote, answers and status together, in the order of their arrival.
        answers: what it wrote to stdout.
    """

    def __init__(self, command: Command, *arguments: str) -> None:
        self.process = subprocess.Popen(
            command.line("plain", *arguments),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.lines: list[str] = []
        self.answers: list[str] = []
        self._came: queue.Queue[None] = queue.Queue()
        for stream, sinks in (
            (self.process.stdout, (self.lines, self.answers)),
            (self.process.stderr, (self.lines,)),
        ):
            threading.Thread(target=self._read, args=(stream, sinks), daemon=True).start()

    def _read(self, stream: object, sinks: tuple[list[str], ...]) -> None:
        for line in stream:  # type: ignore[attr-defined]
            for sink in sinks:
                sink.append(line.rstrip("\n"))
            self._came.put(None)

    def type(self, line: str) -> None:
        """Types a line and presses Enter."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(
        self, is_it: str | Callable[[str], bool], after: int = 0, timeout_s: float = 120.0
    ) -> int:
        """Waits for a line; returns the number of lines up to it and with it."""
        wanted = (lambda line: line.startswith(is_it)) if isinstance(is_it, str) else is_it
        end = time.monotonic() + timeout_s
        while True:
            for number, line in enumerate(list(self.lines)[after:], start=after + 1):
                if wanted(line):
                    return number
            left = end - time.monotonic()
            if left <= 0 or (self.process.poll() is not None and self._came.empty()):
                raise AssertionError(f"{is_it!r} was not said; it said {self.lines[after:]}")
            try:
                self._came.get(timeout=min(left, 0.5))
            except queue.Empty:
                continue

    def hear_answers(self, n: int) -> None:
        """Waits for so many lines of answers."""
        wait_until(lambda: len(self.answers) >= n, lambda: self.answers)

    def quit(self, timeout_s: float = 120.0) -> int:
        """Types q and waits for the end; returns the exit code."""
        self.type("q")
        return self.process.wait(timeout_s)

    def kill(self) -> None:
        """Ends it however it is."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
