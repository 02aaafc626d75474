"""Answers as they come, a JSON line each, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from assistant.bench import messages as words
from assistant.errors import UsageError
from assistant.messages.output import NO_PLAIN_FILE, unwritable


class ResultsFile:
    """A file of answers: its first line says what was asked of which model, each further one is an answer."""

    def __init__(self, path: Path, run: dict[str, Any]) -> None:
        """Open the file, and read the answers in it; it must be of the same ``run``, where it exists.

        Raises:
            UsageError: it cannot be read or written, or holds something else.
        """
        self._path, self._run = path, run
        self.answers: dict[tuple[str, str], dict[str, Any]] = {}
        try:
            self._keep_whole_lines()
            self._file = open(path, "a", encoding="utf-8", opener=_open_private)  # noqa: SIM115 - ``close`` closes it
        except OSError as error:
            raise self._unwritable(error) from error
        if not self._file.tell():
            self._write(run)

    def __enter__(self) -> ResultsFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        return self._path

    def has(self, key: str, method: str) -> bool:
        return (key, method) in self.answers

    def add(self, answer: dict[str, Any]) -> None:
        """Write an answer at once; raises UsageError when the disk is full. Its "key" and "method" name it."""
        self._write(answer)
        self.answers[answer["key"], answer["method"]] = answer

    def close(self) -> None:
        self._file.close()

    def _keep_whole_lines(self) -> None:
        """Read the file, and drop a last line that was cut off, as by a power cut."""
        if not self._path.exists():
            return
        if not self._path.is_file():  # a named pipe would be waited for
            raise UsageError(unwritable(str(self._path), NO_PLAIN_FILE))
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        # Not splitlines: what Unicode counts as a line's end may stand in an answer.
        lines = whole.decode("utf-8", "replace").split("\n")[:-1]
        try:
            records = [json.loads(line) for line in lines]
            if records and records[0] != self._run:
                raise UsageError(words.results_other(str(self._path)), words.RESULTS_HINT)
            for record in records[1:]:
                self.answers[record["key"], record["method"]] = record
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(words.results_other(str(self._path)), words.RESULTS_HINT) from error
        if content and not records:
            raise UsageError(words.results_other(str(self._path)), words.RESULTS_HINT)
        if len(whole) < len(content):
            os.truncate(self._path, len(whole))

    def _write(self, record: dict[str, Any]) -> None:
        try:
            self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> UsageError:
        return UsageError(unwritable(str(self._path), error.strerror or str(error)))


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
