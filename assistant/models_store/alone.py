"""One command at a time in a model's folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from assistant.errors import ModelError
from assistant.messages import models as words

LOCK_NAME = ".lock"


@contextlib.contextmanager
def alone(name: str, folder: Path) -> Iterator[None]:
    """Holds a model's folder, which is made; two downloads of one model would write into one part file.

    Raises:
        ModelError: another command holds it, or it cannot be written.
    """
    try:
        lock = _locked(folder)
    except BlockingIOError as error:
        raise ModelError(words.pull_running(name), words.pull_running_hint()) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(words.store_unwritable(str(folder), reason)) from error
    with lock:
        yield


def _locked(folder: Path) -> TextIO:
    path = folder / LOCK_NAME
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = path.open("w")
        except FileNotFoundError:  # the folder was removed just now
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with contextlib.suppress(FileNotFoundError):
                # A lock on a file that was removed meanwhile keeps nobody out.
                if os.path.samestat(os.fstat(lock.fileno()), path.stat()):
                    return lock
        except BaseException:
            lock.close()
            raise
        lock.close()
