"""What the end-to-end tests of ``sparc-assistant models`` share."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.support.assistant_command import Command
from tests.support.tiny_catalogue import REPOSITORY, TINY

MODEL_KEY, MMPROJ_KEY = f"{REPOSITORY}/tiny-model.gguf", f"{REPOSITORY}/tiny-mmproj.gguf"
ASSISTANT = Command()
PULL = ("models", "pull", TINY, "--accept-licence", "--no-speech")


def sha256(path: Path) -> str:
    """The file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
