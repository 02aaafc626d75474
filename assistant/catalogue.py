"""Finds model files: the pair that comes with the program, or the user's own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from assistant import messages
from assistant.errors import ModelError, UsageError
from sparc_ggml.config import LLAVA_1_5, LLAVA_NEXT, SparcConfig

GGUF_MAGIC = b"GGUF"
DEMO_MODEL = Path("demo", "sparc-demo-llava-q8_0.gguf")
DEMO_MMPROJ = Path("demo", "sparc-demo-llava-mmproj-f16.gguf")
DEMO_NAME = "SPARC demo LLaVA"
DEMO_STEERING = Path("demo", "steering.toml")
"""Steering values that were measured for the embedded model: the keys are ``SparcConfig``'s."""


@dataclass(frozen=True)
class ModelFiles:
    """The two files of a LLaVA.

    Attributes:
        name: what it is called when spoken of.
        model_path: GGUF file of the language model.
        mmproj_path: GGUF file of the vision tower and projector.
        is_demo: whether it is the embedded model, which knows drawn scenes only.
        preset: steering that suits it.
    """

    name: str
    model_path: Path
    mmproj_path: Path
    is_demo: bool = False
    preset: SparcConfig = LLAVA_1_5


def find_model(model_path: Path | None = None, mmproj_path: Path | None = None) -> ModelFiles:
    """The user's pair when both paths are given, else the embedded pair.

    Raises:
        UsageError: only one of the two paths was given.
        ModelError: a file is missing, a folder, unreadable, or no GGUF file.
    """
    if model_path is None and mmproj_path is None:
        return embedded_model()
    if model_path is None or mmproj_path is None:
        raise UsageError(messages.model_needs_both(), messages.model_needs_both_hint())
    for path in (model_path, mmproj_path):
        _check_gguf(path)
    return ModelFiles(model_path.stem, model_path, mmproj_path, preset=_preset_by(model_path.name))


def embedded_model() -> ModelFiles:
    """The pair that comes with the program.

    Raises:
        ModelError: it is not installed or damaged.
    """
    folder = models_folder()
    model_path, mmproj_path = folder / DEMO_MODEL, folder / DEMO_MMPROJ
    if not (model_path.is_file() and mmproj_path.is_file()):
        raise ModelError(messages.demo_missing(), messages.demo_missing_hint())
    for path in (model_path, mmproj_path):
        _check_gguf(path)
    preset = _measured_preset(folder / DEMO_STEERING)
    return ModelFiles(DEMO_NAME, model_path, mmproj_path, is_demo=True, preset=preset)


def installed_models() -> list[ModelFiles]:
    """Every model that can be chosen by its name; the embedded one, where it is there."""
    try:
        return [embedded_model()]
    except ModelError:
        return []


def models_folder() -> Path:
    """The data of ``models/``: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "_models"
    return installed if installed.is_dir() else package.parent / "models"


def _preset_by(file_name: str) -> SparcConfig:
    """The authors' values: LLaVA-NeXT (also called 1.6) has its own threshold."""
    name = file_name.lower()
    is_next = any(word in name for word in ("next", "v1.6", "1.6-", "-1.6", "v16"))
    return LLAVA_NEXT if is_next else LLAVA_1_5


def _measured_preset(path: Path) -> SparcConfig:
    try:
        return SparcConfig(**tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return LLAVA_1_5


def _check_gguf(path: Path) -> None:
    name = str(path)
    try:
        with path.open("rb") as file:
            magic = file.read(len(GGUF_MAGIC))
    except FileNotFoundError as error:
        raise ModelError(messages.model_missing(name)) from error
    except IsADirectoryError as error:
        raise ModelError(messages.model_is_folder(name)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(messages.model_unreadable(name, reason)) from error
    if magic != GGUF_MAGIC:
        raise ModelError(messages.model_not_gguf(name))
