"""What keeps a download from happening, in words: variables that cannot be used, proxies, certificates, refusals."""

from __future__ import annotations

import errno
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.errors import ModelError
from assistant.messages import downloads as words
from assistant.messages import installing as install_words
from assistant.messages import model_files as file_words
from assistant.model_store.catalogue import CatalogueFile

LONGEST_PAUSE_S = 330.0
"""The hub counts requests in windows of five minutes; a longer pause is for the person to make."""
_NUMBERS = ("HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT")
_PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")
_BUSY = (500, 502, 503, 504)


def check_variables() -> None:
    """Look at the variables that ``huggingface_hub`` and its HTTP client take, before they fail on them.

    Raises:
        ModelError: one cannot be used. No value is repeated, because it may hold a password.
    """
    for name in _NUMBERS:
        value = os.environ.get(name)
        if value is not None and not re.fullmatch(r"\d{1,6}", value.strip()):
            raise ModelError(words.variable_no_number(name), words.variable_unset_hint(name))
    for name, exists in (("SSL_CERT_FILE", os.path.isfile), ("SSL_CERT_DIR", os.path.isdir)):
        value = os.environ.get(name)
        if value and not exists(value):
            raise ModelError(words.certificates_missing(name), words.CERTIFICATES_HINT)
    for name in _proxy_variables():
        _check_proxy(name, os.environ[name])


def _proxy_variables() -> Iterator[str]:
    for upper in _PROXIES:
        yield from (name for name in (upper, upper.lower()) if os.environ.get(name))


def _check_proxy(name: str, value: str) -> None:
    try:
        address = urlsplit(value if "://" in value else f"http://{value}")
        is_good = bool(address.hostname) and (address.port is None or address.port > 0)
    except ValueError:  # a port that is no number
        is_good = False
    if not is_good or address.scheme not in ("http", "https", "socks5", "socks5h"):
        raise ModelError(words.proxy_wrong(name), words.proxy_wrong_hint(name))
    if address.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        command = f"{sys.executable} -m pip install socksio"
        raise ModelError(words.proxy_needs_package(name), words.proxy_needs_package_hint(command))


def _proxy_for(url: str) -> str:
    """Return the variable that names the proxy for an address, or an empty string."""
    import urllib.request  # only after a failure

    address = urlsplit(url)
    if urllib.request.proxy_bypass(address.hostname or ""):
        return ""
    wanted = (f"{address.scheme}_proxy".upper(), "ALL_PROXY")
    return next((name for name in _proxy_variables() if name.upper() in wanted), "")


class FileGoneError(ModelError):
    """The server has no such file, so that another model has to be taken."""


