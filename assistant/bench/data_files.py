"""Reads the files that benchmarks bring, and says in a sentence what is wrong with one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant.bench import messages as words
from assistant.errors import UsageError

_FINGERPRINT_BYTES = 1 << 20

Hook = Callable[[dict[str, Any]], Any]


def read_json(path: Path, hook: Hook | None = None) -> Any:
    """Read a JSON file; ``hook`` can drop parts of each object at once, since some files are large.

    Raises:
        UsageError: it is missing, unreadable, or no JSON.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            return json.load(file, object_hook=hook)
    except OSError as error:
        raise UsageError(words.file_unreadable(str(path), error.strerror or str(error))) from error
    except ValueError as error:  # UnicodeDecodeError is one too
        raise UsageError(words.file_no_json(str(path))) from error


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a file with one a line, and their line numbers; skip empty lines.

    Raises:
        UsageError: it is missing, unreadable, or a line is no object.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(words.file_unreadable(str(path), error.strerror or str(error))) from error
    except UnicodeDecodeError as error:
        raise UsageError(words.file_no_json(str(path))) from error
    # Not splitlines: what Unicode counts as a line's end may stand within a line of JSON.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise UsageError(words.line_damaged(str(path), number))
        yield number, value


def fingerprint(path: Path) -> str:
    """Return what tells versions of a file apart without reading all of a large one: size, beginning and end.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.sha256(file.read(_FINGERPRINT_BYTES))
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _FINGERPRINT_BYTES))
            digest.update(file.read())
    except OSError as error:
        raise UsageError(words.file_unreadable(str(path), error.strerror or str(error))) from error
    return f"{size}-{digest.hexdigest()[:16]}"


class Fields:
    """Takes values out of an object of a file, and says where one is missing or of the wrong kind."""

    def __init__(self, path: Path, place: int, values: Any) -> None:
        """Remember where the object stands: the number of its line or entry, from 1.

        Raises:
            UsageError: it is no object.
        """
        self._path, self._place = path, place
        if not isinstance(values, Mapping):
            raise self.wrong("")
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def take(self, name: str, kind: type[Any] | tuple[type[Any], ...]) -> Any:
        value = self._values.get(name)
        if not isinstance(value, kind):
            raise self.wrong(name)
        return value

    def words(self, name: str) -> list[str]:
        """Return a list of strings; raises as ``take``."""
        values = self.take(name, list)
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(name)
        return list(values)

    def wrong(self, name: str) -> UsageError:
        """Return the error that says which entry is wrong, and what in it."""
        return UsageError(words.entry_wrong(str(self._path), self._place, name))
