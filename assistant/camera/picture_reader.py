"""Reads pictures in a process of its own (``picture_decoder``), within a time limit."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import BinaryIO

from assistant import messages
from assistant.camera import picture_file
from assistant.core.events import ImageRgb
from assistant.errors import PictureError
from assistant.messages import camera as words
from assistant.system.child_process import StoppedError
from assistant.system.socket_child import SocketChild

TIMEOUT_S = 30.0
"""A picture of 150 megapixels takes a few seconds on a desktop."""
_OPEN_S = 10.0
"""Longest wait until a file is open: a drive may have to start turning, or does not answer at all."""
_END_S = 1.0
"""How long to wait for a killed process: a file that cannot be reached keeps even that from ending."""


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
        shown = picture_file.shown_name(name)
        descriptor = picture_file.own_descriptor(name)
        if descriptor is not None:
            return self._decode(shown, None, descriptor)
        with contextlib.suppress(OSError):  # the current folder is gone
            name = os.path.join(os.getcwd(), name)
        return self._decode(shown, name)

    def decode(self, content: bytes, shown: str) -> ImageRgb:
        """Read a picture from memory, as ``read`` does; ``shown`` is what to call it."""
        with _in_memory(content) as stream:
            return self._decode(shown, None, stream.fileno())

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

    def _decode(self, shown: str, path: str | None, descriptor: int = -1) -> ImageRgb:
        """Have a picture read; once more where the process was stopped, because the picture is not to blame."""
        with self._lock:
            begin = _place_in(descriptor)
            try:
                return self._try(shown, path, descriptor)
            except StoppedError as error:
                if path is None and begin is None:  # what came through a pipe is lost
                    raise PictureError(messages.PICTURE_PROCESS_STOPPED, words.TRY_AGAIN) from error
            if begin is not None:
                os.lseek(descriptor, begin, os.SEEK_SET)
            try:
                return self._try(shown, path, descriptor)
            except StoppedError as error:
                raise PictureError(messages.PICTURE_PROCESS_STOPPED, words.TRY_AGAIN) from error

    def _try(self, shown: str, path: str | None, descriptor: int) -> ImageRgb:
        try:
            return self._running().decode(shown, path, descriptor, self._timeout_s)
        except StoppedError:
            self._end_process()
            raise
        except TimeoutError as error:
            is_open = self._process is not None and self._process.has_opened
            self._end_process()
            raise _too_slow(shown, self._timeout_s, is_open=is_open) from error
        except (EOFError, ConnectionError) as error:
            is_killed = self._process is not None and self._process.is_killed()
            self._end_process()
            if is_killed:
                raise PictureError(
                    messages.PICTURE_PROCESS_KILLED, messages.NO_MEMORY_HINT
                ) from error
            raise PictureError(messages.picture_ends_decoder(shown)) from error
        except OSError as error:  # standard input is closed
            reason = error.strerror or str(error)
            raise PictureError(messages.picture_unreadable(shown, reason)) from error

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
            process.end(_END_S)


class _Decoder(SocketChild):
    """The process that decodes.

    Attributes:
        has_opened: whether the picture asked for last could be opened.
    """

    has_opened = False

    def __init__(self) -> None:
        super().__init__("assistant.camera.picture_decoder")

    def decode(self, shown: str, path: str | None, descriptor: int, timeout_s: float) -> ImageRgb:
        """Have a picture decoded; raises TimeoutError, EOFError and OSError beside PictureError."""
        self.has_opened = False
        self.send({"shown": shown, "path": path}, [descriptor] if path is None else [])
        import numpy as np  # takes as long as a small picture, and both go on at once

        end = time.monotonic() + min(_OPEN_S, timeout_s)
        buffer = bytearray()
        while b"\n" not in buffer:
            self.receive_more(buffer, end)
            while buffer.startswith(b"\n"):  # a sign of life
                del buffer[:1]
                self.has_opened = True
                end = time.monotonic() + timeout_s
        line, _, rest = buffer.partition(b"\n")
        header = json.loads(line)
        if "message" in header:
            raise PictureError(header["message"], header["hint"])
        shape = (header["height"], header["width"], 3)
        pixels = bytearray(rest)
        while len(pixels) < shape[0] * shape[1] * 3:
            self.receive_more(pixels, end)
        image = np.frombuffer(pixels, dtype=np.uint8).reshape(shape)
        if not header["note"]:
            return image
        from assistant.camera.noted_picture import with_note

        return with_note(image, header["note"])

    def is_killed(self) -> bool:
        """Return whether it was killed, as the kernel does when memory runs out; call when it has gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(1.0)
        return self.returncode == -signal.SIGKILL


def _place_in(descriptor: int) -> int | None:
    """Return how far an open file has been read; None where one cannot go back, as in a pipe."""
    try:
        return os.lseek(descriptor, 0, os.SEEK_CUR)
    except OSError:
        return None


def _too_slow(shown: str, limit_s: float, *, is_open: bool) -> PictureError:
    if is_open:
        message = messages.picture_slow(shown, limit_s)
        return PictureError(message, messages.PICTURE_TOO_LARGE_HINT)
    message = messages.picture_not_opened(shown, min(_OPEN_S, limit_s))
    return PictureError(message, messages.PICTURE_NOT_OPENED_HINT)


@contextlib.contextmanager
def _in_memory(content: bytes) -> Iterator[BinaryIO]:
    """Open a file that is in no folder and never on a disk."""
    with os.fdopen(os.memfd_create("picture"), "w+b") as stream:
        stream.write(content)
        stream.flush()
        stream.seek(0)
        yield stream
