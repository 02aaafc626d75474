"""Has the kernel read the model's files while llama.cpp is still busy with their beginnings."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from assistant import spare_thread

_STEP = 1 << 24


def start_reading(paths: Sequence[Path]) -> threading.Thread | None:
    """Brings files into the page cache, one after the other, without copying a byte; returns at once.

    A slow disk is then never idle: the projector arrives while the language model is being set up. What
    is in memory already costs nothing.
    """
    return spare_thread.start(_read, "read-ahead", tuple(paths))


def _read(paths: Sequence[Path]) -> None:
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            continue  # whoever loads it says what is wrong
        try:
            size = os.fstat(descriptor).st_size
            for start in range(0, size, _STEP):
                os.posix_fadvise(descriptor, start, _STEP, os.POSIX_FADV_WILLNEED)
        except OSError:
            continue
        finally:
            os.close(descriptor)
