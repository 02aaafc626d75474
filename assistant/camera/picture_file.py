"""Opens a picture's file, or says why it cannot be opened; runs in the picture process, which may be held up by it."""

from __future__ import annotations

import io
import os
import re
import select
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from assistant import messages
from assistant.errors import PictureError

MAX_STREAM_BYTES = 400_000_000
"""Most that is read from a pipe."""
_OWN = re.compile(r"/(?:dev|proc/self)/fd/(\d{1,7})")
_PIPE_SILENCE_S, _OWN_SILENCE_S = 5.0, 25.0
"""How long a named pipe may send nothing, and one that the command line led here (it may come from a network)."""


def shown_name(name: str) -> str:
    """Return what to call the picture of that name; "-" is standard input."""
    return messages.PICTURE_FROM_STDIN if name == "-" else name


def own_descriptor(name: str) -> int | None:
    """Return which open file of this very process is meant, which another process could not find by its name."""
    if name in {"-", "/dev/stdin"}:
        return 0
    own = _OWN.fullmatch(name)
    return int(own[1]) if own else None


@contextmanager
def opened(
    source: str | int, shown: str, tell_life: Callable[[], object] = lambda: None
) -> Iterator[BinaryIO]:
    """Open a stream that can be sought; what comes through a pipe is read into memory up to a limit.

    Args:
        source: a path, or the number of an open file.
        shown: what to call it.
        tell_life: is called once it is open, and again while bytes come through a pipe.

    Raises:
        PictureError: it is missing, not readable, or too large; also for errors of reading in the block.
    """
    try:
        with _open(source, shown, tell_life) as stream:
            yield stream
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PictureError(messages.picture_missing(shown)) from error
    except IsADirectoryError as error:
        raise PictureError(messages.picture_is_folder(shown)) from error
    except PermissionError as error:
        hint = messages.picture_forbidden_hint(shown)
        raise PictureError(messages.picture_forbidden(shown), hint) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise PictureError(messages.picture_unreadable(shown, reason)) from error


def _open(source: str | int, shown: str, tell_life: Callable[[], object]) -> BinaryIO:
    if isinstance(source, int):
        descriptor, silence_s = os.dup(source), _OWN_SILENCE_S
    else:
        kind = os.stat(source).st_mode
        if stat.S_ISDIR(kind):
            raise IsADirectoryError(source)
        if stat.S_ISCHR(kind) or stat.S_ISBLK(kind):  # opening a device can set something going
            raise PictureError(messages.picture_is_device(shown))
        # Opened so, a pipe that nobody writes to does not hold this process.
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        silence_s = _PIPE_SILENCE_S
    stream = os.fdopen(descriptor, "rb")
    tell_life()
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return stream
    with stream:
        return _read_pipe(descriptor, shown, silence_s, tell_life)


def _read_pipe(
    descriptor: int, shown: str, silence_s: float, tell_life: Callable[[], object]
) -> BinaryIO:
    content = io.BytesIO()
    while True:
        if not select.select([descriptor], [], [], silence_s)[0]:
            message = messages.picture_pipe_silent(shown, silence_s)
            raise PictureError(message, messages.PICTURE_PIPE_SILENT_HINT)
        part = os.read(descriptor, 1 << 20)
        if not part:
            content.seek(0)
            return content
        content.write(part)
        if content.tell() > MAX_STREAM_BYTES:
            raise PictureError(
                messages.picture_file_too_large(shown, MAX_STREAM_BYTES // 1_000_000),
                messages.PICTURE_TOO_LARGE_HINT,
            )
        tell_life()
