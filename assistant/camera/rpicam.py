"""Raspberry Pi camera modules, through the programs that Raspberry Pi OS brings for them.

OpenCV cannot take pictures with these on Raspberry Pi OS. ``rpicam-jpeg`` (``libcamera-jpeg`` before 2024)
runs once for each picture and needs about two seconds, one of them for exposure and focus to settle.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import threading

from assistant.camera.picture_reader import PictureReader
from assistant.core.events import ImageRgb
from assistant.core.ports import CameraInfo
from assistant.errors import CameraError, PictureError
from assistant.messages import camera as words
from assistant.system.child_process import ChildProcess, StoppedError

TIMEOUT_S = 15.0
SETTLE_MS = 1000
_LIST_TIMEOUT_S = 5.0
_LISTED = re.compile(r"^\s*(\d+)\s*:\s*(\S+)\s*\[", re.MULTILINE)
_BUSY = re.compile(r"in use by another|failed to acquire|resource busy|device or resource", re.I)
_ABSENT = re.compile(r"no cameras available|selected camera is not available", re.I)
_FORBIDDEN = re.compile(r"permission denied", re.I)


class RpiCamera:
    """One camera module, with its number as ``rpicam-hello --list-cameras`` counts."""

    def __init__(self, number: int, name: str = "", timeout_s: float = TIMEOUT_S) -> None:
        self._number, self._name = number, name or words.pi_camera(number, "")
        self._timeout_s = timeout_s
        self._reader = PictureReader()
        self._lock = threading.Lock()
        self._process: ChildProcess | None = None
        self._closed = threading.Event()

    @property
    def name(self) -> str:
        return self._name

    def capture(self) -> ImageRgb:
        program = _program("jpeg")
        if program is None:
            raise CameraError(words.NO_PI_PROGRAM, words.NO_PI_PROGRAM_HINT)
        arguments = ["--camera", str(self._number), "-n", "-t", str(SETTLE_MS), "-o", "-"]
        with self._lock:
            code, jpeg, complaints = self._run_again_if_stopped([program, *arguments])
        if self._closed.is_set():
            raise CameraError(words.closed(self._name), words.TRY_AGAIN)
        if code != 0 or not jpeg:
            raise self._failure(complaints)
        try:
            return self._reader.decode(jpeg, self._name)
        except PictureError as error:
            raise CameraError(words.pi_no_picture(self._name), words.TRY_AGAIN) from error

    def peek(self) -> ImageRgb | None:
        return None  # a picture takes too long for looking ahead

    def close(self) -> None:
        self._closed.set()
        self._reader.close()
        process = self._process
        if process is not None:
            process.kill()

    def _run_again_if_stopped(self, command: list[str]) -> tuple[int, bytes, str]:
        with contextlib.suppress(StoppedError):  # which is not the camera's doing
            return self._run(command)
        try:
            return self._run(command)
        except StoppedError as error:
            raise CameraError(words.process_ended(self._name), words.TRY_AGAIN) from error

    def _run(self, command: list[str]) -> tuple[int, bytes, str]:
        if self._closed.is_set():
            return 1, b"", ""
        try:
            process = ChildProcess(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        except OSError as error:
            raise CameraError(words.pi_failed(self._name, error.strerror or str(error))) from error
        self._process = process
        if self._closed.is_set():  # between the first look and now
            process.kill()
        try:
            output, complaints = process.finish(self._timeout_s)
        except TimeoutError as error:
            raise CameraError(
                words.too_slow(self._name, self._timeout_s), words.TOO_SLOW_HINT
            ) from error
        finally:
            self._process = None
            process.end()
        return process.returncode, output, complaints.decode("utf-8", "replace")

    def _failure(self, complaints: str) -> CameraError:
        if _ABSENT.search(complaints):
            return CameraError(words.pi_not_found(self._name), words.PI_NOT_FOUND_HINT)
        if _BUSY.search(complaints):
            return CameraError(words.busy(self._name, ""), words.BUSY_HINT)
        if _FORBIDDEN.search(complaints):
            return CameraError(words.forbidden(self._name), words.forbidden_group_hint("video"))
        lines = [line for line in complaints.splitlines() if "error" in line.lower()]
        if not lines:
            return CameraError(words.pi_failed_silently(self._name), words.TRY_AGAIN)
        reason = re.sub(r"^\W*error\W*|\*+", "", lines[-1], flags=re.I).strip()
        return CameraError(words.pi_failed(self._name, reason), words.TRY_AGAIN)


def find_pi_cameras() -> list[CameraInfo]:
    """Return the camera modules that the system's own program lists; none where it is missing or fails."""
    lister = _program("hello")
    if lister is None:
        return []
    has_program = _program("jpeg") is not None
    problem = "" if has_program else f"{words.NO_PI_PROGRAM} {words.NO_PI_PROGRAM_HINT}"
    try:
        done = subprocess.run(
            [lister, "--list-cameras"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIST_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    return [
        CameraInfo(
            f"rpicam:{number}",
            words.pi_camera(int(number), sensor),
            "raspberry pi",
            is_usable=has_program,
            problem=problem,
        )
        for number, sensor in _LISTED.findall(text)
    ]


def _program(purpose: str) -> str | None:
    return shutil.which(f"rpicam-{purpose}") or shutil.which(f"libcamera-{purpose}")
