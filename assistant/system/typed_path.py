"""A path as a person types it."""

from __future__ import annotations

import os
from pathlib import Path


def typed_path(typed: str) -> Path:
    """The path; a leading tilde is a home folder, and where that user is unknown just a name."""
    return Path(os.path.expanduser(typed))
