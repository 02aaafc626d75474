"""Gets one file from the hub. The only module that opens a network connection.

``huggingface_hub`` knows endpoints, mirrors, tokens, redirects and retries, and its own functions are used for them.
Its cache is not written to: since version 1 it throws away what came of a file when it is stopped, and these files
are gigabytes on lines that break. So the bytes go to a part file of ours, from whose end the next run goes on.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from assistant.errors import ModelError
from assistant.messages import models as words
from assistant.models_store.rows import CatalogueFile

_PIECE_BYTES = 1 << 18
_FRUITLESS_TRIES = 3
"""So many connections in a row that bring nothing end it; each retries a few times by itself."""
OnBytes = Callable[[int], None]


def fetch(file: CatalogueFile, folder: Path, on_bytes: OnBytes = lambda _done: None) -> Path:
    """Gets a file, or what is still missing of it.

    Args:
        file: which.
        folder: where the part file lies; it is made.
        on_bytes: told how many bytes of the file are there.

    Returns:
        The finished part file: of the size that the server stated, its hash still to be checked.

    Raises:
        ModelError: it cannot be had; what has come is kept for the next time.
    """
    hub = _hub()
    url = hub.hf_hub_url(file.repository, file.name, revision=file.revision)
    fruitless = 0
    while True:
        part: Path | None = None
        had = 0
        try:
            about = hub.get_hf_file_metadata(url)
            part = _part_path(file, folder, about.etag or "")
            had = _begin(part, file, about.size)
            on_bytes(had)
            headers = hub.build_hf_headers()
            if urlsplit(about.location).netloc != urlsplit(url).netloc:
                headers.pop(
                    "authorization", None
                )  # a token is for the hub, not for where it sends us
            with part.open("ab") as raw:
                hub.http_get(
                    about.location, _Counted(raw, on_bytes), resume_size=had, headers=headers,
                    expected_size=about.size, displayed_filename=file.name,
                )  # fmt: skip
            return part
        except (ModelError, KeyboardInterrupt):
            raise
        except Exception as error:
            now = part.stat().st_size if part is not None and part.exists() else 0
            fruitless = 0 if now > had else fruitless + 1
            reason = _reason(error, file)
            if reason is not None:
                raise reason from error
            if fruitless >= _FRUITLESS_TRIES:
                raise ModelError(
                    words.download_broke(file.name), words.download_broke_hint()
                ) from error


def _hub() -> Any:
    # Read when the package is loaded. The plain route is the one that can go on where it stopped.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    import huggingface_hub
    from huggingface_hub import constants, file_download, utils

    utils.logging.set_verbosity(logging.CRITICAL + 1)  # its English goes nowhere; ours is said
    constants.DOWNLOAD_CHUNK_SIZE = _PIECE_BYTES  # 10 MB are a minute of silence on a slow line
    return SimpleNamespace(
        hf_hub_url=huggingface_hub.hf_hub_url,
        get_hf_file_metadata=huggingface_hub.get_hf_file_metadata,
        http_get=file_download.http_get,
        build_hf_headers=getattr(utils, "build_hf_headers"),  # noqa: B009 - public, but not to mypy
    )


def _part_path(file: CatalogueFile, folder: Path, etag: str) -> Path:
    # Another file under the same name begins anew.
    version = hashlib.sha256(f"{file.repository}|{file.sha256}|{etag}".encode()).hexdigest()[:12]
    return folder / f"{file.name}.{version}.part"


def _begin(part: Path, file: CatalogueFile, size: int | None) -> int:
    """Bytes that are there already."""
    if size is not None and not file.may_have_size(size):
        raise ModelError(
            words.download_wrong_size(file.name, size), words.download_wrong_size_hint()
        )
    part.parent.mkdir(parents=True, exist_ok=True)
    had = part.stat().st_size if part.exists() else 0
    if size is not None and had > size:
        part.unlink()
        return 0
    return had


class _Counted:
    """A file that says how long it has become; what ``http_get`` needs of one."""

    def __init__(self, raw: BinaryIO, on_bytes: OnBytes) -> None:
        self._raw = raw
        self._on_bytes = on_bytes

    def write(self, data: bytes) -> int:
        n = self._raw.write(data)
        self._raw.flush()  # a kill keeps what came
        self._on_bytes(self._raw.tell())
        return n

    def tell(self) -> int:
        return self._raw.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._raw.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        return self._raw.truncate(size)


def _reason(error: Exception, file: CatalogueFile) -> ModelError | None:
    """What to tell of an error that trying again does not help; ``None`` where it may."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    if isinstance(error, OfflineModeIsEnabled):
        return ModelError(words.download_offline(), words.download_offline_hint())
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        if status == 404:
            return ModelError(
                words.download_gone(file.name, file.repository), words.download_gone_hint()
            )
        if status == 401:
            return ModelError(words.download_locked(file.repository), words.download_locked_hint())
        if status == 429:
            return ModelError(words.download_busy(), words.download_busy_hint())
        return None  # also 403: the link that the hub gave may have grown old
    if isinstance(error, OSError) and error.errno is not None:
        reason = error.strerror or str(error)
        return ModelError(words.download_unwritable(file.name, reason), words.download_broke_hint())
    return None
