"""The front's handle on one camera process (``grabber.py``): ask it, wait for a while, kill it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from assistant.core.events import ImageRgb
from assistant.system import child_process

_WORKER = Path(__file__).with_name("grabber.py")
_QUIET = {
    "OPENCV_LOG_LEVEL": "OFF",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",  # libav's AV_LOG_QUIET
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "3",
}
_LIVE = {
    # No reading ahead, and no decoding threads that hold frames back.
    "OPENCV_FFMPEG_CAPTURE_OPTIONS": "fflags;nobuffer|flags;low_delay|analyzeduration;500000",
}
END_S = 2.0
"""How long the end of a killed process is waited for."""
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}


class NoFrameError(Exception):
    """The process said why it has no frame; ``code`` is one of ``grabber``'s."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class GrabberProcess:
    """One camera process. One thread at a time, but ``kill`` may be called from any."""

    def __init__(self, order: dict[str, Any]) -> None:
        """Starts it without waiting for it.

        Args:
            order: see ``grabber.py``.

        Raises:
            OSError: it cannot be started.
        """
        # A camera in the same network is reached directly, whatever proxy leads out of it.
        environment = {k: v for k, v in os.environ.items() if k.lower() not in _PROXIES}
        # -P: a file in the current folder must not pass for a library.
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, **_QUIET, **({} if order["is_file"] else _LIVE)},
            start_new_session=True,
        )
        child_process.give_way(self._process.pid, child_process.PICTURES_GIVE_WAY)
        self._buffer = bytearray()
        self._n_asked = 0
        self._n_answered = 0
        with contextlib.suppress(
            OSError
        ):  # a process that died at once is noticed by the first answer
            self._write(order)

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def is_waiting(self) -> bool:
        """Whether a frame was asked for that did not come yet."""
        return self._n_answered < self._n_asked

    def ask(self) -> None:
        """Asks for a frame.

        Raises:
            OSError: the process is gone.
        """
        self._write({"id": self._n_asked + 1})
        self._n_asked += 1

    def frame(self, timeout_s: float) -> ImageRgb:
        """Waits for the frame that was asked for last; frames asked for earlier are thrown away.

        Raises:
            NoFrameError: there is none, and why.
            TimeoutError: it did not come in time; it may be waited for again.
            EOFError: the process is gone.
        """
        end = time.monotonic() + timeout_s
        while True:
            frame = self._reply(end)
            if not self.is_waiting:
                return frame

    def kill(self) -> None:
        """Ends it at once; whoever waits for a frame hears EOFError."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def dispose(self) -> None:
        """Kills it, waits for its end and frees the pipes; only when nobody waits for a frame.

        A driver that hangs in the kernel keeps even a killed process from ending; the front goes on without it.
        """
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_S)
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()

    def _write(self, value: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(value).encode() + b"\n")
        self._process.stdin.flush()

    def _reply(self, end: float) -> ImageRgb:
        while b"\n" not in self._buffer:
            self._receive(end)
        line, _, _ = self._buffer.partition(b"\n")
        header = json.loads(line)
        if "error" in header:
            self._take(len(line) + 1)
            self._n_answered = header["id"]
            if self.is_waiting:
                return self._reply(end)
            raise NoFrameError(header["error"])
        shape = (header["height"], header["width"], 3)
        n_bytes = shape[0] * shape[1] * 3
        while len(self._buffer) < len(line) + 1 + n_bytes:
            self._receive(end)
        pixels = self._take(len(line) + 1 + n_bytes)[len(line) + 1 :]
        self._n_answered = header["id"]
        return np.frombuffer(pixels, dtype=np.uint8).reshape(shape)

    def _take(self, n_bytes: int) -> bytearray:
        """The first bytes of the buffer; only whole replies are taken, so waiting can be broken off."""
        taken, self._buffer = self._buffer[:n_bytes], self._buffer[n_bytes:]
        return taken

    def _receive(self, end: float) -> None:
        assert self._process.stdout is not None
        try:
            descriptor = self._process.stdout.fileno()
            ready, _, _ = select.select([descriptor], [], [], max(0.0, end - time.monotonic()))
            data = os.read(descriptor, 1 << 20) if ready else None
        except (OSError, ValueError) as error:
            raise EOFError from error
        if data is None:
            raise TimeoutError
        if not data:
            raise EOFError
        self._buffer += data
