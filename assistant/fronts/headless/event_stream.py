"""Key events from a named pipe: a recording, or the keypad of another machine.

The bytes are those that the kernel gives for a device, so ``cat /dev/input/event0`` on another machine will do.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_EVENT = struct.Struct("@llHHi")
"""``struct input_event`` of ``linux/input.h``: seconds, microseconds, type, code, value."""
_MOST_BYTES = 64 * _EVENT.size


@dataclass(frozen=True)
class StreamEvent:
    """One event of the stream, named as python-evdev names it."""

    sec: int
    usec: int
    type: int
    code: int
    value: int

    def packed(self) -> bytes:
        return _EVENT.pack(self.sec, self.usec, self.type, self.code, self.value)


def is_stream(path: str) -> bool:
    """Return whether there is a named pipe."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False


class EventStream:
    """A ``KeyDevice`` over a named pipe; its end is as if a keypad was unplugged."""

    def __init__(self, path: str) -> None:
        """Open it without waiting for a writer; raises OSError."""
        self.path = path
        self.name = os.path.basename(path)
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._rest = b""

    def fileno(self) -> int:
        return self._fd

    def read(self) -> Iterator[StreamEvent]:
        """Return the whole events that are there.

        Raises:
            OSError: the writer is gone, or nothing is there.
        """
        data = os.read(self._fd, _MOST_BYTES)
        if not data:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        data = self._rest + data
        whole = len(data) - len(data) % _EVENT.size
        self._rest = data[whole:]
        return (StreamEvent(*fields) for fields in _EVENT.iter_unpack(data[:whole]))

    def grab(self) -> None:
        """Nobody else reads a pipe."""

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
