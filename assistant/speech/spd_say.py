"""Speaks through speech-dispatcher, which a desktop's screen reader uses too.

Each part of a text is spoken by one ``spd-say``; there is nothing to keep warm. The text goes to its standard input and
not onto its command line, which every user of the machine could read.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
from pathlib import Path
from typing import Any

from assistant.messages import speech as words
from assistant.system.child_process import ChildProcess

PROGRAM = "spd-say"
_CANCEL_TIMEOUT_S = 2.0
_USUAL_RATE_WPM, _LOWEST_RATE_WPM, _HIGHEST_RATE_WPM = 170, 80, 449
"""What speech-dispatcher's espeak makes of the rates 0, -100 and 100."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class SpdSayProcess:
    """A ``Voice``: at most one ``spd-say`` at a time.

    Ending ``spd-say`` does not end the sound, which speech-dispatcher makes, so a stop sends CANCEL too. That
    silences all that speech-dispatcher is saying, a screen reader's words included.
    """

    def __init__(self, options: dict[str, Any], base: Path) -> None:
        """Take ``rate_wpm``, ``volume`` and ``voice``; no folder is needed, since no file is left."""
        self._options = options
        self._process: ChildProcess | None = None
        self._canceller: ChildProcess | None = None
        self._is_killed = False
        self._lock = threading.Lock()
        self.is_ready = True

    @property
    def is_alive(self) -> bool:
        """Whether it could speak; nothing runs, and so nothing can die, between two texts."""
        return not self._is_killed

    def send(self, text: str, rate_wpm: int) -> None:
        with self._lock:
            if self._is_killed:
                raise BrokenPipeError
            self._process = process = ChildProcess(
                [PROGRAM, "--wait", "--pipe-mode", *self._arguments(rate_wpm)],
                stdin=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        # A line is an utterance; one that begins with "!-!" would be a command, so a space comes first.
        line = " " + " ".join(text.split()) + "\n"
        with contextlib.suppress(OSError):  # its exit status says more
            process.write(line.encode("utf-8", "replace"), is_last=True)

    def receive(self, timeout_s: float) -> dict[str, Any]:
        process = self._process
        if process is None:
            raise EOFError
        assert process.stderr is not None
        try:
            status = process.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error
        if self._is_killed or status < 0:
            raise EOFError
        complaints = process.stderr.read() if status else b""
        process.end()
        if not status:
            return {"event": "spoken"}
        lines = complaints.decode(errors="replace").strip().splitlines()
        return {"event": "failed", "reason": lines[-1].strip()[:200] if lines else ""}

    def describe_failure(self, reason: str) -> tuple[str, str]:
        return words.spd_say_failed(reason), words.SPD_SAY_FAILED_HINT

    def silence(self) -> None:
        self.kill()

    def kill(self) -> None:
        with self._lock:
            if self._is_killed:
                return
            self._is_killed = True
            if self._process is None or self._process.returncode is not None:
                return
            with contextlib.suppress(OSError):
                self._canceller = ChildProcess([PROGRAM, "--cancel"])
            self._process.kill()

    def end(self) -> None:
        """Kill it and wait until its CANCEL was heard, which must not hit the next text; idempotent."""
        self.kill()
        if self._process is not None:
            self._process.end()
        if self._canceller is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._canceller.wait(_CANCEL_TIMEOUT_S)
            self._canceller.end()

    def _arguments(self, rate_wpm: int) -> list[str]:
        above = rate_wpm - _USUAL_RATE_WPM
        end = _HIGHEST_RATE_WPM if above > 0 else _LOWEST_RATE_WPM
        rate = round(100 * above / abs(end - _USUAL_RATE_WPM))
        volume = round(200 * self._options["volume"] - 100)
        found = ["--application-name", "sparc-assistant", f"--rate={rate}", f"--volume={volume}"]
        voice = self._options["voice"]
        if voice is not None:
            locale = voice.partition(".")[0].replace("_", "-")  # en_US.UTF-8, as systems write it
            voice = locale if _LANGUAGE.fullmatch(locale) else voice
            option = "language" if _LANGUAGE.fullmatch(voice) else "synthesis-voice"
            found.append(f"--{option}={voice}")
        return found
