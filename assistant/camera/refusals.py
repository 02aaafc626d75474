"""Finds out why a network camera sends no pictures, from what FFmpeg prints, for it gives no reason otherwise."""

from __future__ import annotations

import re

from assistant.errors import CameraError
from assistant.messages import camera as words

_STATUS = re.compile(r"HTTP error (\d{3})|method \w+ failed: (\d{3})")
_UNREACHABLE = re.compile(r"Connection to \S+ failed|timed out|timeout|Immediate exit", re.I)


def explain_refusal(printed: str, name: str, source: str, *, is_opened: bool) -> CameraError:
    """Return what to say of a camera.

    Args:
        printed: what FFmpeg complained about.
        name: what to call the camera.
        source: its address.
        is_opened: whether it sent what looked like pictures at first.
    """
    status = _STATUS.findall(printed)
    if status:
        return _explain_status(int("".join(status[-1])), name, has_password="@" in source)
    if "Failed to resolve hostname" in printed:
        return CameraError(words.host_unknown(name), words.HOST_UNKNOWN_HINT)
    if not is_opened and _UNREACHABLE.search(printed):
        return CameraError(words.stream_unreachable(name), words.STREAM_HINT)
    if re.search("SSL|TLS", printed):
        return CameraError(words.no_tls(name), words.NO_TLS_HINT)
    # Where nothing is complained about, what was sent is no picture: a web page, for example.
    return CameraError(words.stream_stopped(name), words.STREAM_STOPPED_HINT)


def _explain_status(number: int, name: str, *, has_password: bool) -> CameraError:
    """Return what a status of HTTP or RTSP means to a person."""
    match number:
        case 401 | 407 if has_password:
            return CameraError(words.password_wrong(name), words.PASSWORD_WRONG_HINT)
        case 401 | 407:
            return CameraError(words.password_wanted(name), words.PASSWORD_WANTED_HINT)
        case 403:
            return CameraError(words.access_refused(name), words.ACCESS_REFUSED_HINT)
        case 404 | 410:
            return CameraError(words.address_unknown(name), words.ADDRESS_UNKNOWN_HINT)
        case 429 | 453 | 503:
            return CameraError(words.camera_overloaded(name), words.CAMERA_OVERLOADED_HINT)
    return CameraError(words.camera_refuses(name, number), words.ADDRESS_UNKNOWN_HINT)
