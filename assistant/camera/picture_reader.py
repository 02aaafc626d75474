"""Reads pictures in a process of its own (``picture_decoder``), within a time limit; a picture can act as a camera."""

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
from assistant.errors import CameraError, PictureError
from assistant.messages import camera as words
from assistant.system.child_process import PICTURES_GIVE_WAY, ChildProcess, command

TIMEOUT_S = 30.0
"""A picture of 150 megapixels takes a few seconds on a desktop."""


class PictureReader:
    """A reader of any common picture, upright and in RGB; safe from several threads, which wait for each other.

    The first picture, or ``warm``, starts the process, which stays. If a picture ends it, the next starts another.
    """

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        """Take the longest time for one picture, the start of the process included."""
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._process: _Decoder | None = None
        self._is_closed = False

    def read(self, name: str) -> ImageRgb:
        """Read a file.

        Args:
            name: a path, or "-" for standard input.

        Returns:
            Shape (height, width, 3), RGB, no side longer than ``to_rgb.MAX_SIDE_PX``.

        Raises:
            PictureError: it is missing, not readable, damaged, too large, no picture, or takes too long.
        """
        with picture_file.opened(name) as stream:
            return self._decode(stream, picture_file.shown_name(name))

    def decode(self, content: bytes, shown: str) -> ImageRgb:
        """Read a picture from memory, as ``read`` does; ``shown`` is what to call it."""
        with _in_memory(content) as stream:
            return self._decode(stream, shown)

    def warm(self) -> None:
        """Start the process, so that the first picture need not wait for it."""
        with self._lock, contextlib.suppress(PictureError):  # reading a picture will raise it
            self._running()

    def close(self) -> None:
        """End the process, even in the middle of a picture; idempotent."""
        self._is_closed = True
        process = self._process
        if process is not None:
            process.kill()  # whoever waits for a picture holds the lock
        with self._lock:
            self._end_process()

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
                self._end_process()
                hint = messages.PICTURE_TOO_LARGE_HINT
                raise PictureError(messages.picture_slow(shown, self._timeout_s), hint) from error
            except (EOFError, ConnectionError) as error:
                is_killed = self._process is not None and self._process.is_killed()
                self._end_process()
                if is_killed:
                    raise PictureError(
                        messages.PICTURE_PROCESS_KILLED, messages.NO_MEMORY_HINT
                    ) from error
                raise PictureError(messages.picture_ends_decoder(shown)) from error

    def _running(self) -> _Decoder:
        if self._is_closed:
            raise EOFError
        if self._process is not None and self._process.poll() is not None:
            self._end_process()
        if self._process is None:
            try:
                self._process = _Decoder()
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise PictureError(
                    messages.picture_process_cannot_start(reason), messages.NO_MEMORY_HINT
                ) from error
        return self._process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()


class _Decoder(ChildProcess):
    """One decoding process and the front's end of its socket."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        try:
            super().__init__(
                [*command("assistant.camera.picture_decoder"), str(theirs.fileno())],
                gives_way_by=PICTURES_GIVE_WAY,
                pass_fds=(theirs.fileno(),),
                # Threads of a library that is not used take address space, which is limited.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
        except OSError:
            self._socket.close()
            raise
        finally:
            theirs.close()

    def decode(self, descriptor: int, shown: str, end: float) -> ImageRgb:
        """Have a picture decoded; raises TimeoutError, EOFError and ConnectionError beside PictureError."""
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
        image = np.frombuffer(pixels, dtype=np.uint8).reshape(shape)
        if not header["note"]:
            return image
        from assistant.camera.noted_picture import with_note

        return with_note(image, header["note"])

    def _receive(self, buffer: bytearray, end: float) -> None:
        self._socket.settimeout(max(0.001, end - time.monotonic()))
        part = self._socket.recv(1 << 20)
        if not part:
            raise EOFError
        buffer += part

    def is_killed(self) -> bool:
        """Return whether it was killed, as the kernel does when memory runs out; call when it has gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(1.0)
        return self.returncode == -signal.SIGKILL

    def end(self, timeout_s: float | None = None) -> None:
        super().end(timeout_s)
        self._socket.close()


@contextlib.contextmanager
def _in_memory(content: bytes) -> Iterator[BinaryIO]:
    """Open a file that is in no folder and never on a disk."""
    with os.fdopen(os.memfd_create("picture"), "w+b") as stream:
        stream.write(content)
        stream.flush()
        stream.seek(0)
        yield stream


class PictureCamera:
    """A picture file in place of a camera, to try the program out and for tests; a changed file is read again."""

    def __init__(self, path: str, name: str) -> None:
        self._path, self._name = path, name
        self._reader = PictureReader()
        self._is_closed = False
        self._seen: tuple[tuple[int, ...], ImageRgb] | None = None

    @property
    def name(self) -> str:
        return self._name

    def capture(self) -> ImageRgb:
        if self._is_closed:
            raise CameraError(words.closed(self._name))
        before = self._signature()
        try:
            image = self._reader.read(self._path)
        except PictureError as error:
            self._seen = None
            raise CameraError(error.message, error.hint) from error
        self._seen = (before, image) if before else None
        return image.copy()

    def peek(self) -> ImageRgb | None:
        if self._seen is not None and self._seen[0] == self._signature() and not self._is_closed:
            return self._seen[1].copy()
        try:
            return self.capture()
        except CameraError:
            return None

    def _signature(self) -> tuple[int, ...]:
        """Return what changes when the file does; empty where the file cannot be looked at."""
        try:
            stat = os.stat(self._path)
        except OSError:
            return ()
        return (stat.st_ino, stat.st_size, stat.st_mtime_ns)

    def close(self) -> None:
        self._is_closed = True
        self._reader.close()
