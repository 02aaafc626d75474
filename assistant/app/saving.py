"""Keeps an answer for good: picture and text as files, or the text on the clipboard."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

from assistant.core.history import Entry
from assistant.errors import AssistantError
from assistant.messages import session as words


class SaveError(AssistantError):
    """A picture or a text could not be kept."""


class FileKeeper:
    """Saves into one folder; the files are for their owner's eyes alone (0600)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, entry: Entry) -> tuple[str, str]:
        """Save both picture and text, or neither.

        Returns:
            The two paths.

        Raises:
            SaveError: the folder cannot be written, or the disk is full.
        """
        from PIL import Image

        encoded = io.BytesIO()
        Image.fromarray(entry.image_rgb).save(encoded, "PNG")
        text = "\n".join((entry.label, *entry.sentences, "")).encode("utf-8")
        name = f"{entry.taken_at:%Y-%m-%d %H.%M.%S}"
        made: list[Path] = []
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stem = self._free_stem(name)
            for kind, data in ((".png", encoded.getvalue()), (".txt", text)):
                made.append(self._folder / f"{stem}{kind}")
                _write_private(made[-1], data)
        except OSError as error:
            for path in made:
                with contextlib.suppress(OSError):
                    path.unlink()
            reason = error.strerror or str(error)
            raise SaveError(
                words.save_failed(str(self._folder), reason), words.SAVE_FAILED_HINT
            ) from error
        return str(made[0]), str(made[1])

    def copy(self, text: str) -> None:
        """Put a text on the clipboard.

        Raises:
            SaveError: there is no clipboard here.
        """
        import pyperclip

        try:
            pyperclip.copy(text)
        except (pyperclip.PyperclipException, OSError) as error:
            raise SaveError(words.COPY_IMPOSSIBLE, words.COPY_IMPOSSIBLE_HINT) from error

    def _free_stem(self, name: str) -> str:
        stem, number = name, 1
        while any((self._folder / f"{stem}{kind}").exists() for kind in (".png", ".txt")):
            number += 1
            stem = f"{name} {number}"
        return stem


def _write_private(path: Path, data: bytes) -> None:
    """Write a new file; what is left of one that could not be written is the caller's to remove."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
