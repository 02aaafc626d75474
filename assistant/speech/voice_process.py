"""The front's handle on one speech process: starts it, talks to it, kills it, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from assistant import messages
from assistant.messages import speech as words
from assistant.system.child_process import VOICE_GIVES_WAY, ChildProcess
from assistant.system.process_state import DEAD, STOPPED, find_holder, state_of

SILENCED_S = 0.15
"""How long a process may take to end an utterance that was silenced; then it is killed, and its player with it."""
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
    """What speaks one text at a time. ``silence`` and ``kill`` may be called from any thread, the rest from one."""

    is_ready: bool
    """False until ``receive`` gave its first reply, which says whether it can speak."""

    @property
    def is_alive(self) -> bool:
        """Whether it could speak."""

    def send(self, text: str, rate_wpm: int) -> None:
        """Begin to speak.

        Raises:
            OSError: it is gone.
        """

    def receive(self, timeout_s: float) -> dict[str, Any]:
        """Wait for the next reply: its "event" is ready, no_espeak, spoken, silenced, hung, or failed with a "reason".

        Raises:
            EOFError: it is gone.
            TimeoutError: no reply came in time.
        """

    def describe_failure(self, reason: str) -> tuple[str, str]:
        """Return what to say, and what to do, when nothing was heard."""

    def silence(self) -> None:
        """End the sound of what was sent, within milliseconds; ``receive`` then returns or raises soon."""

    def kill(self) -> None:
        """Silence it for good, within milliseconds."""

    def end(self) -> None:
        """Kill it and free everything; idempotent."""


class VoiceProcess:
    """One process of ``pyttsx3_worker``, in a session of its own, with a private folder for its WAVs."""

    def __init__(self, options: dict[str, Any], base: Path) -> None:
        """Start the process without waiting for it, with ``rate_wpm``, ``volume`` and ``voice``.

        Its folder is made in ``base``, which only this user can enter.

        Raises:
            OSError: it cannot be started.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="voice-", dir=base))
        self._buffer = b""
        self._n_sent = 0
        self._is_speaking = False
        self.is_ready = False
        try:
            # -P: a file in the current folder must not pass for a library.
            self._process = ChildProcess(
                [sys.executable, "-P", str(WORKER), json.dumps(options)],
                gives_way_by=VOICE_GIVES_WAY,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "TMPDIR": str(self._folder)},
            )
        except OSError:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None and state_of(self._process.pid).letter != DEAD

    def send(self, text: str, rate_wpm: int) -> None:
        speakable = text.encode("utf-8", "replace").decode("utf-8")  # a file's name may be no UTF-8
        self._is_speaking = True
        self._n_sent += 1
        self._write(say=speakable, rate_wpm=rate_wpm, id=self._n_sent)

    def receive(self, timeout_s: float) -> dict[str, Any]:
        """Wait for its next reply; a process that is stopped, or does not end what was silenced, counts as gone."""
        end = time.monotonic() + timeout_s
        while b"\n" not in self._buffer:
            self._buffer += self._process.read(max(0.0, end - time.monotonic()))
        self._is_speaking = False
        line, self._buffer = self._buffer.split(b"\n", 1)
        reply: dict[str, Any] = json.loads(line)
        return reply

    def describe_failure(self, reason: str) -> tuple[str, str]:
        if "busy" in reason.lower():
            for device in sorted(DEVICES.glob("pcm*p")):
                holder = find_holder(device)
                if holder is not None:
                    held = words.device_held(
                        holder.name, holder.pid, is_assistant=holder.is_assistant
                    )
                    return held, words.DEVICE_HELD_HINT
        return messages.player_failed(reason), messages.PLAYER_FAILED_HINT

    def silence(self) -> None:
        if not self._is_speaking:
            return
        timer = threading.Timer(SILENCED_S, self._kill_if_speaking, (self._n_sent,))
        timer.daemon = True
        timer.start()
        try:
            self._write(silence=self._n_sent)
            is_lost = state_of(self._process.pid).letter == STOPPED  # its player is not
        except OSError:
            is_lost = True
        if is_lost:
            self.kill()

    def _kill_if_speaking(self, utterance_id: int) -> None:
        if self._is_speaking and self._n_sent == utterance_id:
            self.kill()

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self._process.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, **fields: Any) -> None:
        self._process.write(json.dumps(fields).encode() + b"\n")
