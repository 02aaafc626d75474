"""Notices a worker that hangs, and kills it: whoever talks to it then sees its pipes closed.

A worker that computes for minutes is slow, not hung: a thread of it writes a byte twice a second whatever llama.cpp
does, and that byte says whether it works on a request. A worker hangs if it was stopped, if all its threads are stuck,
or if it has work and neither computes nor reads for minutes.
"""

from __future__ import annotations

import os
import select
import subprocess
import threading
import time
from dataclasses import dataclass

from assistant.system.process_state import STOPPED, ProcessState, state_of

IDLE, WORKING = b".", b"w"
"""What a worker writes: a sign of life without work, and with work."""
BEAT_S = 0.5
_OWN_GAP_S = 3.0
"""If the front itself did not run for this long, the worker was not silent: nobody listened."""


@dataclass(frozen=True)
class Patience:
    """How long to wait before a worker counts as hung.

    Attributes:
        stopped_s: for a stopped process (SIGSTOP), which does not go on by itself.
        silent_s: for a sign of life; a machine that swaps can delay it.
        stuck_s: for work that uses neither processor nor disk.
    """

    stopped_s: float = 3.0
    silent_s: float = 60.0
    stuck_s: float = 180.0


class Judge:
    """Decides whether a worker hangs; times are seconds of a steady clock."""

    _LITTLE_EFFORT = 10
    """In ``stuck_s``; the thread that gives the signs of life costs this much at most."""

    def __init__(self, patience: Patience, now_s: float) -> None:
        self._patience = patience
        self._heard_at = self._effort_at = now_s
        self._effort: int | None = None
        self._is_working = False

    def hear(self, signs: bytes, now_s: float) -> None:
        """Take what the worker wrote since."""
        if signs:
            self._heard_at = now_s
            self._is_working = signs.endswith(WORKING)

    def forgive(self, now_s: float) -> None:
        """Let the worker's silence begin now, because nobody listened."""
        self._heard_at = self._effort_at = now_s

    def is_hung(self, state: ProcessState, now_s: float) -> bool:
        silent_s = now_s - self._heard_at
        if state.letter == STOPPED and silent_s >= self._patience.stopped_s:
            return True
        if silent_s >= self._patience.silent_s:
            return True
        has_moved = self._effort is None or state.effort > self._effort + self._LITTLE_EFFORT
        if has_moved or not self._is_working or not state.letter:
            self._effort, self._effort_at = state.effort, now_s
        return now_s - self._effort_at >= self._patience.stuck_s


class WorkerWatch:
    """Watches one worker from a thread of its own until it ends; ``has_hung`` says whether it was killed."""

    def __init__(
        self, process: subprocess.Popen[bytes], life: int, patience: Patience | None = None
    ) -> None:
        """Begin at once; ``life`` is the reading end of the pipe for signs of life, and is closed here."""
        self.has_hung = False
        self._process, self._life = process, life
        self._patience = patience or Patience()
        os.set_blocking(life, False)
        self._thread = threading.Thread(target=self._run, name="worker-watch", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until the watch of a worker that has ended is over, and its pipe closed."""
        self._thread.join(2.0)

    def _run(self) -> None:
        last = time.monotonic()
        judge = Judge(self._patience, last)
        try:
            while True:
                select.select([self._life], [], [], BEAT_S)
                signs = self._signs()
                if signs is None:
                    return
                now = time.monotonic()
                if now - last > _OWN_GAP_S:
                    judge.forgive(now)
                last = now
                judge.hear(signs, now)
                if judge.is_hung(state_of(self._process.pid), now):
                    self.has_hung = True
                    self._process.kill()
                    return
        finally:
            os.close(self._life)

    def _signs(self) -> bytes | None:
        """Return what was written since; None once the worker is gone."""
        try:
            return os.read(self._life, 65536) or None
        except BlockingIOError:
            return b""
