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
        """Save both picture and text, or neither; number them on.

        Returns:
            How the folder and the two files are called, short enough to be heard.

        Raises:
            SaveError: the folder cannot be written, or the disk is full.
        """
        from PIL import Image

        encoded = io.BytesIO()
        Image.fromarray(entry.image_rgb).save(encoded, "PNG")
        answer = entry.heard if entry.is_complete else (*entry.heard, words.ANSWER_STOPPED)
        when = f"{entry.taken_at.day} {entry.taken_at:%B %Y, %H:%M}"
        text = words.saved_text(entry.label, answer, when, entry.model)
        made: list[Path] = []
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = words.saved_name(self._last_number() + 1)
            for kind, data in ((".png", encoded.getvalue()), (".txt", f"{text}\n".encode())):
                made.append(self._folder / f"{name}{kind}")
                _write_private(made[-1], data)
        except OSError as error:
            for path in made:
                with contextlib.suppress(OSError):
                    path.unlink()
            reason = error.strerror or str(error)
            raise SaveError(
                words.save_failed(str(self._folder), reason), words.SAVE_FAILED_HINT
            ) from error
        return self._spoken_folder(), name

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

    def _last_number(self) -> int:
        beginning = words.saved_name(0).removesuffix("0")
        rests = [path.stem.removeprefix(beginning) for path in self._folder.glob(f"{beginning}*")]
        return max((int(rest) for rest in rests if rest.isascii() and rest.isdigit()), default=0)

    def _spoken_folder(self) -> str:
        folder = self._folder.absolute()
        above = "" if folder.parent == Path.home() else folder.parent.name
        return words.folder_inside(folder.name, above) if above else folder.name


def _write_private(path: Path, data: bytes) -> None:
    """Write a new file; what is left of one that could not be written is the caller's to remove."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
