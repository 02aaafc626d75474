"""Where sound is stored while it is played: in memory, for this user alone."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

_IN_MEMORY = {"tmpfs", "ramfs"}
_SHARED_MEMORY = "/dev/shm"


def private_folder() -> Path:
    """Make a folder (0700): in memory where possible, else in the usual temporary folder.

    pyttsx3 makes a command line of the path, so a folder with odd characters is avoided.

    Raises:
        OSError: no folder can be made.
    """
    candidates = (os.environ.get("XDG_RUNTIME_DIR"), _SHARED_MEMORY)
    places = [place for place in candidates if place and _is_usable(place)]
    places.sort(key=lambda place: not is_in_memory(place))
    if not places or not is_in_memory(places[0]):
        # Only now, because Python tries the temporary folder out by writing a file.
        places += [place for place in (tempfile.gettempdir(), "/tmp") if _is_usable(place)]
    for place in places:
        with contextlib.suppress(OSError):
            return Path(tempfile.mkdtemp(prefix="sparc-speech-", dir=place))
    return Path(tempfile.mkdtemp(prefix="sparc-speech-"))


def is_in_memory(folder: str, mounts: Path = Path("/proc/self/mounts")) -> bool:
    """Return whether what is written to a folder stays off the disks, except for swapping."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    real = os.path.realpath(folder)
    best, kind = "", ""
    for fields in (line.split(" ") for line in lines):
        point = fields[1].replace("\\040", " ") if len(fields) > 2 else ""
        is_above = real == point or real.startswith(point.rstrip("/") + "/")
        # The last mount on a place hides those before it.
        if point and is_above and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind in _IN_MEMORY


def _is_usable(place: str) -> bool:
    is_plain = all(character.isalnum() or character in "/._-" for character in place)
    return is_plain and os.access(place, os.W_OK)
