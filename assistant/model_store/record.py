"""What is installed: paths, hashes, the choice, accepted licences and measured speed.

The record is one JSON file in the user's data folder, replaced as a whole under a lock, so that a kill leaves the
old or the new one and two commands at once do not lose each other's changes.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import ModelError
from assistant.messages import models as words
from assistant.model_store.locks import acquire_lock, report_unwritable
from assistant.system.typed_path import typed_path

DEMO = "demo"
"""Name of the embedded model, as it can be chosen."""
BEST = "best"
"""Not a model: leaves the choice to the program."""
FOLDER_VARIABLE = "SPARC_ASSISTANT_MODELS_FOLDER"
SCHEMA = 1


@dataclass(frozen=True)
class FileRecord:
    """A file as it was when its hash was taken.

    Attributes:
        path: where it lies; may be another program's.
        mtime_ns: when it was last written; a file that changed is not used until it is checked again.
        is_ours: whether it was fetched or made by this program, which may then delete it.
        checked: "catalogue" (its hash is the catalogue's), "hub" (the server's), "size" (none was known), or "own".
    """

    path: Path
    size: int
    mtime_ns: int
    sha256: str
    is_ours: bool
    checked: str

    def is_unchanged(self) -> bool:
        """Return whether the file still has the size and time that it had when it was checked."""
        try:
            stat = self.path.stat()
        except OSError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (self.size, self.mtime_ns)


@dataclass(frozen=True)
class InstalledModel:
    """A pair that was checked.

    Attributes:
        template: name of its prompt template; ``None`` takes the file's own.
        n_ctx: context that a picture of it needs; ``None`` for the usual.
        memory_mb: what it needs, in megabytes of 1,000,000 bytes.
        rank: 1 is best.
    """

    name: str
    title: str
    model: FileRecord
    mmproj: FileRecord
    corrected: FileRecord | None
    template: str | None
    preset: str
    n_ctx: int | None
    memory_mb: int
    rank: int
    languages: tuple[str, ...] = ("en",)
    answers_yes_or_no: bool = True

    @property
    def is_unchanged(self) -> bool:
        """Whether both files are as they were when they were checked."""
        return self.model.is_unchanged() and self.mmproj.is_unchanged()


@dataclass(frozen=True)
class Speed:
    """One measurement on this machine.

    Attributes:
        encode_s: turning the picture into image tokens.
        prompt_token_s: reading one token of the prompt, image tokens among them.
        token_s: writing one token.
        day: when, as year-month-day.
    """

    encode_s: float
    prompt_token_s: float
    token_s: float
    n_prompt: int
    machine: str
    day: str


@dataclass
class State:
    """Everything that is remembered about models.

    Attributes:
        unfinished: by model, the names of files in its folder that this program made and that are no model: parts of
            a download, and wrong files. Nothing else in the folder is this program's to delete.
        bytes_per_s: of the last download that took a while; 0 before there was one.
    """

    models: dict[str, InstalledModel] = field(default_factory=dict)
    chosen: str | None = None
    licences: list[str] = field(default_factory=list)
    speeds: dict[str, Speed] = field(default_factory=dict)
    unfinished: dict[str, list[str]] = field(default_factory=dict)
    bytes_per_s: float = 0.0


def store_folder() -> Path:
    """Return where models are kept: ``SPARC_ASSISTANT_MODELS_FOLDER``, else ``models`` in the user's data folder."""
    wished = os.environ.get(FOLDER_VARIABLE)
    if wished:
        return typed_path(wished)
    import platformdirs

    return platformdirs.user_data_path("sparc-assistant") / "models"


class Store:
    """The models folder and its record."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or store_folder()

    @property
    def record_path(self) -> Path:
        return self.folder / "installed.json"

    def read(self) -> State:
        """Return what is remembered; empty where nothing was written yet.

        Raises:
            ModelError: the record cannot be read or understood.
        """
        path = self.record_path
        try:
            return _read_state(json.loads(path.read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError):
            return State()
        except OSError as error:
            reason = error.strerror or str(error)
            raise ModelError(words.record_unreadable(str(path), reason)) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelError(words.record_damaged(str(path)), words.RECORD_DAMAGED_HINT) from error

    @contextlib.contextmanager
    def change(self) -> Iterator[State]:
        """Read, let the caller change, and write; nothing is written when the caller raises.

        Raises:
            ModelError: the record cannot be read or written.
        """
        with report_unwritable(self.folder):
            lock = acquire_lock(self.folder)
        with lock:
            state = self.read()
            yield state
            with report_unwritable(self.folder):
                self._write(state)

    def note_unfinished(self, model: str, path: Path) -> None:
        """Remember that a file in a model's folder is this program's, before it is written.

        Raises:
            ModelError: the record cannot be read or written.
        """
        if path.name not in self.read().unfinished.get(model, ()):
            with self.change() as state:
                state.unfinished.setdefault(model, []).append(path.name)

    def _write(self, state: State) -> None:
        text = json.dumps({"schema": SCHEMA, **asdict(state)}, indent=1, default=str)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".record-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.record_path)
        finally:
            Path(name).unlink(missing_ok=True)


def _read_state(value: dict[str, Any]) -> State:
    if value["schema"] != SCHEMA:
        raise ValueError("another schema")
    models = {name: _read_installed(row) for name, row in value["models"].items()}
    speeds = {name: Speed(**row) for name, row in value["speeds"].items()}
    unfinished = {name: list(names) for name, names in value.get("unfinished", {}).items()}
    rate = float(value.get("bytes_per_s", 0.0))
    return State(models, value["chosen"], list(value["licences"]), speeds, unfinished, rate)


def _read_installed(row: dict[str, Any]) -> InstalledModel:
    corrected = row.pop("corrected")
    return InstalledModel(
        model=_read_file(row.pop("model")),
        mmproj=_read_file(row.pop("mmproj")),
        corrected=None if corrected is None else _read_file(corrected),
        languages=tuple(row.pop("languages")),
        **row,
    )


def _read_file(row: dict[str, Any]) -> FileRecord:
    return FileRecord(path=Path(row.pop("path")), **row)
