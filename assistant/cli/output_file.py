"""Writes the files that options name, and never over anything that is somebody's."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

from assistant.errors import UsageError
from assistant.messages import output as words

_LOOKED_AT_BYTES = 1 << 20
"""So much of a file that is there tells whose it is."""
_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_PICTURE_KINDS = (b"WEBP", b"ftyp")
"""Stand within the first twelve bytes of WebP, and of HEIC and AVIF."""


class OutputFile:
    """A new file, or one of ours that is replaced; written beside its place, and renamed when it is closed.

    Nothing is opened before the first ``write``, so that a run that fails leaves what was there. Only the owner may
    read it: it tells of a picture.
    """

    def __init__(
        self,
        path: Path,
        *,
        is_ours: Callable[[bytes], bool],
        inputs: Iterable[str | Path] = (),
    ) -> None:
        """Check the place now: after minutes of describing it would be a pity.

        Args:
            path: as named; links are followed.
            is_ours: whether an existing file may be replaced, by its first bytes.
            inputs: files that are read, which are kept whatever they hold.

        Raises:
            UsageError: no file can be written there, or it would replace one that is not ours.
        """
        self._named, self._inputs, self._is_ours = path, list(inputs), is_ours
        self._file: IO[bytes] | None = None
        self._beside = ""
        try:
            self._is_stream = _is_stream(path)
            self._path = path if self._is_stream else path.resolve()
            if not self._is_stream:
                self._check()
        except (OSError, RuntimeError, ValueError) as error:  # a ring of links, a NUL in the name
            raise self._unwritable(error) from error

    def is_same(self, other: OutputFile) -> bool:
        """Return whether both names lead to one file."""
        return not self._is_stream and self._path == other._path

    def write(self, data: bytes) -> None:
        """Add to the file.

        Raises:
            UsageError: it cannot be written, as when the disk is full.
        """
        try:
            if self._file is None:
                self._file = self._open()
            self._file.write(data)
        except OSError as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Put what was written in its place; may be called again.

        Raises:
            UsageError: it cannot be written, or somebody else's file is there by now.
        """
        file, self._file = self._file, None
        if file is None:
            return
        try:
            file.close()
            if not self._is_stream:
                self._put_in_place()
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            if self._beside:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self._beside)

    def _check(self) -> None:
        """Raise where it must not be written."""
        try:
            mode = self._path.stat().st_mode
        except FileNotFoundError:
            if not os.access(self._path.parent, os.W_OK):
                raise self._refusal(words.BAD_FOLDER) from None
            return
        if any(_is_same_file(self._path, name) for name in self._inputs):
            raise UsageError(words.kept_input(str(self._named)), words.ANOTHER_NAME_HINT)
        if not stat.S_ISREG(mode):
            is_folder = stat.S_ISDIR(mode)
            raise self._refusal(words.IS_FOLDER if is_folder else words.NO_PLAIN_FILE)
        with self._path.open("rb") as file:
            start = file.read(_LOOKED_AT_BYTES)
        if start and not self._is_ours(start):
            kept = words.kept_picture if _is_picture(start) else words.kept_file
            raise UsageError(kept(str(self._named)), words.ANOTHER_NAME_HINT)
        if not os.access(self._path.parent, os.W_OK):
            raise self._refusal(words.BAD_FOLDER)

    def _open(self) -> IO[bytes]:
        if self._is_stream:
            # Without a reader of the pipe this fails at once, where it would wait for ever.
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
            os.set_blocking(handle, True)
            return os.fdopen(handle, "wb")
        handle, self._beside = tempfile.mkstemp(prefix=".sparc-", dir=self._path.parent)
        return os.fdopen(handle, "wb")

    def _put_in_place(self) -> None:
        try:
            os.link(self._beside, self._path)  # fails where a file is, which a rename would replace
        except OSError:  # or the file system has no links
            self._check()
            os.replace(self._beside, self._path)

    def _unwritable(self, error: Exception) -> UsageError:
        return self._refusal(getattr(error, "strerror", None) or str(error))

    def _refusal(self, reason: str) -> UsageError:
        return UsageError(words.unwritable(str(self._named), reason), words.ANOTHER_NAME_HINT)


def check_distinct(*files: OutputFile) -> None:
    """Refuse two outputs of which the second would replace the first.

    Raises:
        UsageError: two of them are one file.
    """
    for number, file in enumerate(files):
        if any(file.is_same(other) for other in files[:number]):
            raise UsageError(words.named_twice(str(file._named)), words.ANOTHER_NAME_HINT)


def _is_stream(path: Path) -> bool:
    """Return whether it is a device, a pipe, or what our output is led to, and is written as it is."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return False
    if stat.S_ISCHR(found.st_mode) or stat.S_ISFIFO(found.st_mode):
        return True
    return any(os.path.samestat(found, os.fstat(number)) for number in (1, 2))


def _is_same_file(path: Path, name: str | Path) -> bool:
    try:
        return os.path.samefile(path, name)
    except (OSError, ValueError):
        return False


def _is_picture(start: bytes) -> bool:
    return start.startswith(_PICTURE_STARTS) or any(kind in start[:12] for kind in _PICTURE_KINDS)
