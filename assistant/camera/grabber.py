"""The process that holds a camera: OpenCV runs here, away from the front.

A process of its own, because OpenCV can hang in a dead stream, can crash in a driver, and writes to the
terminal from native code; the front must suffer none of these. It imports nothing of the assistant.

It reads lines of JSON: first the order (``source``, ``is_file``, ``open_ms``, ``read_ms``, ``idle_s``,
``max_side_px``), then ``{"id": n, "is_peek": bool}`` for each frame that is wanted. It answers each with a line
of JSON: ``{"id": n, "height": h, "width": w}`` followed by h·w·3 bytes of RGB, or ``{"id": n, "error": code}``
with one of the codes below and what FFmpeg ``printed``. It ends when its input does.

Between requests it takes frames and throws them away, undecoded where the driver allows, so that no old
frame waits in a buffer. After ``idle_s`` without a request it releases the camera; the next opens it again.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

if __name__ == "__main__":
    # Run with -P, which leaves out the script's own folder: a file there must not pass for a library.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.system import limits

NOT_OPENED, NO_FRAMES, NO_LIBRARY = "not opened", "no frames", "no library"

WARM_UP_S = 0.6
"""Frames of a just opened camera that are thrown away: exposure settles, and probed frames are old."""
_FRESH_WAIT_S = 0.008
"""A frame that had to be waited for this long did not lie in a buffer."""
_DRAIN_AT_MOST_S = 3.0
_WANTED_SIZE_PX = (1280, 720)

Frame = npt.NDArray[np.uint8]


class SourceError(Exception):
    """No frame; the arguments are one of the codes, and what was printed meanwhile."""

    def __init__(self, code: str, printed: str = "") -> None:
        super().__init__(code, printed)
        self.code, self.printed = code, printed


class Requests:
    """Lines from a file descriptor, waited for or not."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._buffer = b""

    def next(self, timeout_s: float | None) -> Any:
        """Return the next line's value, or None when none came in time.

        Raises:
            EOFError: there will be no more.
        """
        while b"\n" not in self._buffer:
            if not select.select([self._descriptor], [], [], timeout_s)[0]:
                return None
            data = os.read(self._descriptor, 65536)
            if not data:
                raise EOFError
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        return json.loads(line)


class Complaints:
    """What OpenCV and FFmpeg print: nothing else says why an address cannot be opened."""

    def __init__(self) -> None:
        """Lead both outputs here; what does not fit is lost."""
        self._read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        os.dup2(write, 1)
        os.dup2(write, 2)

    def take(self) -> str:
        """Return what was printed since the last time."""
        ctypes.CDLL(None).fflush(None)
        try:
            return os.read(self._read, 1 << 20).decode("utf-8", "replace")
        except BlockingIOError:
            return ""


class Source:
    """What frames come from.

    Attributes:
        is_still: whether it gives one picture each time it is opened.
    """

    is_still = False

    def __init__(self, cv2: Any, order: dict[str, Any], complaints: Complaints) -> None:
        self._cv2, self._order, self._complaints = cv2, order, complaints
        self._capture: Any = None

    def drain(self) -> bool:
        """Throw one frame away, where frames pile up; return whether they go on to."""
        return False

    def release(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None


class LiveSource(Source):
    """A device or a stream, which goes on whether or not anybody looks."""

    def drain(self) -> bool:
        """Throw one frame away; release a camera that gives none."""
        if self._capture is not None and not self._capture.grab():
            self.release()
        return self._capture is not None

    def newest(self) -> Frame:
        """Return a frame that comes in now; open the camera when it is not, or no longer, open."""
        if self._capture is not None and self._capture.grab():
            is_read, frame = self._capture.retrieve()
            if is_read:
                return _picture(frame)
        self.release()
        frame = self._still() if self.is_still else None
        return _picture(self._open() if frame is None else frame)

    def _open(self) -> Any:
        """Open it, and return the first frame that is neither old nor too dark or bright."""
        self._complaints.take()
        asked = time.monotonic()
        self._capture, self.is_still = self._make(), False
        started = last = time.monotonic()
        if not self._capture.isOpened():
            self.release()
            is_late = started - asked > 0.8e-3 * self._order["open_ms"]
            raise SourceError(NOT_OPENED, "timed out" if is_late else self._complaints.take())
        is_stream = not self._is_device
        frame = None
        while self._capture.grab():
            now = time.monotonic()
            is_ready = now - started >= (
                WARM_UP_S if now - last >= _FRESH_WAIT_S else _DRAIN_AT_MOST_S
            )
            if is_ready or is_stream:
                is_read, decoded = self._capture.retrieve()
                frame = decoded if is_read else frame
            if is_ready:
                break
            last = time.monotonic()
        else:
            self.release()
            if frame is not None:  # an address of one picture, or a camera that sends a few
                self.is_still = True
                still = self._still()
                return frame if still is None else still
        if frame is None:
            self.release()
            raise SourceError(NO_FRAMES, self._complaints.take())
        return frame

    def _still(self) -> Any:
        """Fetch the picture as it is stored and return it upright; None where it is no picture."""
        capture = self._make(self._cv2.CAP_PROP_FORMAT, -1)
        is_read, stored = capture.read() if capture.isOpened() else (False, None)
        capture.release()
        return self._cv2.imdecode(stored, self._cv2.IMREAD_COLOR) if is_read else None

    @property
    def _is_device(self) -> bool:
        return bool(self._order["source"].startswith("/"))

    def _make(self, *options: int) -> Any:
        cv2, source = self._cv2, self._order["source"]
        if self._is_device:
            capture = cv2.VideoCapture(source, cv2.CAP_V4L2)
            for name, value in zip(("WIDTH", "HEIGHT"), _WANTED_SIZE_PX, strict=True):
                capture.set(getattr(cv2, f"CAP_PROP_FRAME_{name}"), value)
            return capture
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, self._order["open_ms"]]
        limits += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, self._order["read_ms"]]
        return cv2.VideoCapture(source, cv2.CAP_FFMPEG, [*limits, *options])


