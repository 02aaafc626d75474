"""The locks around what is installed, and the system's refusal to write there.

The record has one lock, for moments. A model's own folder has another, for as long as its files are fetched or removed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import ModelError
from assistant.messages import installing as words

LOCK_NAME = ".lock"


@contextlib.contextmanager
def lock_folder(name: str, folder: Path) -> Iterator[None]:
    """Lock a model's folder, which is made: two downloads of one model would write into one part file.

    Raises:
        ModelError: another command holds it, or it cannot be written.
    """
    with report_unwritable(folder):
        try:
            lock = acquire_lock(folder, timeout_s=0)
        except TimeoutError as error:
            raise ModelError(words.pull_running(name), words.PULL_RUNNING_HINT) from error
    with lock:
        yield


@contextlib.contextmanager
def report_unwritable(folder: Path) -> Iterator[None]:
    """Turn the system's refusal to write into a sentence.

    Raises:
        ModelError: a file in the folder could not be written.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(words.store_unwritable(str(folder), reason)) from error


def acquire_lock(folder: Path, timeout_s: float = -1) -> contextlib.AbstractContextManager[object]:
    """Lock a folder, which is made; below 0 waits as long as it takes. The system frees a killed holder's lock."""
    import filelock  # slow to import, and needed only to write

    folder.mkdir(parents=True, exist_ok=True)
    (folder / LOCK_NAME).touch(0o600)  # filelock would wait for ever where no file can be made
    return filelock.FileLock(folder / LOCK_NAME, timeout=timeout_s).acquire()
