"""What is done with models on this machine: adding the user's own, choosing, checking again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from assistant.errors import ModelError, UsageError
from assistant.inference.gguf import pairing
from assistant.inference.gguf.memory_need import DEFAULT_N_CTX, need, sizes_of
from assistant.inference.prompts import TEMPLATE_KEY, check_template
from assistant.messages import installing as install_words
from assistant.messages import models as words
from assistant.model_store import files
from assistant.model_store.catalogue import NAME, CatalogueModel
from assistant.model_store.find import files_at
from assistant.model_store.install import Talk, make_corrected_copy, record_with_progress
from assistant.model_store.record import BEST, DEMO, FileRecord, InstalledModel, State, Store
from assistant.system.memory import MEGABYTE
from assistant.system.processor import SMALL_BATCH
from sparc_ggml.config import PRESETS

OWN_RANK = 50
"""Behind every model of the catalogue: nothing is known of its quality."""


def add(
    name: str,
    model_path: Path,
    mmproj_path: Path,
    template: str | None,
    store: Store,
    talk: Talk,
    rows: Mapping[str, CatalogueModel] = MappingProxyType({}),
) -> InstalledModel:
    """Install files that the user has, where they are.

    Args:
        name: what the model is to be called; one that was added before is replaced.
        model_path: the language model's file.
        mmproj_path: the projector's file.
        template: name of a prompt template; ``None`` takes the file's own.
        store: where it is recorded.
        talk: says what goes on.
        rows: the catalogue, whose names cannot be used.

    Raises:
        UsageError: the name cannot be used, or the model needs a template by name.
        ModelError: the files do not belong together, or cannot be read.
    """
    if not NAME.fullmatch(name) or name in (DEMO, BEST):
        raise UsageError(words.bad_name(name), words.BAD_NAME_HINT)
    if name in rows:
        raise UsageError(words.name_in_catalogue(name), words.BAD_NAME_HINT)
    _check_free(name, store.read())
    model_path, mmproj_path = model_path.resolve(), mmproj_path.resolve()
    pair = files_at(model_path, mmproj_path)
    if pair.is_demo:
        raise UsageError(words.FILES_ARE_DEMO, words.USE_DEMO_HINT)
    headers = pairing.check_pair(model_path, mmproj_path)
    check_template(template or pair.template, has_own=bool(headers[0].values.get(TEMPLATE_KEY)))
    talk.show(install_words.checking(f"{model_path.name}, {mmproj_path.name}"))
    model, mmproj = (
        record_with_progress(path, talk, is_ours=False, checked="own")
        for path in (model_path, mmproj_path)
    )
    n_ctx = pair.n_ctx or DEFAULT_N_CTX
    needs = need(sizes_of(*headers, name), n_ctx, "f16", SMALL_BATCH).total
    preset = next(key for key, values in PRESETS.items() if values == pair.preset)
    installed = InstalledModel(
        name, name, model, mmproj, make_corrected_copy(mmproj, talk), template or pair.template,
        preset, n_ctx, needs // MEGABYTE, OWN_RANK, pair.languages, pair.answers_yes_or_no,
    )  # fmt: skip
    with store.change() as state:
        _check_free(name, state)
        state.models[name] = installed
    return installed


def _check_free(name: str, state: State) -> None:
    there = state.models.get(name)
    if there is not None and (there.model.is_ours or there.mmproj.is_ours):
        raise UsageError(words.name_taken(name), words.BAD_NAME_HINT)


def get_installed(name: str, store: Store) -> InstalledModel:
    """Return the installed model of that name.

    Raises:
        UsageError: it is not installed.
    """
    models = store.read().models
    if name == DEMO:
        raise UsageError(words.DEMO_STAYS, words.INSTALLED_HINT)
    if name not in models:
        hint = words.installed_names(", ".join(models)) if models else words.INSTALLED_HINT
        raise UsageError(words.not_installed(name), hint)
    return models[name]


def get_usable(name: str, store: Store) -> InstalledModel:
    """Return the installed model of that name, as it was when it was checked.

    Raises:
        UsageError: it is not installed.
        ModelError: a file of it changed or went away.
    """
    model = get_installed(name, store)
    if not model.is_unchanged:
        raise ModelError(words.changed(name), words.changed_hint(name))
    return model


def use(name: str, store: Store) -> None:
    """Make a model the one that answers.

    Raises:
        UsageError: it is not installed.
        ModelError: a file of it changed since it was checked, or the record cannot be written.
    """
    if name not in (DEMO, BEST):
        get_usable(name, store)
    with store.change() as state:
        state.chosen = None if name == BEST else name


@dataclass(frozen=True)
class Verdict:
    """What checking a file found: "right", "wrong" or "missing", and where a wrong one is now."""

    file: FileRecord
    found: str
    now_at: Path


def verify(model: InstalledModel, store: Store, talk: Talk) -> list[Verdict]:
    """Check the hashes again; a model with a wrong or missing file is no longer installed.

    A wrong file of ours is set aside; another program's stays where it is. A wrong corrected copy is made again.

    Raises:
        ModelError: a file cannot be read, or the record not be written.
    """
    talk.show(install_words.checking(model.name))
    verdicts = [_check(file, talk) for file in (model.model, model.mmproj)]
    again: InstalledModel | None = None
    if all(verdict.found == "right" for verdict in verdicts):
        now = [verdict.file for verdict in verdicts]
        corrected = _verify_copy(model, now[1], talk)
        again = replace(model, model=now[0], mmproj=now[1], corrected=corrected)
    if again == model:  # nothing to write down, which a disk that cannot be written would refuse
        return verdicts
    with store.change() as state:
        if state.models.get(model.name) == model:  # another command may have changed it meanwhile
            if again is not None:
                state.models[model.name] = again
            else:
                del state.models[model.name]
                state.unfinished.setdefault(model.name, []).extend(
                    one.now_at.name for one in verdicts if _is_left_of_ours(one)
                )
    return verdicts


def _is_left_of_ours(verdict: Verdict) -> bool:
    """Return whether a file is what this program fetched, damaged or not; of another size, somebody put it there."""
    file, now_at = verdict.file, verdict.now_at
    return file.is_ours and now_at.exists() and now_at.stat().st_size == file.size


def _verify_copy(model: InstalledModel, mmproj: FileRecord, talk: Talk) -> FileRecord | None:
    copy = model.corrected
    if copy is None:
        return None
    if _check(copy, talk, is_moved=False).found == "wrong":
        try:
            copy.path.unlink()
        except OSError as error:
            reason = error.strerror or str(error)
            raise ModelError(words.cannot_delete(str(copy.path), reason)) from error
    return make_corrected_copy(mmproj, talk)


def _check(file: FileRecord, talk: Talk, *, is_moved: bool = True) -> Verdict:
    if not file.path.exists():
        return Verdict(file, "missing", file.path)
    now = record_with_progress(file.path, talk, is_ours=file.is_ours, checked=file.checked)
    if now.sha256 == file.sha256:
        return Verdict(now, "right", file.path)
    if not is_moved or not file.is_ours:
        return Verdict(file, "wrong", file.path)
    return Verdict(file, "wrong", files.set_aside(file.path, now.sha256))
