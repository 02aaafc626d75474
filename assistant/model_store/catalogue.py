"""The catalogue of models, ``models/catalogue.toml``, checked row by row."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from assistant.errors import ModelError, UsageError
from assistant.messages import models as words

Role = Literal["model", "mmproj"]
ROLES: tuple[Role, ...] = ("model", "mmproj")
VERIFIED = ("source", "download", "none")
SCHEMA = 1
CATALOGUE_VARIABLE = "SPARC_ASSISTANT_CATALOGUE"
SIZE_TOLERANCE = 0.01
"""How far a rounded size may be off, as a share of it."""
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}")
"""Names are typed and spoken: small letters, digits, dots and dashes."""
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.A)
REVISION = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)*", re.A)
"""Neither may lead to another place on the server."""
SHA256 = re.compile(r"[0-9a-f]{64}")


class CatalogueError(ValueError):
    """The catalogue is not as it should be; the message says where."""


@dataclass(frozen=True)
class CatalogueFile:
    """One file of a model; the fields are explained at the head of the catalogue; ``size`` 0 is not known."""

    role: Role
    repository: str
    name: str
    revision: str
    size: int
    size_is_exact: bool
    sha256: str
    verified: str
    name_checked: bool
    expected_size: int = 0

    @property
    def likely_size(self) -> int:
        """Its size, or where that is not known the one that its shape makes likely."""
        return self.size or self.expected_size

    @property
    def is_rounded(self) -> bool:
        """Whether its weights have 8 bits, by its name; of a projector that costs precision."""
        return "q8_0" in self.name.lower()

    def may_have_size(self, n_bytes: int) -> bool:
        """Return whether a file of this size can be the one."""
        if not self.size:
            return n_bytes > 0
        if self.size_is_exact:
            return n_bytes == self.size
        return abs(n_bytes - self.size) <= SIZE_TOLERANCE * self.size


@dataclass(frozen=True)
class CatalogueModel:
    """One model; the fields are explained at the head of the catalogue."""

    name: str
    title: str
    family: str
    architectures: tuple[str, ...]
    parameters_billion: float
    n_layer: int
    n_embd: int
    n_ctx: int
    image_tokens: int
    image_tokens_low: int
    vision_layers: int
    encode_operations: float
    template: str
    preset: str
    steering_measured: bool
    memory_mb: int
    rank: int
    languages: tuple[str, ...]
    licence: str
    licence_link: str
    about: str
    files: tuple[CatalogueFile, ...]
    answers_yes_or_no: bool = True

    def file(self, role: Role) -> CatalogueFile:
        return next(file for file in self.files if file.role == role)

    @property
    def n_bytes(self) -> int:
        return sum(file.likely_size for file in self.files)

    @property
    def has_known_size(self) -> bool:
        return all(file.size for file in self.files)


def read_catalogue(path: Path | None = None) -> dict[str, CatalogueModel]:
    """Return all models by name; from ``SPARC_ASSISTANT_CATALOGUE`` or the program's own file where ``path`` is None.

    Raises:
        ModelError: the catalogue is missing or not as it should be.
    """
    wished = os.environ.get(CATALOGUE_VARIABLE)
    path = path or (Path(wished) if wished else models_folder() / "catalogue.toml")
    try:
        return parse_catalogue(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ModelError(words.catalogue_unusable(str(path), str(error))) from error


def find_row(name: str, rows: Mapping[str, CatalogueModel]) -> CatalogueModel:
    """Return the model of that name.

    Raises:
        UsageError: the catalogue has none.
    """
    if name not in rows:
        raise UsageError(words.unknown_model(name), words.known_models(", ".join(rows)))
    return rows[name]


def parse_catalogue(table: Mapping[str, Any]) -> dict[str, CatalogueModel]:
    """Check the parsed TOML.

    Raises:
        CatalogueError: a key is missing, unknown, or of the wrong kind.
    """
    if set(table) != {"schema", "model"} or table["schema"] != SCHEMA:
        raise CatalogueError(f"it must have schema = {SCHEMA} and models")
    rows = [_read_model(row) for row in table["model"]]
    by_name = {row.name: row for row in rows}
    if len(by_name) != len(rows):
        raise CatalogueError("two models have one name")
    return by_name


def _read_model(row: Mapping[str, Any]) -> CatalogueModel:
    where = f"the model {row.get('name')!r}"
    values = dict(row)
    values["files"] = tuple(_read_file(file, where) for file in values.pop("file", []))
    for key in ("architectures", "languages"):
        if isinstance(values.get(key), list):
            values[key] = tuple(values[key])
    if isinstance(values.get("parameters_billion"), int):
        values["parameters_billion"] = float(values["parameters_billion"])
    model: CatalogueModel = _build(CatalogueModel, values, where)
    if not NAME.fullmatch(model.name):
        raise CatalogueError(f"{where}: the name cannot be used")
    if tuple(file.role for file in model.files) != ROLES:
        raise CatalogueError(f"{where}: it needs a model file and then an mmproj file")
    for key in ("parameters_billion", "n_layer", "n_embd", "n_ctx", "image_tokens_low", "image_tokens",
                "encode_operations", "memory_mb"):  # fmt: skip
        if getattr(model, key) <= 0:
            raise CatalogueError(f"{where}: {key} must be above 0")
    if model.image_tokens_low > model.image_tokens:
        raise CatalogueError(f"{where}: less detail cannot take more image tokens")
    if not model.licence_link.startswith("https://"):
        raise CatalogueError(f"{where}: the licence needs a link")
    return model


def _read_file(row: Mapping[str, Any], where: str) -> CatalogueFile:
    file: CatalogueFile = _build(CatalogueFile, dict(row), f"{where}, file {row.get('name')!r}")
    where = f"{where}, file {file.name!r}"
    if file.sha256 and not SHA256.fullmatch(file.sha256):
        raise CatalogueError(f"{where}: sha256 must be 64 hexadecimal digits or empty")
    if file.verified not in VERIFIED or (file.verified == "none") != (not file.sha256):
        raise CatalogueError(f"{where}: verified must be none exactly where there is no hash")
    sizes = file.size, file.expected_size
    if min(sizes) < 0 or not any(sizes) or all(sizes) or file.role not in ROLES:
        raise CatalogueError(f"{where}: size or role cannot be")
    if not REPOSITORY.fullmatch(file.repository) or not REVISION.fullmatch(file.revision):
        raise CatalogueError(f"{where}: repository or revision cannot be used")
    if Path(file.name).name != file.name or file.name.startswith("."):
        raise CatalogueError(f"{where}: a name, not a path")
    return file


def _build(kind: type[Any], values: dict[str, Any], where: str) -> Any:
    wanted = {
        field.name: str(field.type).split("[")[0].replace("Role", "str") for field in fields(kind)
    }
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    if odd := sorted((set(values) - set(wanted)) | (needed - set(values))):
        raise CatalogueError(f"{where}: missing or unknown: {', '.join(odd)}")
    for key, value in values.items():
        if type(value).__name__ != wanted[key]:
            raise CatalogueError(f"{where}: {key} must be of the kind {wanted[key]}")
        if isinstance(value, str) and not value.isprintable():
            raise CatalogueError(f"{where}: {key} has characters that cannot be shown")
    return kind(**values)


def models_folder() -> Path:
    """Return the folder with the data of ``models/``: in the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_models"
    return installed if installed.is_dir() else package.parent / "models"
