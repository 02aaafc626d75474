"""Settings that a test means to be right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.settings.load import read_settings
from assistant.settings.table import Settings


def load_settings(
    options: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
    config_path: Path | None = None,
) -> Settings:
    """Return the settings; raise the first thing that is wrong with them, as a ``UsageError``."""
    loaded = read_settings(options, environment, config_path)
    for problem in loaded.problems:
        raise problem
    return loaded.settings
