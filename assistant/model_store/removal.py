"""Removes a model: only what the record says that this program made is deleted."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ModelError
from assistant.messages import models as words
from assistant.model_store.locks import LOCK_NAME, lock_folder
from assistant.model_store.manage import get_installed
from assistant.model_store.record import Store


@dataclass(frozen=True)
class Removal:
    """What removing a model did: the bytes freed, and files that stayed because they are not as they were made."""

    freed: int
    kept: tuple[Path, ...]


def remove(name: str, store: Store) -> Removal:
    """Forget a model, installed or fetched in part, and delete what the record says this program made for it.

    Raises:
        UsageError: it is not installed and nothing of it has come.
        ModelError: a file cannot be deleted, or the model is being fetched.
    """
    folder = store.folder / name
    if name not in store.read().unfinished:
        get_installed(name, store)
    if folder.is_symlink() or not folder.is_dir():  # what lies behind a link is somebody else's
        return _forget(name, store)
    with lock_folder(name, folder):
        removal = _forget(name, store)
        with contextlib.suppress(OSError):
            if not any(path.name != LOCK_NAME for path in folder.iterdir()):
                (folder / LOCK_NAME).unlink()
                folder.rmdir()
    return removal


def _forget(name: str, store: Store) -> Removal:
    folder = store.folder / name
    with store.change() as state:
        model = state.models.pop(name, None)
        state.speeds.pop(name, None)
        unfinished = state.unfinished.pop(name, [])
        if state.chosen == name:
            state.chosen = None
        # Another model's record may name the same file.
        theirs = {file.path for one in state.models.values() for file in (one.model, one.mmproj)}
    ours = [] if model is None else [model.model, model.mmproj, model.corrected]
    made = {file.path: file.is_unchanged() for file in ours if file is not None and file.is_ours}
    made |= {folder / each: True for each in unfinished if Path(each).name == each}
    freed, kept = 0, list[Path]()
    for path, is_unchanged in made.items():
        if path in theirs or not os.path.lexists(path):
            continue
        if path.is_symlink() or not is_unchanged or (folder.is_symlink() and path.parent == folder):
            kept.append(path)
            continue
        try:
            n_bytes = path.lstat().st_size
            path.unlink()
        except OSError as error:
            reason = error.strerror or str(error)
            raise ModelError(words.cannot_delete(str(path), reason)) from error
        freed += n_bytes
    return Removal(freed, tuple(kept))