def explain(
    error: Exception, file: CatalogueFile, folder: Path, url: str, *, is_met: bool
) -> ModelError | None:
    """Return what to say of an error that trying again does not help; ``None`` where it may.

    Args:
        error: any that came while fetching.
        file: what was fetched.
        folder: where it was written.
        url: its address at the hub.
        is_met: whether the hub had answered, so that the trouble is with the store it sent us to.
    """
    host = urlsplit(url).hostname or ""
    status = status_of(error)
    if status == 404:
        gone = words.download_gone(file.name, file.repository)
        return FileGoneError(gone, words.DOWNLOAD_GONE_HINT)
    if status == 401 or (status == 403 and not is_met):  # of the store: its link may have grown old
        has_token = bool(os.environ.get("HF_TOKEN"))
        hint = words.DOWNLOAD_TOKEN_HINT if has_token else words.DOWNLOAD_LOCKED_HINT
        return ModelError(words.download_locked(file.repository), hint)
    if status == 429:
        return ModelError(words.DOWNLOAD_BUSY, words.DOWNLOAD_BUSY_HINT)
    causes = list(_causes(error))
    if status == 407 or any("407" in str(one) for one in causes if _is(one, "ProxyError")):
        return ModelError(words.PROXY_LOCKED, words.PROXY_LOCKED_HINT)
    if status is not None and 400 <= status < 500 and status not in (403, 408, 416, 425):
        hint = words.ENDPOINT_HINT if os.environ.get("HF_ENDPOINT") else words.SERVER_TROUBLE_HINT
        return ModelError(words.download_refused(host, status), hint)
    for cause in causes:
        if _is(cause, "SSLCertVerificationError"):
            reason = getattr(cause, "verify_message", "")
            return ModelError(words.certificate_untrusted(host, reason), words.CERTIFICATE_HINT)
        if "CERTIFICATE" in _ssl_reason(cause):  # none could be read
            return ModelError(words.certificates_missing("SSL_CERT_FILE"), words.CERTIFICATES_HINT)
        if isinstance(cause, UnicodeEncodeError):  # only the token goes into a header as it is
            return ModelError(words.TOKEN_WRONG, words.TOKEN_WRONG_HINT)
    if isinstance(error, OSError) and error.errno is not None:
        why = error.strerror or str(error)
        other = error.filename and folder not in Path(os.fsdecode(error.filename)).parents
        if other and not is_met:  # its settings, not the model
            unreadable = file_words.file_unreadable(
                file_words.any_file(os.fsdecode(error.filename)), why
            )
            return ModelError(unreadable, words.variable_unset_hint("HF_HOME"))
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        hint = install_words.no_disk_hint(str(folder)) if is_full else words.DOWNLOAD_BROKE_HINT
        return ModelError(words.download_unwritable(file.name, why), hint)
    return None


def give_up(error: Exception, file: CatalogueFile, url: str, *, is_met: bool) -> ModelError:
    """Return what to say of an error that came every time; the arguments are those of ``explain``."""
    host = urlsplit(url).hostname or ""
    status = status_of(error)
    if status is not None and status in _BUSY:
        return ModelError(words.download_trouble(host, status), words.SERVER_TROUBLE_HINT)
    if is_met:
        return ModelError(words.download_broke(file.name), words.DOWNLOAD_BROKE_HINT)
    causes = list(_causes(error))
    proxy = _proxy_for(url)
    if proxy and any(_is(one, "ConnectError") or _is(one, "ProxyError") for one in causes):
        return ModelError(words.proxy_unreachable(proxy), words.proxy_wrong_hint(proxy))
    for cause in causes:
        if reason := _ssl_reason(cause).replace("_", " ").lower():
            return ModelError(words.connection_insecure(host, reason), words.ENDPOINT_HINT)
    if any(isinstance(one, OSError) or _is(one, "TransportError") for one in causes):
        return ModelError(words.download_unreachable(host), words.DOWNLOAD_UNREACHABLE_HINT)
    kind = type(error).__name__  # its text may hold the token
    return ModelError(words.download_failed(file.name, kind), words.DOWNLOAD_BROKE_HINT)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that led to it."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _is(error: BaseException, name: str) -> bool:
    # The HTTP client's classes, without its name: huggingface_hub changes clients. And ssl is not for this module.
    return any(each.__name__ == name for each in type(error).__mro__)


def _ssl_reason(error: BaseException) -> str:
    return (getattr(error, "reason", None) or "SSL") if _is(error, "SSLError") else ""


def requested_pause_s(error: Exception) -> float | None:
    """Return the seconds that the server asks to wait, where it says so and they are few enough."""
    if status_of(error) != 429:
        return None
    headers = _response(error).headers
    found = re.search(r"\bt=(\d+)", headers.get("RateLimit", "")) or re.fullmatch(
        r"(\d+)", headers.get("Retry-After", "").strip()
    )
    if found is None:
        return None
    pause_s = float(found[1]) + 1.0  # it is rounded down
    return pause_s if pause_s <= LONGEST_PAUSE_S else None


def status_of(error: Exception) -> int | None:
    """Return the status of the server's answer, if it gave one; 416 says that there is no byte after ours."""
    return getattr(_response(error), "status_code", None)


def _response(error: Exception) -> Any:
    """Return the server's answer, which ``huggingface_hub`` puts into its errors."""
    return getattr(error, "response", None)
