"""A path as a person types it."""

from __future__ import annotations

import os
from pathlib import Path


def typed_path(typed: str) -> Path:
    """Return the path; a leading tilde is a home folder, and where that user is unknown just a name."""
    try:
        return Path(os.path.expanduser(typed))
    except ValueError:  # a NUL in the name: whoever opens it says that there is no such file
        return Path(typed)
