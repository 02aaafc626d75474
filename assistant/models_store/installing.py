"""From a row of the catalogue to an installed model: every file's hash is right before the file counts."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from assistant.errors import ModelError
from assistant.inference import pairing
from assistant.messages import models as words
from assistant.models_store import download, files
from assistant.models_store.machine_room import MEGABYTE, free_disk_mb, memory
from assistant.models_store.progress import Progress
from assistant.models_store.record import FileRecord, InstalledModel, Store
from assistant.models_store.rows import CatalogueFile, CatalogueModel

_SPARE_MB = 200
"""Room that stays on the disk."""


class Talk(Protocol):
    """Where installing tells of itself."""

    def show(self, line: str) -> None:
        """Shows a line of progress."""
        ...

    def speak(self, sentence: str) -> None:
        """Speaks, without showing."""
        ...

    def tell(self, sentence: str) -> None:
        """Shows and speaks."""
        ...


@dataclass
class _Work:
    """One pull under way: how many bytes of both files are there."""

    row: CatalogueModel
    store: Store
    talk: Talk
    progress: Progress
    done: int = 0

    @property
    def folder(self) -> Path:
        return self.store.folder / self.row.name


def check_room(row: CatalogueModel, store: Store, *, forces: bool = False) -> None:
    """Refuses a model that this machine has no room for, before anything is fetched.

    Raises:
        ModelError: too little memory in the whole machine, or on the disk.
    """
    there = memory()
    if there is not None and row.memory_mb > there.total_mb and not forces:
        raise ModelError(
            words.no_memory(row.name, row.memory_mb * MEGABYTE, there.total_mb * MEGABYTE),
            words.no_memory_hint(),
        )
    came = 0
    for file in row.files:
        for path in (store.folder / row.name).glob(f"{file.name}*"):
            if path.name == file.name or path.suffix == ".part":
                with contextlib.suppress(OSError):
                    came += path.stat().st_size
    # The corrected copy of the projector takes its size once more.
    needed = max(0, row.n_bytes - came) + row.file("mmproj").size
    free = free_disk_mb(store.folder) * MEGABYTE
    if needed + _SPARE_MB * MEGABYTE > free:
        raise ModelError(
            words.no_disk(row.name, needed, free), words.no_disk_hint(str(store.folder))
        )


def pull(row: CatalogueModel, store: Store, talk: Talk) -> InstalledModel:
    """Gets and installs a model of the catalogue; goes on where an earlier run stopped.

    Raises:
        ModelError: a file cannot be had, is not the right one, or the pair is no LLaVA.
    """
    with _alone(row.name, store):
        work = _Work(row, store, talk, Progress(row.n_bytes, talk.show, talk.speak))
        model, mmproj = (_obtain(row.file(role), work) for role in ("model", "mmproj"))
        pairing.check_pair(model.path, mmproj.path)
        installed = InstalledModel(
            row.name, row.title, model, mmproj, correct(mmproj, talk), row.template, row.preset,
            row.n_ctx, row.memory_mb, row.rank, row.languages,
        )  # fmt: skip
        with store.change() as state:
            state.models[row.name] = installed
        return installed


def correct(mmproj: FileRecord, talk: Talk) -> FileRecord | None:
    """The corrected copy of a legacy projector, made now where it is needed; says so in one line.

    Raises:
        ModelError: the projector cannot be read, or the copy not be written.
    """
    from assistant.inference.mmproj import open_projector

    projector = open_projector(mmproj.path)
    if not projector.is_corrected:
        return None
    if projector.note:
        talk.tell(projector.note)
    sha256 = files.hash_file(projector.path)
    return files.recorded(projector.path, sha256, is_ours=True, checked="own")


def _obtain(file: CatalogueFile, work: _Work) -> FileRecord:
    """A file whose hash was found right: here already, from another program, or fetched."""
    begun = work.done
    work.done += file.size
    target = work.folder / file.name
    if target.exists():
        return _checked(target, file, work, is_ours=True)
    if file.sha256:
        for path in files.find_elsewhere(file):
            if _has_hash(path, file.sha256):
                work.talk.tell(words.found_elsewhere(file.name, str(path.parent)))
                return files.recorded(path, file.sha256, is_ours=False, checked="catalogue")
    work.talk.tell(words.fetching(file.name, file.size))
    part = download.fetch(file, work.folder, lambda done: work.progress.at(begun + done))
    work.talk.show(words.checking(file.name))
    record = _checked(part, file, work, is_ours=True)
    try:
        os.replace(part, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(words.store_unwritable(str(work.folder), reason)) from error
    return replace(record, path=target)


def _has_hash(path: Path, sha256: str) -> bool:
    try:
        return files.hash_file(path) == sha256
    except ModelError:  # another program's file that may not be read
        return False


def _checked(path: Path, file: CatalogueFile, work: _Work, *, is_ours: bool) -> FileRecord:
    sha256 = files.hash_file(path)
    is_right = sha256 == file.sha256 if file.sha256 else file.may_have_size(path.stat().st_size)
    if not is_right:
        aside = files.set_aside(path, sha256)
        raise ModelError(words.wrong_hash(file.name, str(aside)), words.wrong_hash_hint())
    if not file.sha256:
        work.talk.tell(words.hash_unknown(file.name))
    checked = "catalogue" if file.sha256 else "size"
    return files.recorded(path, sha256, is_ours=is_ours, checked=checked)


@contextlib.contextmanager
def _alone(name: str, store: Store) -> Iterator[None]:
    """Two downloads of one model at once would write into one part file."""
    folder = store.folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(words.store_unwritable(str(folder), reason)) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ModelError(words.pull_running(name)) from error
        yield
