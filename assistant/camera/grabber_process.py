"""The front's handle on one camera process (``grabber.py``): asks it, waits for a while, kills it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from assistant.core.events import ImageRgb
from assistant.system.child_process import PICTURES_GIVE_WAY, ChildProcess

_WORKER = Path(__file__).with_name("grabber.py")
_QUIET = {
    "OPENCV_LOG_LEVEL": "OFF",
    "OPENCV_FFMPEG_LOGLEVEL": "24",  # warnings, which the process takes the cause of a failure from
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "3",
}
_LIVE = {
    # No decoding threads that hold frames back. Without "nobuffer", which loses the only frame of a still picture.
    "OPENCV_FFMPEG_CAPTURE_OPTIONS": "flags;low_delay|analyzeduration;500000",
}
END_S = 2.0
"""How long to wait for a killed process; a driver that hangs in the kernel keeps even that from ending."""
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}


class NoFrameError(Exception):
    """The process has no frame; ``code`` is one of ``grabber``'s, ``printed`` what FFmpeg said."""

    def __init__(self, code: str, printed: str = "") -> None:
        super().__init__(code, printed)
        self.code, self.printed = code, printed


class GrabberProcess:
    """One camera process. One thread at a time, but ``kill`` may be called from any."""

    def __init__(self, order: dict[str, Any]) -> None:
        """Start it with an order (see ``grabber.py``), without waiting for it.

        Raises:
            OSError: it cannot be started.
        """
        # A camera in the same network is reached directly, whatever proxy leads out of it.
        environment = {k: v for k, v in os.environ.items() if k.lower() not in _PROXIES}
        # -P: a file in the current folder must not pass for a library.
        self._process = ChildProcess(
            [sys.executable, "-P", str(_WORKER)],
            gives_way_by=PICTURES_GIVE_WAY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment, **_QUIET, **({} if order["is_file"] else _LIVE)},
        )
        self._buffer = bytearray()
        self._n_asked = 0
        self._n_answered = 0
        # A process that died at once is noticed by the first answer.
        with contextlib.suppress(OSError):
            self._send(order)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def is_waiting(self) -> bool:
        """Whether a frame was asked for that did not come yet."""
        return self._n_answered < self._n_asked

    def ask(self, *, is_peek: bool = False) -> None:
        """Ask for a frame; for looking ahead only where that is cheap.

        Raises:
            OSError: the process is gone.
        """
        self._send({"id": self._n_asked + 1, "is_peek": is_peek})
        self._n_asked += 1

    def frame(self, timeout_s: float) -> ImageRgb:
        """Wait for the frame that was asked for last; throw away those asked for earlier.

        Raises:
            NoFrameError: there is none, and why.
            TimeoutError: it did not come in time; it may be waited for again.
            EOFError: the process is gone, or was stopped.
        """
        end = time.monotonic() + timeout_s
        while True:
            header, pixels = self._reply(end)
            self._n_answered = header["id"]
            if self.is_waiting:
                continue
            if "error" in header:
                raise NoFrameError(header["error"], header.get("printed", ""))
            shape = (header["height"], header["width"], 3)
            return np.frombuffer(pixels, dtype=np.uint8).reshape(shape)

    def kill(self) -> None:
        """Kill it; whoever waits for a frame gets EOFError."""
        self._process.kill()

    def end(self) -> None:
        """Kill it, wait for its end and free the pipes; only when nobody waits for a frame."""
        self._process.end(END_S)

    def _send(self, value: dict[str, Any]) -> None:
        self._process.write(json.dumps(value).encode() + b"\n")

    def _reply(self, end: float) -> tuple[dict[str, Any], bytearray]:
        """Take a whole reply from the buffer, or nothing, so that waiting can be broken off."""
        while b"\n" not in self._buffer:
            self._buffer += self._process.read(end - time.monotonic())
        line, _, _ = self._buffer.partition(b"\n")
        header = json.loads(line)
        begin = len(line) + 1
        n_bytes = header.get("height", 0) * header.get("width", 0) * 3
        while len(self._buffer) < begin + n_bytes:
            self._buffer += self._process.read(end - time.monotonic())
        pixels = self._buffer[begin : begin + n_bytes]
        del self._buffer[: begin + n_bytes]
        return header, pixels
