"""Reads pictures in a process of its own, within a time limit; the front's side of ``picture_decoder``."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

from assistant import messages
from assistant.camera import picture_file
from assistant.core.events import ImageRgb
from assistant.errors import PictureError
from assistant.system import child_process

TIMEOUT_S = 30.0
"""A picture of 150 megapixels takes a few seconds on a desktop."""


class PictureReader:
    """Any common picture, upright and in RGB; safe from several threads, which wait for each other.

    The process is started by the first picture, or by ``warm``, and kept. One that was ended by a picture
    is replaced at the next.
    """

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        """Starts nothing yet.

        Args:
            timeout_s: longest time for one picture, the start of the process included.
        """
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._is_closed = False

    def read(self, name: str) -> ImageRgb:
        """Reads a file.

        Args:
            name: a path, or "-" for standard input.

        Returns:
            Shape (height, width, 3), RGB, no side longer than ``still_image.MAX_SIDE_PX``.

        Raises:
            PictureError: it is missing, not readable, damaged, too large, no picture, or takes too long.
        """
        with picture_file.opened(name) as stream:
            return self._decode(stream, picture_file.shown_name(name))

    def decode(self, content: bytes, shown: str) -> ImageRgb:
        """Reads a picture from memory; ``shown`` is what to call it. Returns and raises as ``read``."""
        with _in_memory(content) as stream:
            return self._decode(stream, shown)

    def warm(self) -> None:
        """Starts the process, so that the first picture need not wait for it."""
        with self._lock, contextlib.suppress(PictureError):  # told when a picture is read
            self._running()

    def close(self) -> None:
        """Ends the process, also in the middle of a picture; idempotent."""
        self._is_closed = True
        process = self._process
        if process is not None:
            process.kill()  # whoever waits for a picture holds the lock
        with self._lock:
            self._dispose()

    def _decode(self, stream: BinaryIO, shown: str) -> ImageRgb:
        try:
            descriptor = stream.fileno()
        except OSError:  # read from a pipe into memory
            return self.decode(stream.read(), shown)
        with self._lock:
            end = time.monotonic() + self._timeout_s
            try:
                return self._running().decode(descriptor, shown, end)
            except TimeoutError as error:
                self._dispose()
                hint = messages.PICTURE_TOO_LARGE_HINT
                raise PictureError(messages.picture_slow(shown, self._timeout_s), hint) from error
            except (EOFError, ConnectionError) as error:
                is_killed = self._process is not None and self._process.is_killed()
                self._dispose()
                if is_killed:
                    raise PictureError(
                        messages.PICTURE_PROCESS_KILLED, messages.NO_MEMORY_HINT
                    ) from error
                raise PictureError(messages.picture_ends_decoder(shown)) from error

    def _running(self) -> _Process:
        if self._is_closed:
            raise EOFError
        if self._process is not None and not self._process.is_alive:
            self._dispose()
        if self._process is None:
            try:
                self._process = _Process()
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise PictureError(
                    messages.picture_process_cannot_start(reason), messages.NO_MEMORY_HINT
                ) from error
        return self._process

    def _dispose(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.dispose()


class _Process:
    """One decoding process and the front's end of its socket."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                [
                    *child_process.command("assistant.camera.picture_decoder"),
                    str(theirs.fileno()),
                ],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # native decoders complain there
                # Threads of a library that is not used take address space, which is limited.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,
            )
        except OSError:
            self._socket.close()
            raise
        finally:
            theirs.close()
        child_process.give_way(self._process.pid, child_process.PICTURES_GIVE_WAY)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def decode(self, descriptor: int, shown: str, end: float) -> ImageRgb:
        """Raises TimeoutError, EOFError and ConnectionError beside PictureError."""
        request = json.dumps({"shown": shown}).encode() + b"\n"
        socket.send_fds(self._socket, [request], [descriptor])
        import numpy as np  # takes as long as a small picture, and both go on at once

        buffer = bytearray()
        while b"\n" not in buffer:
            self._receive(buffer, end)
        line, _, rest = buffer.partition(b"\n")
        header = json.loads(line)
        if "reason" in header:
            raise PictureError(messages.picture_unreadable(shown, header["reason"]))
        if "message" in header:
            raise PictureError(header["message"], header["hint"])
        shape = (header["height"], header["width"], 3)
        pixels = bytearray(rest)
        while len(pixels) < shape[0] * shape[1] * 3:
            self._receive(pixels, end)
        return np.frombuffer(pixels, dtype=np.uint8).reshape(shape)

    def _receive(self, buffer: bytearray, end: float) -> None:
        self._socket.settimeout(max(0.001, end - time.monotonic()))
        part = self._socket.recv(1 << 20)
        if not part:
            raise EOFError
        buffer += part

    def is_killed(self) -> bool:
        """Whether it was ended from outside, as the kernel does where memory runs out; call when it has gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        return self._process.returncode == -signal.SIGKILL

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self._process.kill()

    def dispose(self) -> None:
        self.kill()
        self._process.wait()
        self._socket.close()


@contextlib.contextmanager
def _in_memory(content: bytes) -> Iterator[BinaryIO]:
    """A file that is in no folder and never on a disk."""
    with os.fdopen(os.memfd_create("picture"), "w+b") as stream:
        stream.write(content)
        stream.flush()
        stream.seek(0)
        yield stream
