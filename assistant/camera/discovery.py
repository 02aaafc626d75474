"""Finds cameras, and opens one by what a person calls it."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from assistant.camera import devices
from assistant.camera.opencv import OpenCvCamera
from assistant.camera.picture_camera import PictureCamera
from assistant.camera.rpicam import RpiCamera, find_pi_cameras
from assistant.core.ports import Camera, CameraInfo
from assistant.errors import CameraError
from assistant.messages import camera as words
from assistant.system.masking import masked
from assistant.system.typed_path import typed_path

_SCHEMES = ("http", "https", "rtsp", "rtsps")
_PICTURES = {
    ".jpg",
    ".jpeg",
    ".png",
    ".webp",
    ".gif",
    ".bmp",
    ".tif",
    ".tiff",
    ".heic",
    ".heif",
    ".avif",
}


def list_cameras(source: str | None = None) -> list[CameraInfo]:
    """Return all cameras, usable ones first; asks no network and takes no picture.

    Args:
        source: the source in the settings, listed first even where looking cannot find it (a URL, a video file).
    """
    found = [*_webcams(), *find_pi_cameras()]
    if source is not None:
        chosen = _identify(source, found)
        found = [chosen, *(info for info in found if info.id != chosen.id)]
    return sorted(found, key=lambda info: not info.is_usable)


def open_camera(spec: str | None = None) -> Camera:
    """Make a camera ready; the device itself is opened by the first ``capture``, so this returns at once.

    Args:
        spec: "0" or "/dev/video0", "rpicam" or "rpicam:0", an ``http``, ``https``, ``rtsp`` or ``rtsps``
            URL, or the path of a video or picture; None takes the first usable one.

    Raises:
        CameraError: there is none, or ``spec`` names no camera.
    """
    info = find_camera(spec)
    if not info.is_usable:
        raise CameraError(info.problem)
    if info.kind == "raspberry pi":
        return RpiCamera(int(info.id.partition(":")[2]), info.name)
    if info.kind == "picture":
        return PictureCamera(info.id, info.name)
    return OpenCvCamera(info.id, info.name, is_file=info.kind == "video")


def find_camera(spec: str | None = None) -> CameraInfo:
    """Return the camera that ``open_camera`` would open, with the id that ``list_cameras`` gives it.

    Raises:
        CameraError: ``spec`` is None and there is none that can be used.
    """
    return _first() if spec is None else _identify(spec, [])


def _first() -> CameraInfo:
    found = list_cameras()
    if not found:
        raise CameraError(words.NONE_FOUND, words.NONE_FOUND_HINT)
    if not found[0].is_usable:
        raise CameraError(words.NONE_USABLE, found[0].problem)
    return found[0]


def _webcams() -> list[CameraInfo]:
    found = []
    for path, name in devices.find_devices():
        problem = ""
        try:
            devices.check(path, name)
        except CameraError as error:
            problem = str(error)
        found.append(CameraInfo(str(path), name, "webcam", not problem, problem))
    return found


def _identify(spec: str, found: list[CameraInfo]) -> CameraInfo:
    """Return the camera that a spec means; one that means nothing is not usable, and says so."""
    spec = spec.strip()
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", spec)
    if scheme is not None:
        if scheme[1].lower() in _SCHEMES:
            return CameraInfo(spec, _stream_name(spec), "network")
        problem = f"{words.scheme_unknown(scheme[1])} {words.SCHEME_UNKNOWN_HINT}"
        return CameraInfo(spec, masked(spec), "network", is_usable=False, problem=problem)
    pi = re.fullmatch(r"rpicam(?::(\d{1,3}))?", spec)
    if pi is not None:
        number = int(pi[1] or 0)
        named = {info.id: info for info in found}
        plain = CameraInfo(f"rpicam:{number}", words.pi_camera(number, ""), "raspberry pi")
        return named.get(plain.id, plain)
    if re.fullmatch(r"\d{1,4}", spec):
        spec = f"/dev/video{int(spec)}"
    return _at_path(typed_path(spec), found, masked(spec))


def _at_path(path: Path, found: list[CameraInfo], shown: str) -> CameraInfo:
    for info in found:
        if info.id == str(path):
            return info
    is_file = os.path.isfile(path)  # False for a name that is too long, where Path.is_file() raises
    # A device may be unplugged now and be back when a picture is wanted; a file must be there, as in /dev/shm.
    if path.is_relative_to("/dev") and not is_file:
        return CameraInfo(str(path), devices.device_name(path), "webcam")
    if not is_file:
        problem = f"{words.source_unknown(shown)} {words.SOURCE_UNKNOWN_HINT}"
        return CameraInfo(str(path), shown, "video", is_usable=False, problem=problem)
    if path.suffix.lower() in _PICTURES:
        return CameraInfo(str(path.absolute()), words.picture_file(path.name), "picture")
    return CameraInfo(str(path.absolute()), words.video_file(path.name), "video")


def _stream_name(url: str) -> str:
    """Return a stream's speakable name: its host alone, because an address can hold a password."""
    host = None
    with contextlib.suppress(ValueError):  # brackets that do not fit
        host = urlsplit(url).hostname
    return words.network_camera(host or words.UNNAMED_HOST)
