"""What a person means by the pictures that were named: files, folders, patterns and addresses of files."""

from __future__ import annotations

import glob
import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from assistant import messages
from assistant.errors import PictureError
from assistant.messages import command_line as words

PICTURE_SUFFIXES = (
    ".avif", ".bmp", ".gif", ".heic", ".heif", ".jfif", ".jpe", ".jpeg", ".jpg", ".mpo", ".png", ".tif", ".tiff",
    ".webp",
)  # fmt: skip
"""What counts as a picture in a folder; a file that is named is tried whatever its name."""
_NO_FILES = ("-", "camera")


@dataclass
class NamedFiles:
    """Pictures in the order in which they are described.

    Attributes:
        pictures: paths, a dash, or the word camera.
        notices: how many pictures were found in folders and by patterns.
        failures: what to say in place of a picture, by its name in ``pictures``.
    """

    pictures: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    failures: dict[str, PictureError] = field(default_factory=dict)

    def add(self, typed: str, *, takes_many: bool) -> None:
        """Add what was typed; where only one is taken, a folder is a failure."""
        name = find_file(typed)
        if name in _NO_FILES:
            self.pictures.append(name)
        elif re.match(r"(?i)https?://", name):
            self._fail(name, PictureError(words.web_address(name), words.WEB_ADDRESS_HINT))
        elif os.path.isdir(name):
            self._add_folder(name, takes_many=takes_many)
        elif not os.path.lexists(name) and takes_many and glob.has_magic(name):
            found = sorted(filter(os.path.isfile, glob.glob(name)), key=_in_name_order)
            if found:
                self.pictures += found
                self.notices.append(words.pattern_matches(name, len(found)))
            else:
                self._fail(name, PictureError(words.pattern_matches_none(name)))
        else:
            self.pictures.append(name)

    def _add_folder(self, name: str, *, takes_many: bool) -> None:
        if not takes_many:
            hint = words.is_folder_hint(shlex.quote(name))
            return self._fail(name, PictureError(messages.picture_is_folder(name), hint))
        try:
            found = [os.path.join(name, entry) for entry in os.listdir(name)]
        except OSError as error:
            reason = error.strerror or str(error)
            return self._fail(name, PictureError(words.folder_unreadable(name, reason)))
        found = sorted(filter(_is_picture_file, found), key=_in_name_order)
        if not found:
            return self._fail(name, PictureError(words.folder_has_none(name)))
        self.pictures += found
        self.notices.append(words.folder_has(name, len(found)))
        return None

    def _fail(self, name: str, error: PictureError) -> None:
        self.pictures.append(name)
        self.failures[name] = error


def name_files(typed: Sequence[str], *, takes_many: bool) -> NamedFiles:
    """Return the pictures that a command line names."""
    files = NamedFiles()
    for name in typed:
        files.add(name, takes_many=takes_many)
    return files


def find_file(typed: str) -> str:
    """Return the path that was meant: without quotes, a leading tilde, and the address of a file.

    A file that is named exactly so comes first, whatever is in its name.
    """
    if typed in _NO_FILES or os.path.lexists(typed):
        return typed
    meant = typed.strip()
    if len(meant) > 1 and meant[0] == meant[-1] and meant[0] in "'\"":
        meant = meant[1:-1]
    if meant.lower().startswith("file:"):
        address = urlsplit(meant)
        if address.netloc in ("", "localhost"):
            meant = unquote(address.path)
    meant = os.path.expanduser(meant)
    is_better = meant and (os.path.lexists(meant) or meant != typed.strip())
    return meant if is_better else typed


def looks_like_picture(typed: str) -> bool:
    """Return whether that is rather the name of a picture than a command."""
    name = find_file(typed)
    return (
        name == "-"
        or "/" in name
        or os.path.lexists(name)
        or os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES
    )


def _is_picture_file(path: str) -> bool:
    name = os.path.basename(path)
    is_shown = not name.startswith(".")
    return (
        is_shown and os.path.splitext(name)[1].lower() in PICTURE_SUFFIXES and os.path.isfile(path)
    )


def _in_name_order(path: str) -> list[tuple[bool, int, str]]:
    """Return a key by which picture 9 comes before picture 10."""
    parts = re.split(r"([0-9]+)", path.casefold())
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
