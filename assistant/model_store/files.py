"""Files on disk: their hash, the wrong ones set aside, and those that other programs have already."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from assistant.errors import ModelError
from assistant.messages import model_files as words
from assistant.model_store.catalogue import CatalogueFile
from assistant.model_store.locks import report_unwritable
from assistant.model_store.record import FileRecord
from assistant.system.typed_path import typed_path

_PIECE_BYTES = 1 << 20
OnBytes = Callable[[int], None]


def record_file(
    path: Path, *, is_ours: bool, checked: str, on_bytes: OnBytes = lambda _done: None
) -> FileRecord:
    """Hash a file and return its record; ``on_bytes`` takes how many bytes were read so far.

    Raises:
        ModelError: it cannot be read, or was written to meanwhile.
    """
    digest, done = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            while done <= before.st_size and (piece := file.read(_PIECE_BYTES)):
                digest.update(piece)
                done += len(piece)
                on_bytes(done)
            after = os.fstat(file.fileno())
    except FileNotFoundError as error:
        raise ModelError(
            words.file_missing(words.any_file(str(path))), words.FILE_MISSING_HINT
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(words.file_unreadable(words.any_file(str(path)), reason)) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ModelError(words.file_changing(str(path)), words.FILE_CHANGING_HINT)
    sha256 = digest.hexdigest()
    return FileRecord(path, after.st_size, after.st_mtime_ns, sha256, is_ours, checked)


def sync_to_disk(path: Path) -> None:
    """Have a file written to the disk itself, so that a power cut cannot leave other bytes than were checked.

    Raises:
        ModelError: the disk refuses.
    """
    with report_unwritable(path.parent):
        _sync(path)
    with contextlib.suppress(OSError):  # some disks know this for files alone
        _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def set_aside(path: Path, sha256: str, name: str = "") -> Path:
    """Rename a file with a wrong hash so that nothing uses it, after ``name`` where given; return where it is.

    Raises:
        ModelError: it cannot be renamed.
    """
    target = path.with_name(f"{name or path.name}.wrong-{sha256[:12]}")
    with report_unwritable(path.parent):
        os.replace(path, target)
    return target


def find_elsewhere(file: CatalogueFile) -> Iterator[Path]:
    """Yield where other programs may have this very file: the hub's own cache, LM Studio, Ollama.

    Only files of the right size are named; their hash is still to be taken.
    """
    for path in _candidates(file):
        with contextlib.suppress(OSError):
            if path.is_file() and file.may_have_size(path.stat().st_size):
                yield path.resolve()


def _candidates(file: CatalogueFile) -> Iterator[Path]:
    home = Path.home()
    cache = _hub_cache(home) / f"models--{file.repository.replace('/', '--')}"
    yield from sorted(cache.glob(f"snapshots/*/{file.name}"))
    for studio in (home / ".lmstudio", home / ".cache" / "lm-studio"):
        yield studio / "models" / file.repository / file.name
    wished = os.environ.get("OLLAMA_MODELS")
    for ollama in (
        *([typed_path(wished)] if wished else []),
        home / ".ollama" / "models",
        Path("/usr/share/ollama/.ollama/models"),
    ):
        yield ollama / "blobs" / f"sha256-{file.sha256}"


def _hub_cache(home: Path) -> Path:
    """Return where ``huggingface_hub`` keeps files, by the variables that it documents."""
    if wished := os.environ.get("HF_HUB_CACHE"):
        return typed_path(wished)
    if wished := os.environ.get("HF_HOME"):
        return typed_path(wished) / "hub"
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else home / ".cache") / "huggingface" / "hub"
