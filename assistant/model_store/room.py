"""Whether there is room for a model: in memory, and on the disk for what is still to be fetched of it."""

from __future__ import annotations

import contextlib
import glob
from pathlib import Path

from assistant.errors import ModelError
from assistant.messages import installing as words
from assistant.model_store import files
from assistant.model_store.catalogue import CatalogueFile, CatalogueModel, read_catalogue
from assistant.model_store.record import Store
from assistant.system.memory import MEGABYTE, free_disk_mb, memory

SPARE_MB = 200
"""Room that stays on the disk."""


def check_room(row: CatalogueModel, store: Store, *, forces: bool = False) -> None:
    """Refuse a model that this machine has no room for, before anything is fetched.

    Raises:
        ModelError: too little memory in the whole machine, or on the disk.
    """
    there = memory()
    if there is not None and row.memory_mb > there.total_mb and not forces:
        rows = read_catalogue().values()
        fitting = sorted(
            (each.rank, each.name) for each in rows if each.memory_mb <= there.total_mb
        )
        raise ModelError(
            words.no_memory(row.name, row.memory_mb * MEGABYTE, there.total_mb * MEGABYTE),
            words.no_memory_hint(fitting[0][1]) if fitting else words.NO_MEMORY_HINT,
        )
    check_disk(row, store)


def check_disk(row: CatalogueModel, store: Store) -> None:
    """Refuse a model that the disk has no room for.

    Raises:
        ModelError: there is none.
    """
    needed = disk_needed(row, count_missing_bytes(row, store))
    free = free_disk_mb(store.folder) * MEGABYTE
    if needed > free:
        raise ModelError(
            words.no_disk(row.name, needed, free), words.no_disk_hint(str(store.folder))
        )


def count_missing_bytes(row: CatalogueModel, store: Store) -> int:
    """Return how many bytes of a model are still to be fetched."""
    folder = store.folder / row.name
    return row.n_bytes - sum(
        min(file.likely_size, _count_local_bytes(file, folder)) for file in row.files
    )


def disk_needed(row: CatalogueModel, missing: int) -> int:
    """Return the bytes of disk that a model takes of which so many are still to be fetched."""
    # The corrected copy of the projector takes its size once more.
    return missing + row.file("mmproj").likely_size + SPARE_MB * MEGABYTE


def count_fetched_bytes(file: CatalogueFile, folder: Path) -> int:
    """Return how many bytes of a file an earlier run fetched."""
    sizes = [0]
    for path in (folder / file.name, *find_parts(file, folder)):
        with contextlib.suppress(OSError):
            sizes.append(path.stat().st_size)
    return max(sizes)


def find_parts(file: CatalogueFile, folder: Path) -> list[Path]:
    """Return the parts of a file that earlier runs left, one for each version of it."""
    return list(folder.glob(f"{glob.escape(file.name)}.{'[0-9a-f]' * 12}.part"))


def _count_local_bytes(file: CatalogueFile, folder: Path) -> int:
    """Return how many bytes of a file need not be fetched."""
    if file.sha256 and next(files.find_elsewhere(file), None) is not None:
        return file.likely_size
    return count_fetched_bytes(file, folder)
