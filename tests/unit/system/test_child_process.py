"""A child process is read within a time limit, and killed with all that it started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from assistant.system.child_process import ChildProcess
from assistant.system.process_state import DEAD, state_of

ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"
PARENT = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid, flush=True); input()"


@contextmanager
def started(code: str) -> Iterator[ChildProcess]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = ChildProcess([sys.executable, "-c", code], **pipes)
    try:
        yield process
    finally:
        process.end()


def test_what_is_written_comes_back_until_it_ends() -> None:
    with started(ECHO) as process:
        process.write(b"one\n")
        assert process.read(10.0) == b"one\n"
        with pytest.raises(TimeoutError):
            process.read(0.05)
        process.write(b"two\n", is_last=True)
        assert process.read(10.0) == b"two\n"
        with pytest.raises(EOFError):
            process.read(10.0)
        with pytest.raises(OSError, match="closed"):
            process.write(b"three\n")


def test_what_it_started_is_killed_with_it() -> None:
    with started(PARENT) as process:
        child = int(process.read(10.0))
        assert os.getpgid(child) == process.pid != os.getpgid(0)
    end = time.monotonic() + 10
    while state_of(child).letter not in ("", DEAD) and time.monotonic() < end:
        time.sleep(0.01)
    assert state_of(child).letter in ("", DEAD)


def test_after_its_end_nothing_is_killed_and_nothing_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with started(ECHO) as process:
        process.end()
        monkeypatch.setattr(os, "killpg", lambda *_: pytest.fail("its number may be another's"))
        process.end()
        process.kill()
        with pytest.raises(EOFError):
            process.read(1.0)
        with pytest.raises(OSError, match="closed"):
            process.write(b"x")


def test_a_process_that_does_not_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with started(ECHO) as process, monkeypatch.context() as deaf:
        deaf.setattr(process, "kill", lambda: None)
        os.kill(process.pid, 19)  # stopped: the end of its input does not end it
        before = time.monotonic()
        process.end(0.1)
        assert time.monotonic() - before < 5
        assert process.poll() is None
