"""Takes the hashes of an installed model again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from assistant.errors import ModelError
from assistant.messages import models as words
from assistant.models_store import files
from assistant.models_store.installing import Talk, correct, taken_aloud
from assistant.models_store.record import FileRecord, InstalledModel, Store


@dataclass(frozen=True)
class Verdict:
    """What checking a file again found: "right", "wrong" or "missing", and where a wrong one is now."""

    file: FileRecord
    found: str
    now_at: Path


def verify(model: InstalledModel, store: Store, talk: Talk) -> list[Verdict]:
    """Takes the hashes again; a model with a wrong or missing file is no longer installed.

    A wrong file of ours is set aside; another program's is left where it is. A corrected copy is made anew.

    Raises:
        ModelError: a file cannot be read, or the record not be written.
    """
    talk.show(words.checking(model.name))
    verdicts = [_verdict(file, talk) for file in (model.model, model.mmproj)]
    again: InstalledModel | None = None
    if all(verdict.found == "right" for verdict in verdicts):
        now = [verdict.file for verdict in verdicts]
        corrected = _verified_copy(model, now[1], talk)
        again = replace(model, model=now[0], mmproj=now[1], corrected=corrected)
    if again == model:  # nothing to write down, which a disk that cannot be written would refuse
        return verdicts
    with store.change() as state:
        if state.models.get(model.name) == model:  # another command may have changed it meanwhile
            if again is not None:
                state.models[model.name] = again
            else:
                del state.models[model.name]
    return verdicts


def _verified_copy(model: InstalledModel, mmproj: FileRecord, talk: Talk) -> FileRecord | None:
    copy = model.corrected
    if copy is None:
        return None
    if _verdict(copy, talk, is_kept=True).found == "wrong":
        try:
            copy.path.unlink()
        except OSError as error:
            reason = error.strerror or str(error)
            raise ModelError(words.cannot_delete(str(copy.path), reason)) from error
    return correct(mmproj, talk)


def _verdict(file: FileRecord, talk: Talk, *, is_kept: bool = False) -> Verdict:
    if not file.path.exists():
        return Verdict(file, "missing", file.path)
    now = taken_aloud(file.path, talk, is_ours=file.is_ours, checked=file.checked)
    if now.sha256 == file.sha256:
        return Verdict(now, "right", file.path)
    if is_kept or not file.is_ours:
        return Verdict(file, "wrong", file.path)
    return Verdict(file, "wrong", files.set_aside(file.path, now.sha256))
