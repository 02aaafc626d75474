"""Webcams, streams and video files, through OpenCV in a process of its own."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import NoReturn

from assistant.camera import devices
from assistant.camera.grabber import NO_LIBRARY, NOT_OPENED
from assistant.camera.grabber_process import GrabberProcess, NoFrameError
from assistant.camera.refusals import explain_refusal
from assistant.core.events import ImageRgb
from assistant.errors import CameraError
from assistant.messages import camera as words

MAX_SIDE_PX = 2048
"""Larger frames are made smaller."""
TIMEOUT_S = 10.0
"""Longest wait for a picture, including opening the camera."""
IDLE_S = 20.0
"""After this long without a picture the camera is released, and its light goes out."""
_PEEK_S = 0.15
_PEEK_AGAIN_S = 5.0
"""How long a camera that failed is not peeked at."""
_JUST_NOW_S = 1.0
"""A frame that ``peek`` asked for longer ago is no longer the newest."""


class OpenCvCamera:
    """A device by its absolute path, a stream by its URL, or a video file by its absolute path.

    A device or stream shows what is there when the picture is asked for. A video plays in real time from the first
    picture on, and starts again at its end. A camera that stopped, was unplugged or hangs raises CameraError; the next
    ``capture`` tries it again.
    """

    def __init__(
        self,
        source: str,
        name: str,
        *,
        is_file: bool = False,
        timeout_s: float = TIMEOUT_S,
        idle_s: float = IDLE_S,
    ) -> None:
        self._source, self._name, self._is_file = source, name, is_file
        self._timeout_s, self._idle_s = timeout_s, idle_s
        self._process: GrabberProcess | None = None
        self._lock = threading.Lock()  # held while the process is talked to
        self._closed = threading.Event()
        self._asked_at = 0.0
        self._peek_from = 0.0

    @property
    def name(self) -> str:
        return self._name

    def capture(self) -> ImageRgb:
        end = time.monotonic() + self._timeout_s
        with self._lock:
            if self._device is not None:
                devices.check(self._device, self._name)
            with contextlib.suppress(EOFError):
                return self._frame(end)
            # The process died or was stopped, which need not be the camera's doing.
            try:
                return self._frame(end)
            except EOFError as error:
                raise CameraError(words.process_ended(self._name), words.TRY_AGAIN) from error

    def _frame(self, end: float) -> ImageRgb:
        try:
            process = self._running()
            process.ask()
            return process.frame(max(0.0, end - time.monotonic()))
        except NoFrameError as error:
            self._raise_for(error.code, error.printed)
        except TimeoutError as error:
            self._end_process()
            raise self._why_slow() from error
        except (EOFError, OSError) as error:
            self._end_process()
            if self._closed.is_set():
                raise CameraError(words.closed(self._name), words.TRY_AGAIN) from error
            raise EOFError from error

    def peek(self) -> ImageRgb | None:
        """Wait 0.15 s at most for a frame, and go on waiting for it in the next call."""
        if time.monotonic() < self._peek_from or not self._lock.acquire(blocking=False):
            return None
        try:
            if self._process is None:
                return None
            if not self._process.is_waiting:
                self._process.ask(is_peek=True)
                self._asked_at = time.monotonic()
            frame = self._process.frame(_PEEK_S)
            return frame if time.monotonic() - self._asked_at < _JUST_NOW_S else None
        except TimeoutError:
            return None
        except (NoFrameError, EOFError, OSError):
            self._peek_from = time.monotonic() + _PEEK_AGAIN_S
            return None
        finally:
            self._lock.release()

    def close(self) -> None:
        self._closed.set()
        process = self._process
        if process is not None:
            process.kill()  # ends a capture that holds the lock
        with self._lock:
            self._end_process()

    @property
    def _device(self) -> Path | None:
        return Path(self._source) if self._source.startswith("/") and not self._is_file else None

    def _running(self) -> GrabberProcess:
        """Return the process; start it when there is none or it has died."""
        if self._closed.is_set():
            raise CameraError(words.closed(self._name))
        if self._process is not None and not self._process.is_alive:
            self._end_process()
        if self._process is None:
            self._process = GrabberProcess(
                {
                    "source": self._source,
                    "is_file": self._is_file,
                    "open_ms": round(self._timeout_s * 500),
                    "read_ms": round(self._timeout_s * 400),
                    "idle_s": self._idle_s,
                    "max_side_px": MAX_SIDE_PX,
                }
            )
        return self._process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _raise_for(self, code: str, printed: str) -> NoReturn:
        name = self._name
        if code == NO_LIBRARY:
            self._end_process()
            raise CameraError(words.NO_OPENCV, words.NO_OPENCV_HINT)
        if self._is_file:
            raise CameraError(words.video_unreadable(name), words.VIDEO_HINT)
        if self._device is not None:
            raise devices.explain(self._device, name)
        is_opened = code != NOT_OPENED
        raise explain_refusal(printed, name, self._source, is_opened=is_opened)

    def _why_slow(self) -> CameraError:
        if self._device is not None and not self._device.exists():
            return CameraError(words.gone(self._name), words.GONE_HINT)
        hint = words.TOO_SLOW_HINT if self._device is not None else words.STREAM_HINT
        return CameraError(words.too_slow(self._name, self._timeout_s), hint)
