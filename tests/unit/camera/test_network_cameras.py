"""Network cameras that serve one picture an address, that close early, and that refuse: real OpenCV on the loopback."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assistant.camera.discovery import open_camera
from assistant.camera.opencv import OpenCvCamera
from assistant.errors import CameraError

STREET = Image.open(Path(__file__).parents[3] / "examples" / "street.png").convert("RGB")


class PictureServer:
    """A camera with an address for each answer in ``answers``: a status, headers, and what is sent."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], list[bytes]]] = {}
        self.n_requests = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Silent."""

            def do_GET(self) -> None:
                server.n_requests += 1
                status, headers, parts = server.answers[self.path]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if not headers.get("Content-Type", "").startswith("multipart"):
                    self.send_header("Content-Length", str(len(b"".join(parts))))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(b"".join(parts))
                self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[PictureServer]:
    with contextlib.closing(PictureServer()) as server:
        yield server


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def captured(url: str) -> np.ndarray[Any, Any]:
    with contextlib.closing(open_camera(url)) as camera:
        return camera.capture()


def difference(one: Any, other: Any) -> float:
    return float(np.abs(np.asarray(one).astype(int) - np.asarray(other).astype(int)).mean())


@pytest.mark.parametrize("path", ["/shot.jpg", "/capture", "/cgi-bin/snap.cgi?user=me&pwd=x"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_an_address_of_one_picture_gives_it(server: PictureServer, path: str, kind: str) -> None:
    server.answers[path] = 200, {"Content-Type": "image/jpeg"}, [encoded(STREET, kind)]
    assert difference(captured(server.url + path), STREET) < 4


def test_each_picture_of_such_an_address_is_a_new_one_and_upright(server: PictureServer) -> None:
    wide = STREET.crop((0, 0, 512, 300))
    exif = Image.Exif()
    exif[0x0112] = 6
    server.answers["/shot"] = 200, {}, [encoded(STREET, "JPEG")]
    with contextlib.closing(open_camera(server.url + "/shot")) as camera:
        assert difference(camera.capture(), STREET) < 4
        turned = encoded(wide.rotate(90, expand=True), "JPEG", exif=exif)
        server.answers["/shot"] = 200, {}, [turned]
        picture = camera.capture()
        assert picture.shape == (300, 512, 3)
        assert difference(picture, wide) < 4
        n_before = server.n_requests
        assert [camera.peek() for _ in range(5)] == [None] * 5
        assert server.n_requests == n_before, "looking ahead would keep a small camera busy"
        server.answers["/shot"] = 503, {}, []
        with pytest.raises(CameraError, match="is busy"):
            camera.capture()


def test_a_camera_that_closes_after_a_few_frames_gives_one(server: PictureServer) -> None:
    frame = encoded(STREET, "JPEG")
    head = f"--f\r\nContent-Type: image/jpeg\r\nContent-Length: {len(frame)}\r\n\r\n".encode()
    parts = [head + frame + b"\r\n"] * 3
    server.answers["/video"] = 200, {"Content-Type": "multipart/x-mixed-replace; boundary=f"}, parts
    assert difference(captured(server.url + "/video"), STREET) < 4


@pytest.mark.parametrize(
    ("status", "said", "hint"),
    [
        (401, "wants a user name and a password", "NAME:PASSWORD@"),
        (403, "refuses to send pictures", "camera's settings"),
        (404, "no pictures at this address", "after the host"),
        (429, "is busy", "Close other programs"),
        (500, "sends error 500", ""),
        (503, "is busy", "Close other programs"),
    ],
)
def test_a_camera_that_refuses_is_not_called_silent(
    server: PictureServer, status: int, said: str, hint: str
) -> None:
    server.answers["/x"] = status, {"WWW-Authenticate": 'Basic realm="it"'}, []
    with pytest.raises(CameraError, match=said) as caught:
        captured(server.url + "/x")
    assert hint in caught.value.hint


def test_a_wrong_password_is_told_and_not_said(server: PictureServer) -> None:
    server.answers["/x"] = 401, {"WWW-Authenticate": 'Basic realm="it"'}, []
    with pytest.raises(CameraError, match="does not accept") as caught:
        captured(server.url.replace("//", "//me:geheim@") + "/x")
    assert "geheim" not in str(caught.value)


def test_a_web_page_is_no_camera(server: PictureServer) -> None:
    server.answers["/"] = 200, {"Content-Type": "text/html"}, [b"<html>Log in</html>" * 99]
    with pytest.raises(CameraError, match="answers but sends no pictures") as caught:
        captured(server.url + "/")
    assert "web page" in caught.value.hint


def test_a_host_that_is_not_known() -> None:
    with pytest.raises(CameraError, match="name is not known"):
        captured("http://nothing.invalid/video")


def test_a_page_that_is_not_secure(server: PictureServer) -> None:
    with pytest.raises(CameraError, match="not over a secure connection"):
        captured(server.url.replace("http:", "https:") + "/x")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"RTSP/1.0 401 Unauthorized", "wants a user name and a password"),
        (b"RTSP/1.0 404 Not Found", "no pictures at this address"),
        (b"RTSP/1.0 453 Not Enough Bandwidth", "is busy"),
        (b"", "does not answer"),
    ],
)
def test_rtsp_cameras_are_understood_too(answer: bytes, said: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_answer_rtsp, args=(listener, answer), daemon=True).start()
        url = f"rtsp://127.0.0.1:{listener.getsockname()[1]}/live"
        camera = OpenCvCamera(url, "door", timeout_s=4.0)
        with contextlib.closing(camera), pytest.raises(CameraError, match=said):
            camera.capture()


def _answer_rtsp(listener: socket.socket, answer: bytes) -> None:
    """Give the same answer to every request; an empty one is silence."""
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(20.0)
                while request := connection.recv(65536):
                    number = request.split(b"CSeq: ")[1].split(b"\r\n")[0]
                    if answer:
                        connection.sendall(answer + b"\r\nCSeq: " + number + b"\r\n\r\n")
