"""Finds the cameras that are there, and opens one by what a person calls it."""

from __future__ import annotations

from assistant.core.ports import Camera, CameraInfo
from assistant.errors import CameraError


def list_cameras(source: str | None = None) -> list[CameraInfo]:
    """The cameras that are there, usable ones first; asks no network and takes no picture.

    Args:
        source: the chosen source of the settings, listed first, also where it cannot be found by looking
            (a URL, a video file).
    """
    raise NotImplementedError


def open_camera(spec: str | None = None) -> Camera:
    """Makes a camera ready; the device itself is opened by the first ``capture``, so this returns at once.

    Args:
        spec: "0" or "/dev/video0", "rpicam" or "rpicam:0", an ``http``, ``https``, ``rtsp`` or ``rtsps``
            URL, or the path of a video or picture; None takes the first usable one.

    Raises:
        CameraError: there is none, or ``spec`` names no camera.
    """
    raise CameraError("No camera was found.")
