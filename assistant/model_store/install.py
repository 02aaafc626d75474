"""From a row of the catalogue to an installed model: every file's hash is right before the file counts."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from assistant.errors import ModelError
from assistant.inference.gguf import pairing
from assistant.messages import downloads as download_words
from assistant.messages import installing as words
from assistant.messages import model_files as file_words
from assistant.model_store import download, files
from assistant.model_store.catalogue import ROLES, CatalogueFile, CatalogueModel
from assistant.model_store.locks import lock_folder, report_unwritable
from assistant.model_store.progress import SPEAK_EVERY_PERCENT, Progress
from assistant.model_store.record import FileRecord, InstalledModel, Store
from assistant.model_store.room import check_disk, count_fetched_bytes, find_parts


class Talk(Protocol):
    """Where installing reports what it does."""

    def show(self, line: str) -> None: ...

    def speak(self, sentence: str) -> None: ...

    def tell(self, sentence: str) -> None: ...


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


def pull(
    row: CatalogueModel,
    store: Store,
    talk: Talk,
    *,
    takes_unverified: bool = False,
    speak_every: int = SPEAK_EVERY_PERCENT,
) -> InstalledModel:
    """Fetch and install a model of the catalogue; go on where an earlier run stopped.

    Args:
        row: the model.
        store: where it goes.
        talk: says what goes on.
        takes_unverified: whether to accept a file whose hash neither the catalogue nor the hub knows.
        speak_every: percent between two spoken sentences.

    Raises:
        ModelError: a file cannot be fetched, is not the right one, or the two do not belong together.
    """
    with lock_folder(row.name, store.folder / row.name):
        folder = store.folder / row.name
        known = [  # before gigabytes come
            _ask_what_is_missing(row.file(role), folder, talk, takes_unverified=takes_unverified)
            for role in ROLES
        ]
        if not row.has_known_size:
            row = replace(row, files=tuple(file for file, _ in known))
            check_disk(row, store)
        progress = Progress(row.n_bytes, talk.show, talk.speak, speak_every=speak_every)
        work = _Work(row, store, talk, progress)
        model, mmproj = (_obtain(file, checked, work) for file, checked in known)
        pairing.check_pair(model.path, mmproj.path)
        used = (model.path, mmproj.path)
        installed = InstalledModel(
            row.name, row.title, model, mmproj, make_corrected_copy(mmproj, talk),
            row.template or None, row.preset, row.n_ctx, row.memory_mb, row.rank, row.languages,
            row.answers_yes_or_no,
        )  # fmt: skip
        with store.change() as state:
            state.models[row.name] = installed
            state.bytes_per_s = progress.rate or state.bytes_per_s
            left = [work.folder / name for name in state.unfinished.pop(row.name, ())]
            wrong = [each.name for each in left if each.exists() and each not in used]
            if wrong:
                state.unfinished[row.name] = wrong
        return installed


def make_corrected_copy(mmproj: FileRecord, talk: Talk) -> FileRecord | None:
    """Return the corrected copy of a legacy projector, made now where it is needed.

    Raises:
        ModelError: the projector cannot be read, or the copy not be written.
    """
    from assistant.inference.gguf.mmproj import open_projector

    projector = open_projector(
        mmproj.path, on_copy=lambda: talk.show(file_words.projector_copying(mmproj.path.name))
    )
    if projector.path == mmproj.path:
        return None
    if projector.note:
        talk.tell(projector.note)
    return record_with_progress(projector.path, talk, is_ours=True, checked="own")


def record_with_progress(path: Path, talk: Talk, *, is_ours: bool, checked: str) -> FileRecord:
    """Call ``files.record_file`` with lines of progress: reading gigabytes takes a minute.

    Raises:
        ModelError: as ``files.record_file``.
    """
    size = path.stat().st_size if path.exists() else 0
    progress = Progress(max(1, size), talk.show, lambda _sentence: None)
    return files.record_file(path, is_ours=is_ours, checked=checked, on_bytes=progress.at)


def _ask_what_is_missing(
    file: CatalogueFile, folder: Path, talk: Talk, *, takes_unverified: bool
) -> tuple[CatalogueFile, str]:
    """Return a file with its size and the hash that it will be compared with, and who knows that hash.

    Raises:
        ModelError: nobody knows the hash, and that was not accepted; the hub has another file, states no size where
            none is known, or cannot be asked.
    """
    if file.sha256 and (file.size or _may_be_here(file, folder)):
        return file, "catalogue"
    stated = download.ask_hub(file, folder)
    if not file.size:
        if not stated.size:
            raise ModelError(words.size_nowhere(file.name), words.SIZE_NOWHERE_HINT)
        talk.tell(words.size_from_server(file.name, stated.size))
        file = replace(file, size=stated.size, expected_size=0, size_is_exact=True)
    if file.sha256:
        return file, "catalogue"
    file = replace(file, sha256=stated.sha256)
    if not file.sha256 and not takes_unverified:
        raise ModelError(words.hash_nowhere(file.name), words.HASH_NOWHERE_HINT)
    return file, "hub" if file.sha256 else "size"


def _may_be_here(file: CatalogueFile, folder: Path) -> bool:
    return (folder / file.name).exists() or next(files.find_elsewhere(file), None) is not None


def _obtain(file: CatalogueFile, checked: str, work: _Work) -> FileRecord:
    """Return a file whose hash is right: here already, from another program, or fetched."""
    begun = work.done
    work.done += file.likely_size
    target = work.folder / file.name
    if target.exists():
        return _check(target, file, work, checked)
    if file.sha256 and (theirs := _find_theirs(file, work.talk, checked)) is not None:
        return theirs
    talk = work.talk
    size = file.likely_size
    left = max(0, size - count_fetched_bytes(file, work.folder))
    talk.tell(
        words.fetching(file.name, size)
        if left == size
        else words.fetching_rest(file.name, size, left)
    )
    with work.progress.watched():
        part = download.fetch(
            file,
            work.folder,
            lambda done: work.progress.at(begun + done),
            lambda pause_s: talk.tell(download_words.download_pause(pause_s)),
            lambda part: work.store.note_unfinished(work.row.name, part),
        )
    record = _check(part, file, work, checked)
    work.store.note_unfinished(work.row.name, target)  # until the other file has come too
    with report_unwritable(work.folder):
        os.replace(part, target)
        for other in find_parts(file, work.folder):  # of another version of the file
            other.unlink(missing_ok=True)
    return replace(record, path=target)


def _find_theirs(file: CatalogueFile, talk: Talk, checked: str) -> FileRecord | None:
    """Return the very file, as another program has it."""
    for path in files.find_elsewhere(file):
        talk.show(words.checking(str(path)))
        try:
            record = record_with_progress(path, talk, is_ours=False, checked=checked)
        except ModelError:  # not readable for this user
            continue
        if record.sha256 == file.sha256:
            talk.tell(words.found_elsewhere(file.name, str(path.parent)))
            return record
    return None


def _check(path: Path, file: CatalogueFile, work: _Work, checked: str) -> FileRecord:
    """Check a file of ours; a wrong one is set aside.

    Raises:
        ModelError: it is wrong, or cannot be read.
    """
    work.talk.tell(words.checking(file.name))
    files.sync_to_disk(path)
    is_ours = not path.is_symlink()
    record = record_with_progress(path, work.talk, is_ours=is_ours, checked=checked)
    is_right = record.sha256 == file.sha256 if file.sha256 else _looks_right(path, file, work.row)
    if not is_right:
        aside = files.set_aside(path, record.sha256, file.name)
        if path.name in work.store.read().unfinished.get(work.row.name, ()):
            work.store.note_unfinished(work.row.name, aside)  # else somebody put it there
        raise ModelError(words.wrong_hash(file.name, str(aside)), words.WRONG_HASH_HINT)
    if not file.sha256:
        work.talk.tell(words.hash_unknown(file.name))
    return record


def _looks_right(path: Path, file: CatalogueFile, row: CatalogueModel) -> bool:
    """Check what can be seen of a file whose hash is not known: its size, and its metadata."""
    if not file.may_have_size(path.stat().st_size):
        return False
    try:
        header = pairing.read(path)
    except ModelError:
        return False
    n_layer = header.number("clip.vision.block_count")
    return file.role == "model" or n_layer == row.vision_layers
