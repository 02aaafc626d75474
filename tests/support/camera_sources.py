"""Video files and a loopback stream whose frames carry their number as a colour."""

from __future__ import annotations

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

SIZE = (160, 120)
_STEP = 16
_BASE = 15


def numbered_frame(number: int) -> npt.NDArray[np.uint8]:
    """Three base-15 digits of the number, one a channel; the lowest is red."""
    digits = [number % _BASE, number // _BASE % _BASE, number // _BASE**2 % _BASE]
    frame = np.empty((SIZE[1], SIZE[0], 3), np.uint8)
    frame[...] = [digit * _STEP + _STEP for digit in digits]
    return frame


def number_of(frame_rgb: npt.NDArray[np.uint8]) -> int:
    """The number in a frame, JPEG's losses put right."""
    means = frame_rgb[20:-20, 20:-20].reshape(-1, 3).mean(axis=0)
    digits = [round((float(mean) - _STEP) / _STEP) for mean in means]
    return sum(digit * _BASE**place for place, digit in enumerate(digits))


def jpeg(frame_rgb: npt.NDArray[np.uint8]) -> bytes:
    """A JPEG whose colours are not thinned out."""
    is_made, data = cv2.imencode(".jpg", frame_rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 98])
    assert is_made
    return bytes(data)


def write_video(path: Path, n_frames: int, rate: float = 20.0) -> None:
    """A Motion JPEG video."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, SIZE)
    assert writer.isOpened()
    for number in range(n_frames):
        writer.write(numbered_frame(number)[..., ::-1].copy())
    writer.release()


class MjpegServer:
    """A phone's stream: frame n is sent n/rate seconds after the start.

    Attributes:
        is_stalled: while set, connections stay open and nothing is sent.
    """

    def __init__(self, rate: float = 20.0, port: int = 0) -> None:
        self.rate = rate
        self.started = time.monotonic()
        self.is_stalled = threading.Event()
        self._is_down = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                """Silent."""

            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                with contextlib.suppress(OSError):
                    server._stream(self.wfile)
                self.close_connection = True

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/video"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def number_now(self) -> int:
        """The number of the newest frame."""
        return int((time.monotonic() - self.started) * self.rate)

    def close(self) -> None:
        """Ends all streams and frees the port."""
        self._is_down.set()
        self._server.shutdown()
        self._server.server_close()

    def _stream(self, out: Any) -> None:
        sent = -1
        while not self._is_down.is_set():
            number = self.number_now()
            if number == sent or self.is_stalled.is_set():
                time.sleep(0.002)
                continue
            content = jpeg(numbered_frame(number))
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(content)}\r\n\r\n"
            out.write(head.encode() + content + b"\r\n")
            sent = number
