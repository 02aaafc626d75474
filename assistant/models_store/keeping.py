"""Installed models afterwards: adding the user's own, checking again, choosing, removing."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.errors import ModelError, UsageError
from assistant.inference import pairing
from assistant.inference.gguf_header import ArrayLength, GgufHeader
from assistant.messages import models as words
from assistant.models_store import files
from assistant.models_store.choosing import DEMO
from assistant.models_store.installing import Talk, correct
from assistant.models_store.machine_room import MEGABYTE
from assistant.models_store.record import FileRecord, InstalledModel, Store
from assistant.models_store.rows import NAME

OWN_RANK = 50
"""Behind every model of the catalogue: nothing is known of its quality."""
_WORKING_BYTES = 500_000_000


def add(
    name: str, model_path: Path, mmproj_path: Path, template: str | None, store: Store, talk: Talk
) -> InstalledModel:
    """Installs files that the user has, where they lie.

    Raises:
        UsageError: the name cannot be used.
        ModelError: the files are no LLaVA, or cannot be read.
    """
    if not NAME.fullmatch(name) or name == DEMO:
        raise UsageError(words.bad_name(name), words.bad_name_hint())
    model_path, mmproj_path = model_path.resolve(), mmproj_path.resolve()
    header, mmproj_header = pairing.check_pair(model_path, mmproj_path)
    talk.show(words.checking(f"{model_path.name}, {mmproj_path.name}"))
    model, mmproj = (
        files.recorded(path, files.hash_file(path), is_ours=False, checked="own")
        for path in (model_path, mmproj_path)
    )
    has_tiles = "clip.vision.image_grid_pinpoints" in mmproj_header.values
    n_ctx = 4096 if has_tiles else 2048
    needs = model.size + mmproj.size + cache_bytes(header, n_ctx) + _WORKING_BYTES
    installed = InstalledModel(
        name, name, model, mmproj, correct(mmproj, talk), template,
        "llava-next" if has_tiles else "llava-1.5", n_ctx, needs // MEGABYTE, OWN_RANK,
    )  # fmt: skip
    with store.change() as state:
        if name in state.models and state.models[name].model.is_ours:
            raise UsageError(words.name_taken(name), words.bad_name_hint())
        state.models[name] = installed
    return installed


def cache_bytes(header: GgufHeader, n_ctx: int) -> int:
    """Size of an F16 key/value cache, by the file's metadata."""
    kind = header.architecture
    n_layer, n_embd = (
        header.number(f"{kind}.{key}") or 0 for key in ("block_count", "embedding_length")
    )
    n_head = header.number(f"{kind}.attention.head_count") or 1
    n_head_kv = header.values.get(f"{kind}.attention.head_count_kv", n_head)
    if isinstance(n_head_kv, (list, ArrayLength)) or not n_head_kv:
        n_head_kv = n_head
    return int(2 * 2 * n_layer * n_ctx * n_embd * n_head_kv // n_head)


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
    verdicts = [_verdict(file) for file in (model.model, model.mmproj)]
    is_right = all(verdict.found == "right" for verdict in verdicts)
    again: InstalledModel | None = None
    if is_right:
        again = replace(model, model=_now(model.model), mmproj=_now(model.mmproj))
        copy = model.corrected
        if copy is not None and _verdict(copy, is_kept=True).found != "right":
            copy.path.unlink(missing_ok=True)
            again = replace(again, corrected=correct(again.mmproj, talk))
        elif copy is not None:
            again = replace(again, corrected=_now(copy))
    with store.change() as state:
        if again is not None:
            state.models[model.name] = again
        else:
            state.models.pop(model.name, None)
    return verdicts


def _verdict(file: FileRecord, *, is_kept: bool = False) -> Verdict:
    if not file.path.exists():
        return Verdict(file, "missing", file.path)
    sha256 = files.hash_file(file.path)
    if sha256 == file.sha256:
        return Verdict(file, "right", file.path)
    keeps_place = is_kept or not file.is_ours
    return Verdict(file, "wrong", file.path if keeps_place else files.set_aside(file.path, sha256))


def _now(file: FileRecord) -> FileRecord:
    return files.recorded(file.path, file.sha256, is_ours=file.is_ours, checked=file.checked)


def installed(name: str, store: Store) -> InstalledModel:
    """The installed model of that name.

    Raises:
        UsageError: it is not installed.
    """
    models = store.read().models
    if name not in models:
        hint = words.installed_names(", ".join(models)) if models else words.pull_hint(name)
        raise UsageError(words.not_installed(name), hint)
    return models[name]


def use(name: str, store: Store) -> None:
    """Makes a model the one that answers.

    Raises:
        UsageError: it is not installed. ModelError: the record cannot be written.
    """
    if name not in (DEMO, "best"):
        installed(name, store)
    with store.change() as state:
        state.chosen = None if name == "best" else name


def remove(name: str, store: Store) -> int:
    """Forgets a model and deletes what this program fetched or made for it; returns the bytes freed.

    Raises:
        UsageError: it is not installed and nothing of it has come.
        ModelError: a file cannot be deleted.
    """
    folder = store.folder / name
    if not (folder.is_dir() and NAME.fullmatch(name)):
        installed(name, store)
    freed = 0
    with store.change() as state:
        theirs = {
            file.path
            for one in state.models.values()
            for file in (one.model, one.mmproj)
            if not file.is_ours
        }
        model = state.models.pop(name, None)
        state.speeds.pop(name, None)
        if state.chosen == name:
            state.chosen = None
    ours = [] if model is None else [model.model, model.mmproj, model.corrected]
    paths = [file.path for file in ours if file is not None and file.is_ours]
    # Parts, wrong files, and what a failed check left; never what somebody put there and added.
    paths += [
        path for path in folder.glob("*") if path not in paths and path.resolve() not in theirs
    ]
    for path in paths:
        try:
            freed += path.stat().st_size
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            reason = error.strerror or str(error)
            raise ModelError(words.cannot_delete(str(path), reason)) from error
    with contextlib.suppress(OSError):
        (folder / ".lock").unlink(missing_ok=True)
        folder.rmdir()
    return freed
