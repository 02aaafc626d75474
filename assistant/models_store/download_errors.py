"""What an error of the downloader means: words for a person, a pause that the server asks for, or neither."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Any

from assistant.errors import ModelError
from assistant.messages import models as words
from assistant.models_store.rows import CatalogueFile

LONGEST_PAUSE_S = 330.0
"""The hub counts requests in windows of five minutes; a longer pause is for the person to make."""


def reason(
    error: Exception, file: CatalogueFile, folder: Path, *, is_met: bool
) -> ModelError | None:
    """What to tell of an error that trying again does not help; ``None`` where it may.

    Args:
        error: any that came while fetching.
        file: what was fetched.
        folder: where it was written.
        is_met: whether the hub had answered, so that the trouble is with the store it sent us to.
    """
    status = _status(error)
    if status == 404:
        return ModelError(
            words.download_gone(file.name, file.repository), words.download_gone_hint()
        )
    if status == 401 or (status == 403 and not is_met):  # of the store: its link may have grown old
        return ModelError(words.download_locked(file.repository), words.download_locked_hint())
    if status == 429:
        return ModelError(words.download_busy(), words.download_busy_hint())
    if isinstance(error, OSError) and error.errno is not None:
        why = error.strerror or str(error)
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        hint = words.no_disk_hint(str(folder)) if is_full else words.download_broke_hint()
        return ModelError(words.download_unwritable(file.name, why), hint)
    return None


def asked_pause_s(error: Exception) -> float | None:
    """Seconds that the server asks to wait, where it says so and they are few enough."""
    if _status(error) != 429:
        return None
    headers = _response(error).headers
    found = re.search(r"\bt=(\d+)", headers.get("RateLimit", "")) or re.fullmatch(
        r"(\d+)", headers.get("Retry-After", "").strip()
    )
    if found is None:
        return None
    pause_s = float(found[1]) + 1.0  # it is rounded down
    return pause_s if pause_s <= LONGEST_PAUSE_S else None


def is_past_the_end(error: Exception) -> bool:
    """Whether the server has no byte after those that are here already."""
    return _status(error) == 416


def _response(error: Exception) -> Any:
    """The server's answer, which ``huggingface_hub`` puts into its errors."""
    return getattr(error, "response", None)


def _status(error: Exception) -> int | None:
    return getattr(_response(error), "status_code", None)
