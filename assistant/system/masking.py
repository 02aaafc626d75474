"""Takes passwords out of addresses before they are shown, spoken or logged.

A camera's address can hold one in three places: before the host (``rtsp://me:secret@host``), after a question mark
(``?user=me&pwd=secret``), and in the path (``/user=me_password=secret/``). The scheme may be forgotten.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

HIDDEN = "***"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s\"'<>]*[^\s\"'<>.,;:)]")
_BARE_ADDRESS = re.compile(
    r"(?<![^\s\"'(<=,])[^\s/:@\"'<>(=,]+:(?!//)[^\s\"'<>]*@[^\s\"'<>]*[^\s\"'<>.,;:)]"
)
"""An address whose scheme was forgotten: ``me:secret@cam.local``."""
_SECRET_PATH = re.compile(
    r"[^/]*(?:=|(?:pass|password|passwd|pwd|token|secret|key)[-_:.])[^/]*", re.I
)


def masked(text: str) -> str:
    """Return the text with every address in it masked; what holds no secret stays as it is.

    >>> masked("Camera 1 at rtsp://me:secret@cam.local:554/live?pwd=1.")
    'Camera 1 at rtsp://***@cam.local:554/live?***.'
    """
    if "://" in text:
        text = _ADDRESS.sub(lambda found: _masked_address(found[0]), text)
    if "@" in text:
        text = _BARE_ADDRESS.sub(
            lambda found: _masked_address(f"bare://{found[0]}").removeprefix("bare://"), text
        )
    return text


def _masked_address(address: str) -> str:
    scheme, _, rest = address.partition("://")
    try:
        parts = urlsplit(address)
        place, path, query = parts.netloc, parts.path, parts.query or parts.fragment
    except ValueError:  # brackets that do not fit
        place, path, query = rest, "", ""
    _, at, host = place.rpartition("@")
    path = _SECRET_PATH.sub(HIDDEN, path)
    # A slash or a question mark inside a password ends the host too early: then all after it is hidden.
    if "@" in path or "@" in query:
        return f"{scheme}://{HIDDEN}@{(path + query).rpartition('@')[2].partition('/')[0]}"
    hidden = f"{HIDDEN}@" if at else ""
    return f"{scheme}://{hidden}{host}{path}" + (f"?{HIDDEN}" if query else "")
