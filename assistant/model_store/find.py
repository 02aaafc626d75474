"""Finds the model that answers: the user's own files, an installed one, or the pair that comes with the program."""

from __future__ import annotations

import contextlib
import filecmp
import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant import messages
from assistant.errors import ModelError, UsageError
from assistant.inference.gguf import pairing
from assistant.messages import models as words
from assistant.model_store.catalogue import (
    NAME,
    ROLES,
    CatalogueModel,
    models_folder,
    read_catalogue,
)
from assistant.model_store.choice import choose
from assistant.model_store.record import DEMO, InstalledModel, Store
from assistant.system.memory import memory
from sparc_ggml.config import LLAVA_1_5, LLAVA_NEXT, PRESETS, UNMEASURED, SparcConfig

TILED_N_CTX = 4096
"""Context that a picture in tiles needs."""
_TILED = ("internvl", "lfm2")
"""Projectors, besides LLaVA-1.6's, that cut a picture into more tiles than the usual context has room for."""
GGUF_MAGIC = b"GGUF"
DEMO_MODEL = Path("demo", "sparc-demo-llava-q8_0.gguf")
DEMO_MMPROJ = Path("demo", "sparc-demo-llava-mmproj-f16.gguf")
DEMO_NAME = "SPARC demo LLaVA"
DEMO_FAMILIARITY = Path("demo", "familiarity.npz")
DEMO_STEERING = Path("demo", "steering.toml")
"""Steering values that were measured for the embedded model: the keys are ``SparcConfig``'s."""


@dataclass(frozen=True)
class ModelFiles:
    """The two files of a vision model.

    Attributes:
        is_demo: whether it is the embedded model, which knows drawn scenes only.
        familiarity_path: what tells pictures of its world from others; ``None`` for a model that knows all kinds.
        template: prompt template that suits it; ``None`` takes the model file's own.
        n_ctx: context that its pictures need; ``None`` for the usual one.
        answers_yes_or_no: False for a model that says yes to every question whether something is there.
        languages: codes of the languages that it can answer in.
        notices: what a person should hear about how it was chosen.
    """

    name: str
    model_path: Path
    mmproj_path: Path
    is_demo: bool = False
    familiarity_path: Path | None = None
    preset: SparcConfig = LLAVA_1_5
    template: str | None = None
    n_ctx: int | None = None
    answers_yes_or_no: bool = True
    languages: tuple[str, ...] = ("en",)
    notices: tuple[str, ...] = field(default=(), compare=False)


def find_model(model_path: Path | None = None, mmproj_path: Path | None = None) -> ModelFiles:
    """Return the user's pair when both paths are given, else the installed model that was chosen or fits best.

    Args:
        model_path: the model's file; without a projector, the name of an installed model.
        mmproj_path: the projector's file.

    Raises:
        UsageError: only one of the two paths was given.
        ModelError: the files are missing, unreadable, damaged, or do not belong together.
    """
    if model_path is None and mmproj_path is None:
        choice = choose(Store().read(), memory())
        if choice.model is not None:
            return files_of(choice.model, choice.notices)
        demo = embedded_model()
        return replace(demo, notices=choice.notices)
    if mmproj_path is None and model_path is not None and not model_path.exists():
        named = _by_name(str(model_path))
        if named is not None:
            return named
        if NAME.fullmatch(model_path.name) and model_path.suffix != ".gguf":
            raise UsageError(words.not_installed(str(model_path)), words.INSTALLED_HINT)
    if model_path is None or mmproj_path is None:
        raise UsageError(messages.MODEL_NEEDS_BOTH, messages.MODEL_NEEDS_BOTH_HINT)
    return files_at(model_path, mmproj_path)


def files_at(model_path: Path, mmproj_path: Path) -> ModelFiles:
    """Return the pair with what suits it: as it is known, else as its projector says.

    Raises:
        ModelError: the files are missing, unreadable, damaged, or do not belong together.
    """
    _, projector = pairing.check_pair(model_path, mmproj_path)
    known = _recognise(model_path, mmproj_path)
    if known is not None:
        return replace(known, model_path=model_path, mmproj_path=mmproj_path)
    files = ModelFiles(model_path.stem, model_path, mmproj_path)
    if pairing.has_tiles(projector):
        return replace(files, preset=LLAVA_NEXT, n_ctx=TILED_N_CTX)
    if not pairing.is_llava(projector):
        n_ctx = TILED_N_CTX if pairing.projector_kind(projector) in _TILED else None
        return replace(files, preset=UNMEASURED, n_ctx=n_ctx)
    return files