class VideoFile(Source):
    """A video that plays in real time from the first request on, and starts over at its end."""

    _started = 0.0

    def newest(self) -> Frame:
        """Return the frame that a viewer would see now."""
        cv2 = self._cv2
        if self._capture is None:
            self._capture = cv2.VideoCapture(self._order["source"], cv2.CAP_FFMPEG)
            if not self._capture.isOpened():
                self._capture = None
                raise SourceError(NOT_OPENED)
            self._started = time.monotonic()
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        total = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        position = int((time.monotonic() - self._started) * (rate if 0 < rate < 1000 else 25.0))
        # A video that is cut off or has a wrong length gives its first frame rather than none.
        for wanted in (position % total if total > 0 else 0, 0):
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, wanted)
            is_read, frame = self._capture.read()
            if is_read:
                return _picture(frame)
        self.release()
        raise SourceError(NO_FRAMES)


def _picture(frame: Any) -> Frame:
    """Turn OpenCV's order of colours into RGB, and one channel into three."""
    picture: Frame = frame[..., ::-1] if frame.ndim == 3 else np.dstack([frame] * 3)
    return picture


def serve(
    requests: Requests, reply: Callable[[dict[str, Any], bytes], None], complaints: Complaints
) -> None:
    """Answer requests until the input ends."""
    order = requests.next(None)
    try:
        import cv2
    except ImportError:
        while True:
            reply({"id": requests.next(None)["id"], "error": NO_LIBRARY}, b"")
    source = (VideoFile if order["is_file"] else LiveSource)(cv2, order, complaints)
    asked_at = time.monotonic()
    while True:
        must_drain = source.drain()
        if must_drain and time.monotonic() - asked_at > order["idle_s"]:
            source.release()
            must_drain = False
        request = requests.next(0.0 if must_drain else None)
        if request is None:
            continue
        if (
            request["is_peek"] and source.is_still
        ):  # looking ahead would fetch picture after picture
            reply({"id": request["id"], "error": NO_FRAMES}, b"")
            continue
        try:
            frame = _limited(cv2, source.newest(), order["max_side_px"])
        except SourceError as error:
            reply({"id": request["id"], "error": error.code, "printed": error.printed}, b"")
        else:
            height, width, _ = frame.shape
            reply({"id": request["id"], "height": height, "width": width}, frame.tobytes())
        asked_at = time.monotonic()


def _limited(cv2: Any, frame: Frame, max_side_px: int) -> Frame:
    factor = max_side_px / max(frame.shape)
    if factor >= 1:
        return frame
    size = (max(1, round(frame.shape[1] * factor)), max(1, round(frame.shape[0] * factor)))
    limited: Frame = cv2.resize(np.ascontiguousarray(frame), size, interpolation=cv2.INTER_AREA)
    return limited


def _end_with_front() -> None:
    """End this process once its input is closed, also while OpenCV waits for a camera."""
    front = select.poll()
    front.register(0, 0)  # nothing but the hanging up
    front.poll()
    os._exit(0)


def main() -> None:
    """Serve standard input and output."""
    limits.hide_memory()
    # Native code that prints must not get between the replies.
    out: BinaryIO = os.fdopen(os.dup(1), "wb")
    complaints = Complaints()
    threading.Thread(target=_end_with_front, daemon=True).start()

    def reply(header: dict[str, Any], pixels: bytes) -> None:
        out.write(json.dumps(header).encode() + b"\n" + pixels)
        out.flush()

    try:
        serve(Requests(0), reply, complaints)
    except (EOFError, BrokenPipeError):
        # Not the usual way out: a driver that hangs in its destructor would keep the process alive.
        os._exit(0)


if __name__ == "__main__":
    main()
