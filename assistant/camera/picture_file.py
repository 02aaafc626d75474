"""Opens a picture's file, or says why it cannot be opened."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from assistant import messages
from assistant.errors import PictureError

MAX_STREAM_BYTES = 400_000_000
"""Most that is read from a pipe."""


def shown_name(name: str) -> str:
    """Return what to call the picture of that name; "-" is standard input."""
    return messages.PICTURE_FROM_STDIN if name == "-" else name


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """Open a stream that can be sought; pipes and devices are read into memory up to a limit.

    Args:
        name: a path, or "-" for standard input.

    Raises:
        PictureError: it is missing, not readable, or too large; also for errors of reading in the block.
    """
    shown = shown_name(name)
    try:
        with _open(name, shown) as stream:
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


def _open(name: str, shown: str) -> BinaryIO:
    if name == "-":
        return _read_stream(sys.stdin.buffer, shown)
    if stat.S_ISDIR(os.stat(name).st_mode):
        raise IsADirectoryError(name)
    stream = Path(name).open("rb")  # noqa: SIM115 - the caller closes it
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    with stream:
        return _read_stream(stream, shown)


def _read_stream(stream: BinaryIO, shown: str) -> BinaryIO:
    content = stream.read(MAX_STREAM_BYTES + 1)
    if len(content) > MAX_STREAM_BYTES:
        raise PictureError(
            messages.picture_file_too_large(shown, MAX_STREAM_BYTES // 1_000_000),
            messages.PICTURE_TOO_LARGE_HINT,
        )
    return io.BytesIO(content)
