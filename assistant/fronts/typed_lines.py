"""Reads typed lines, and knows which of them came at once: a text that was pasted has several."""

from __future__ import annotations

import os
import select
from typing import TextIO

_PASTE_S = 0.05
"""Nobody types the next line so quickly after Enter; a pasted one, or one from a pipe, is there."""


class TypedLines:
    """The lines of a terminal, a pipe or a file, without their ends."""

    def __init__(self, source: TextIO) -> None:
        # Read below Python's buffer, which would hide that there is more. Text in memory has no descriptor.
        self._source = source
        try:
            self._descriptor = source.fileno()
        except (OSError, ValueError):
            self._descriptor = -1
        self._bytes = b""
        self._is_over = False

    def next(self) -> str | None:
        """Wait for a line; None at the end of the input."""
        if self._descriptor < 0:
            line = self._source.readline()
            return line.rstrip("\r\n") if line else None
        while b"\n" not in self._bytes and not self._is_over:
            self._read()
        return self._take()

    def next_of_paste(self) -> str | None:
        """Return the next line if it came together with the last one, else None."""
        if self._descriptor < 0:
            return None
        while b"\n" not in self._bytes and not self._is_over:
            if not self._read(_PASTE_S):
                return None
        return self._take()

    def _read(self, timeout_s: float | None = None) -> bool:
        """Read what there is; False where nothing comes in time."""
        try:
            if not select.select([self._descriptor], [], [], timeout_s)[0]:
                return False
            got = os.read(self._descriptor, 65536)
        except OSError:  # the terminal is gone
            got = b""
        self._bytes += got
        self._is_over = not got
        return True

    def _take(self) -> str | None:
        if not self._bytes:
            return None
        line, _, self._bytes = self._bytes.partition(b"\n")
        # Bytes that are not UTF-8 are kept, as in the command line's arguments.
        return line.rstrip(b"\r").decode("utf-8", "surrogateescape")
