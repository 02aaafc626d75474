"""Read the settings file line by line, so that one wrong line costs no other."""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.messages import settings as words

MOST_BYTES = 1_000_000
"""More is no settings file, and would take long to read."""
_HEADING = re.compile(r"\s*\[+\s*[\"']?(\w+)")
_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?(?:\s*\.\s*[\"']?([\w-]+)[\"']?)?\s*=")


@dataclass(frozen=True)
class FileEntry:
    """One value of the file: its table, its key, what is written, and where."""

    section: str
    key: str
    value: Any
    line: int


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be used, and why; with the text of its value where it looks like one of a setting."""

    line: int
    reason: str
    entry: FileEntry | None = None


def read_text(path: Path) -> str:
    """Return the file's text, however the editor encoded it and ended its lines.

    Raises:
        OSError: it cannot be read, or is no file for text.
    """
    # A named pipe must not block.
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            if os.path.realpath(path) == os.devnull:
                return ""
            raise OSError(errno.EINVAL, words.NO_PLAIN_FILE)
        if found.st_size > MOST_BYTES:
            raise OSError(errno.EFBIG, words.TOO_LARGE)
        data = file.read()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    # Byte order marks and hard spaces cannot be heard, so nobody would find them.
    text = text.replace("\ufeff", "").replace("\xa0", " ")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse(text: str) -> tuple[list[FileEntry], list[BadLine]]:
    """Return every value that can be understood, and every line that cannot."""
    places: dict[tuple[str, str], int] = {}
    for number, section, line in _lines(text):
        if found := _KEY.match(line):
            place = (found[1], found[2]) if found[2] else (section, found[1])
            places.setdefault(place, number)
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return _parse_lines(text)
    entries = list(_entries("", tables, 0))
    return [
        FileEntry(entry.section, entry.key, entry.value, places.get((entry.section, entry.key), 0))
        for entry in entries
    ], []


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield each line with its number and its table; a heading that lacks its bracket counts."""
    section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if found := _HEADING.match(line):
            section = found[1]
        yield number, section, line


def _parse_lines(text: str) -> tuple[list[FileEntry], list[BadLine]]:
    entries: list[FileEntry] = []
    bad: list[BadLine] = []
    seen: dict[tuple[str, str], int] = {}
    for number, section, line in _lines(text):
        try:
            table = tomllib.loads(line)
        except (tomllib.TOMLDecodeError, RecursionError):
            reason = words.not_understood(line.strip()[:60])
            found = _KEY.match(line)
            raw = line.partition("=")[2].strip()
            entry = FileEntry(section, found[1], raw, number) if found and raw else None
            bad.append(BadLine(number, reason, entry))
            continue
        if _HEADING.match(line):
            continue
        for entry in _entries(section, table, number):
            first = seen.setdefault((entry.section, entry.key), number)
            if first == number:
                entries.append(entry)
            else:
                bad.append(BadLine(number, words.given_twice(entry.key, first)))
    return entries, bad


def _entries(section: str, table: Mapping[str, Any], line: int) -> Iterator[FileEntry]:
    for key, value in table.items():
        tables = value if isinstance(value, list) else [value]
        if not section and tables and all(isinstance(one, dict) for one in tables):
            for one in tables:
                yield from _entries(key, one, line)
        else:
            yield FileEntry(section, key, value, line)
