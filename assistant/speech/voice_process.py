"""The front's handle on one speech process: start, talk to, kill, and leave nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from assistant import messages
from assistant.messages import speech as words
from assistant.system import child_process
from assistant.system.process_state import DEAD, STOPPED, holder_of, state_of

STOPPED_S = 1.0
"""How long a process may be stopped by a signal; then its sentence is said again by another."""
_LOOK_S = 0.25
DEVICES = Path("/dev/snd")
"""Where ALSA's devices are."""
WORKER = Path(__file__).with_name("pyttsx3_worker.py")


@dataclass(frozen=True)
class VoiceOptions:
    """How it sounds: words a minute (80 to 449), espeak's name of a voice, volume from 0 to 1."""

    rate_wpm: int = 180
    voice: str | None = None
    volume: float = 1.0


class Voice(Protocol):
    """What speaks one text at a time. ``kill`` may be called from any thread, the rest from one."""

    is_ready: bool
    """False until ``receive`` gave its first reply, which tells whether it can speak."""

    @property
    def is_alive(self) -> bool:
        """Whether it could speak."""
        ...

    def send(self, text: str, rate_wpm: int) -> None:
        """Begins to speak; raises OSError when it is gone."""
        ...

    def receive(self, timeout_s: float) -> dict[str, Any]:
        """Waits for the next reply; raises EOFError when it is gone, TimeoutError when none comes."""
        ...

    def failure(self, reason: str) -> tuple[str, str]:
        """What to say, and what to do, when nothing was heard."""
        ...

    def kill(self) -> None:
        """Silences it for good, within milliseconds."""
        ...

    def dispose(self) -> None:
        """Kills it and frees everything; idempotent."""
        ...


class VoiceProcess:
    """One process of ``pyttsx3_worker``, in a session of its own, with a private folder for its WAVs."""

    def __init__(self, options: dict[str, Any], base: Path) -> None:
        """Starts the process without waiting for it.

        Args:
            options: ``rate_wpm``, ``volume`` and ``voice``.
            base: folder that only this user can enter.

        Raises:
            OSError: it cannot be started.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="voice-", dir=base))
        self._buffer = b""
        self._is_disposed = False
        self.is_ready = False
        try:
            # -P: a file in the current folder must not pass for a library.
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(WORKER), json.dumps(options)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "TMPDIR": str(self._folder)},
                start_new_session=True,
            )
        except OSError:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        child_process.give_way(self._process.pid, child_process.VOICE_GIVES_WAY)

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None and state_of(self._process.pid).letter != DEAD

    def send(self, text: str, rate_wpm: int) -> None:
        """Gives it an utterance and the rate to speak it at.

        Raises:
            OSError: it is gone.
        """
        assert self._process.stdin is not None
        speakable = text.encode("utf-8", "replace").decode("utf-8")  # a file's name may be no UTF-8
        try:
            self._process.stdin.write(
                json.dumps({"say": speakable, "rate_wpm": rate_wpm}).encode() + b"\n"
            )
            self._process.stdin.flush()
        except ValueError as error:  # closed meanwhile
            raise BrokenPipeError(str(error)) from error

    def receive(self, timeout_s: float) -> dict[str, Any]:
        """Waits for its next reply.

        Raises:
            EOFError: it is gone, or was stopped by a signal and ended here for it.
            TimeoutError: it said nothing in time.
        """
        assert self._process.stdout is not None
        end = time.monotonic() + timeout_s
        n_stopped = 0
        while b"\n" not in self._buffer:
            left_s = max(0.0, end - time.monotonic())
            try:
                descriptor = self._process.stdout.fileno()
                ready, _, _ = select.select([descriptor], [], [], min(left_s, _LOOK_S))
                data = os.read(descriptor, 65536) if ready else None
            except (OSError, ValueError) as error:
                raise EOFError from error
            if data is None:
                if left_s <= _LOOK_S:
                    raise TimeoutError
                is_stopped = state_of(self._process.pid).letter == STOPPED
                n_stopped = n_stopped + 1 if is_stopped else 0
                if n_stopped * _LOOK_S >= STOPPED_S:
                    raise EOFError
                continue
            if not data:
                raise EOFError
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        reply: dict[str, Any] = json.loads(line)
        return reply

    def failure(self, reason: str) -> tuple[str, str]:
        """What to say, and what to do, when nothing was heard."""
        if "busy" in reason.lower():
            for device in sorted(DEVICES.glob("pcm*p")):
                holder = holder_of(device)
                if holder is not None:
                    held = words.device_held(
                        holder.name, holder.pid, is_assistant=holder.is_assistant
                    )
                    return held, words.DEVICE_HELD_HINT
        return messages.player_failed(reason), messages.PLAYER_FAILED_HINT

    def kill(self) -> None:
        """Silences it: kills the process and the player. Safe from any thread, and quick."""
        if self._process.returncode is None:  # once it was waited for, its number may be another's
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def dispose(self) -> None:
        """Kills it, waits for its end and removes its folder; may be called again."""
        if self._is_disposed:
            return
        self._is_disposed = True
        self.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)
