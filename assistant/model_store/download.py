"""Fetches one file from the hub. The only module that opens a network connection.

``huggingface_hub`` knows endpoints, mirrors, tokens, redirects and retries, and its own functions are used for them.
Its cache is not written to: since version 1 it throws away what came of a file when it is stopped, and these files
are gigabytes on lines that break. So the bytes go to a part file of ours, from whose end the next run goes on.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

from assistant.errors import ModelError
from assistant.messages import downloads as words
from assistant.model_store.catalogue import SHA256, SIZE_TOLERANCE, CatalogueFile
from assistant.model_store.download_trouble import (
    check_variables,
    explain,
    give_up,
    requested_pause_s,
    status_of,
)

_PIECE_BYTES = 1 << 18
_FRUITLESS_TRIES = 3
"""How many connections in a row may bring nothing; each retries a few times by itself."""
_PAUSES = 2
"""How many pauses the server may ask for before the person is asked to come back later."""
OnBytes = Callable[[int], None]
OnPause = Callable[[float], None]


def fetch(
    file: CatalogueFile,
    folder: Path,
    on_bytes: OnBytes = lambda _done: None,
    on_pause: OnPause = lambda _seconds: None,
    on_part: Callable[[Path], None] = lambda _part: None,
) -> Path:
    """Fetch a file, or what is still missing of it.

    Args:
        file: which.
        folder: where the part file lies; it is made.
        on_bytes: takes how many bytes of the file are there.
        on_part: takes the part file's path before it is written to.
        on_pause: takes the seconds of a pause that the server asked for, as it begins.

    Returns:
        The part file, of the size that the server stated where it stated one; its hash is still to be checked.

    Raises:
        ModelError: the file cannot be fetched; what has come is kept for the next time.
    """
    hub, url = _open_hub(file)
    fruitless = n_pauses = 0
    while True:
        about: Any = None
        part: Path | None = None
        had = 0
        try:
            about = hub.get_hf_file_metadata(url)
            part = _part_path(file, folder, about.etag or "")
            size, limit = _stated_size(about, file)
            on_part(part)
            had = _begin(part, limit)
            on_bytes(had)
            store = urljoin(url, about.location)
            with part.open("ab") as raw:
                hub.http_get(
                    store, _Counted(raw, on_bytes, file, limit), resume_size=had,
                    headers=_headers(hub, url, store), expected_size=size,
                    displayed_filename=file.name,
                )  # fmt: skip
            if size is None and _is_short(part, file):
                raise ConnectionError  # its length was not stated, so that a cut looks like an end
            return part
        except (ModelError, KeyboardInterrupt):
            raise
        except Exception as error:
            if part is not None and status_of(error) == 416:  # nothing comes after what is here
                return part
            now = part.stat().st_size if part is not None and part.exists() else 0
            fruitless = 0 if now > had else fruitless + 1
            pause_s = requested_pause_s(error)
            if pause_s is not None and n_pauses < _PAUSES:
                n_pauses += 1
                on_pause(pause_s)
                time.sleep(pause_s)
                continue
            known = explain(error, file, folder, url, is_met=about is not None)
            if known is not None:
                raise known from error
            if fruitless >= _FRUITLESS_TRIES:
                raise give_up(error, file, url, is_met=about is not None) from error
            if fruitless:
                time.sleep(2.0 ** (fruitless - 1))


@dataclass(frozen=True)
class Published:
    """What the hub states about a file: its size, 0 where it does not; and its hash, which it has of large ones."""

    size: int
    sha256: str


def ask_hub(file: CatalogueFile, folder: Path) -> Published:
    """Return what the hub states about a file.

    Raises:
        ModelError: by its size or by its hash it is not the file of the catalogue; or as ``fetch``.
    """
    hub, url = _open_hub(file)
    for n_tries in range(1, _FRUITLESS_TRIES + 1):
        try:
            about = hub.get_hf_file_metadata(url)
        except Exception as error:
            known = explain(error, file, folder, url, is_met=False)
            if known is None and n_tries == _FRUITLESS_TRIES:
                known = give_up(error, file, url, is_met=False)
            if known is not None:
                raise known from error
            time.sleep(2.0 ** (n_tries - 1))
        else:
            _check_stated(about, file)
            etag = about.etag or ""
            return Published(_size_in(about) or 0, etag if SHA256.fullmatch(etag) else "")
    raise AssertionError("the last try returns or raises")


def _open_hub(file: CatalogueFile) -> tuple[Any, str]:
    """Return the hub's functions, and the file's address."""
    hub = _hub()
    if hub.is_offline():
        raise ModelError(words.DOWNLOAD_OFFLINE, words.DOWNLOAD_OFFLINE_HINT)
    url = hub.hf_hub_url(file.repository, file.name, revision=file.revision)
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ModelError(words.endpoint_wrong(hub.endpoint()), words.ENDPOINT_WRONG_HINT)
    return hub, url


def _hub() -> Any:
    # Read when the package is loaded. The plain route is the one that can go on where it stopped.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    check_variables()
    with warnings.catch_warnings(action="ignore"):  # about old variables
        import huggingface_hub
        from huggingface_hub import constants, file_download, utils

    utils.logging.set_verbosity(
        logging.CRITICAL + 1
    )  # what went wrong is said in our own sentences
    constants.DOWNLOAD_CHUNK_SIZE = _PIECE_BYTES  # 10 MB are a minute of silence on a slow line
    return SimpleNamespace(
        hf_hub_url=huggingface_hub.hf_hub_url,
        get_hf_file_metadata=huggingface_hub.get_hf_file_metadata,
        http_get=file_download.http_get,
        build_hf_headers=getattr(utils, "build_hf_headers"),  # noqa: B009 - public, but not to mypy
        endpoint=lambda: constants.ENDPOINT,
        is_offline=constants.is_offline_mode,
    )


def _headers(hub: Any, url: str, store: str) -> dict[str, str]:
    headers: dict[str, str] = hub.build_hf_headers()
    # Packed bytes could not be counted, nor gone on from.
    headers["Accept-Encoding"] = "identity"
    theirs, ours = urlsplit(store), urlsplit(url)
    if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
        # A token is for the hub, not for where it sends us.
        headers.pop("authorization", None)
    return headers


def _part_path(file: CatalogueFile, folder: Path, etag: str) -> Path:
    # Another version under the same name starts from its first byte.
    version = hashlib.sha256(f"{file.repository}|{file.sha256}|{etag}".encode()).hexdigest()[:12]
    return folder / f"{file.name}.{version}.part"


def _stated_size(about: Any, file: CatalogueFile) -> tuple[int | None, int]:
    """Return the size that the server states, and the most bytes to take.

    Raises:
        ModelError: by its size or by its hash it is not the file of the catalogue.
    """
    _check_stated(about, file)
    size = _size_in(about)
    tolerance = 0.0 if file.size_is_exact else SIZE_TOLERANCE
    return size, size if size is not None else int(file.likely_size * (1 + tolerance))


def _check_stated(about: Any, file: CatalogueFile) -> None:
    size = _size_in(about)
    if size is not None and not file.may_have_size(size):
        raise ModelError(words.download_wrong_size(file.name, size), words.DOWNLOAD_WRONG_SIZE_HINT)
    # For large files the hub's ETag is the SHA-256, which is known before gigabytes were fetched for nothing.
    if file.sha256 and SHA256.fullmatch(about.etag or "") and about.etag != file.sha256:
        raise ModelError(words.download_other(file.name), words.DOWNLOAD_WRONG_SIZE_HINT)


def _size_in(about: Any) -> int | None:
    return about.size if about.size is not None and about.size >= 0 else None


def _begin(part: Path, limit: int) -> int:
    """Return how many bytes are there already."""
    part.parent.mkdir(parents=True, exist_ok=True)
    had = part.stat().st_size if part.exists() else 0
    if had > limit:
        part.unlink()
        return 0
    return had


def _is_short(part: Path, file: CatalogueFile) -> bool:
    size = part.stat().st_size
    return size < file.size and not file.may_have_size(size)


class _Counted:
    """A file that says how long it has become, and takes no more than it may; what ``http_get`` needs of one."""

    def __init__(self, raw: BinaryIO, on_bytes: OnBytes, file: CatalogueFile, limit: int) -> None:
        self._raw = raw
        self._on_bytes = on_bytes
        self._file = file
        self._limit = limit

    def write(self, data: bytes) -> int:
        size = self._raw.tell() + len(data)
        if size > self._limit:
            raise ModelError(
                words.download_too_long(self._file.name), words.DOWNLOAD_WRONG_SIZE_HINT
            )
        n = self._raw.write(data)
        self._raw.flush()  # a kill keeps what came
        self._on_bytes(size)
        return n

    def tell(self) -> int:
        return self._raw.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._raw.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        return self._raw.truncate(size)