def _recognise(model_path: Path, mmproj_path: Path) -> ModelFiles | None:
    """Return what is known of a pair by what is in its files: the embedded, an installed, or a catalogue's model.

    Their names say nothing: steering and template that do not suit a model make it write nonsense. Of the language
    model the size decides and of the projector the hash, because hashing gigabytes takes a minute on a small machine.
    """
    with contextlib.suppress(ModelError, OSError):
        demo = embedded_model()
        if _has_same_bytes(model_path, demo.model_path) and _has_same_bytes(
            mmproj_path, demo.mmproj_path
        ):
            return demo
    with contextlib.suppress(ModelError, OSError):
        sizes = model_path.stat().st_size, mmproj_path.stat().st_size
        known = [
            (model.mmproj.sha256, files_of(model))
            for model in Store().read().models.values()
            if (model.model.size, model.mmproj.size) == sizes
        ] + [
            (row.file("mmproj").sha256, _files_of_row(row, model_path, mmproj_path))
            for row in read_catalogue().values()
            if row.has_known_size
            and all(row.file(role).may_have_size(n) for role, n in zip(ROLES, sizes, strict=True))
        ]
        if known:
            with mmproj_path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return next((files for one, files in known if one == sha256), None)
    return None


def _has_same_bytes(path: Path, other: Path) -> bool:
    return path.samefile(other) or filecmp.cmp(path, other, shallow=False)


def _files_of_row(row: CatalogueModel, model_path: Path, mmproj_path: Path) -> ModelFiles:
    return ModelFiles(
        row.name, model_path, mmproj_path, preset=PRESETS[row.preset],
        template=row.template or None, n_ctx=row.n_ctx,
        answers_yes_or_no=row.answers_yes_or_no, languages=row.languages,
    )  # fmt: skip


def installed_models() -> Sequence[ModelFiles]:
    """Return every model that can answer here, the best first and the embedded one last.

    Raises:
        ModelError: the list of installed models cannot be read.
    """
    installed = sorted(Store().read().models.values(), key=lambda model: (model.rank, model.name))
    found = [files_of(model) for model in installed if model.is_unchanged]
    try:
        return [*found, embedded_model()]
    except ModelError:
        return found


def _by_name(name: str) -> ModelFiles | None:
    if name == DEMO:
        return embedded_model()
    state = Store().read()
    if name not in state.models:
        return None
    # Chosen for once: the same checks and words as with "models use".
    state.chosen = name
    return files_of(state.models[name], choose(state, memory()).notices)


def files_of(model: InstalledModel, notices: tuple[str, ...] = ()) -> ModelFiles:
    """Return an installed model as the engine loads it."""
    copy = model.corrected
    if copy is not None and copy.path.exists() and not copy.is_unchanged():
        copy.path.unlink(missing_ok=True)  # the engine makes it again
    return ModelFiles(
        model.name, model.model.path, model.mmproj.path, preset=PRESETS[model.preset],
        template=model.template, n_ctx=model.n_ctx, answers_yes_or_no=model.answers_yes_or_no,
        languages=model.languages, notices=notices,
    )  # fmt: skip


def embedded_model() -> ModelFiles:
    """Return the pair that comes with the program.

    Raises:
        ModelError: it is not installed or damaged.
    """
    folder = models_folder()
    model_path, mmproj_path = folder / DEMO_MODEL, folder / DEMO_MMPROJ
    if not (model_path.is_file() and mmproj_path.is_file()):
        raise ModelError(messages.DEMO_MISSING, messages.DEMO_MISSING_HINT)
    for path in (model_path, mmproj_path):
        _check_gguf(path)
    preset = _measured_preset(folder / DEMO_STEERING)
    return ModelFiles(
        DEMO_NAME, model_path, mmproj_path, is_demo=True, preset=preset,
        template="vicuna_v1",
        familiarity_path=folder / DEMO_FAMILIARITY,
    )  # fmt: skip


def _measured_preset(path: Path) -> SparcConfig:
    try:
        return SparcConfig(**tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return LLAVA_1_5


def _check_gguf(path: Path) -> None:
    """Check the magic alone: the embedded pair was checked when it was made."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(GGUF_MAGIC))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(messages.model_unreadable(str(path), reason)) from error
    if magic != GGUF_MAGIC:
        raise ModelError(messages.model_not_gguf(str(path)))
