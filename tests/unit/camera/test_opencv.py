"""Real OpenCV on a video file and on a loopback stream."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.camera import grabber_process
from assistant.camera.discovery import open_camera
from assistant.camera.grabber_process import GrabberProcess
from assistant.camera.opencv import OpenCvCamera
from assistant.core.ports import Camera
from assistant.errors import CameraError, ExitCode
from tests.support.camera_sources import SIZE, MjpegServer, number_of, write_video
from tests.support.waiting import wait_until


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    server = MjpegServer()
    yield server
    server.close()


@pytest.fixture
def cameras() -> Iterator[list[Camera]]:
    opened: list[Camera] = []
    yield opened
    for camera in opened:
        camera.close()


def _stream(server: MjpegServer, cameras: list[Camera], **options: Any) -> OpenCvCamera:
    camera = OpenCvCamera(server.url, "phone", **options)
    cameras.append(camera)
    return camera


def test_a_video_plays_in_real_time_and_starts_over(tmp_path: Path, cameras: list[Camera]) -> None:
    write_video(tmp_path / "v.avi", n_frames=30)  # 1.5 s
    camera = open_camera(str(tmp_path / "v.avi"))
    cameras.append(camera)
    first = camera.capture()
    started = time.monotonic()
    assert first.shape == (SIZE[1], SIZE[0], 3)
    assert number_of(first) == 0
    numbers = []
    while time.monotonic() - started < 2.5:
        time.sleep(0.1)
        before = (time.monotonic() - started) * 20
        frame = camera.capture()
        after = (time.monotonic() - started) * 20
        shown = number_of(frame)
        numbers.append(shown)
        assert any(before - 3 <= turn + shown <= after + 3 for turn in (0, 30, 60, 90)), (
            before,
            shown,
            after,
        )
    assert any(later < earlier for earlier, later in itertools.pairwise(numbers))


def test_a_streams_frame_is_the_newest(server: MjpegServer, cameras: list[Camera]) -> None:
    camera = _stream(server, cameras)
    for pause_s in (0.0, 1.5, 0.3, 0.7):
        time.sleep(pause_s)
        before = server.number_now()
        shown = number_of(camera.capture())
        # One frame may be under way; nothing that waited in a buffer comes.
        assert before - 2 <= shown <= server.number_now()


def test_a_stream_is_let_go_when_idle_and_opened_again(
    server: MjpegServer, cameras: list[Camera]
) -> None:
    camera = _stream(server, cameras, idle_s=0.2)
    camera.capture()
    time.sleep(1.0)
    before = server.number_now()
    assert number_of(camera.capture()) >= before - 2


def _captured_until_it_fails(camera: Camera) -> None:
    """On a slow machine a frame may be under way when a stream stalls."""
    for _ in range(3):
        camera.capture()


def test_a_stalled_stream_is_told_in_time_and_works_again(
    server: MjpegServer, cameras: list[Camera]
) -> None:
    camera = _stream(server, cameras, timeout_s=3.0)
    camera.capture()
    server.is_stalled.set()
    with pytest.raises(CameraError) as caught:
        _captured_until_it_fails(camera)
    assert "phone" in caught.value.message
    assert caught.value.exit_code is ExitCode.CAMERA
    server.is_stalled.clear()
    before = server.number_now()
    assert number_of(camera.capture()) >= before - 2


def test_a_server_that_went_away_is_told_and_works_when_back(cameras: list[Camera]) -> None:
    server = MjpegServer()
    camera = _stream(server, cameras)
    camera.capture()
    server.close()
    with pytest.raises(CameraError, match="does not answer"):
        camera.capture()
    with pytest.raises(CameraError, match="does not answer"):
        camera.capture()
    server = MjpegServer(port=server.port)
    try:
        assert number_of(camera.capture()) >= 0
    finally:
        server.close()


def test_peek_gives_frames_only_of_an_open_camera(
    server: MjpegServer, cameras: list[Camera]
) -> None:
    camera = _stream(server, cameras)
    assert camera.peek() is None
    camera.capture()
    frame = next(f for f in (camera.peek() for _ in range(20)) if f is not None)
    assert number_of(frame) >= server.number_now() - 4


def test_close_ends_a_running_capture(server: MjpegServer) -> None:
    server.is_stalled.set()
    camera = OpenCvCamera(server.url, "phone", timeout_s=30.0)
    threading.Timer(0.5, camera.close).start()
    with pytest.raises(CameraError, match="closed"):
        camera.capture()
    camera.close()
    with pytest.raises(CameraError, match="closed"):
        camera.capture()
    assert camera.peek() is None


def test_a_dead_process_is_told_once(server: MjpegServer, cameras: list[Camera]) -> None:
    camera = _stream(server, cameras)
    camera.capture()
    assert camera._process is not None
    camera._process.kill()
    camera._process._process.wait()
    assert number_of(camera.capture()) >= 0


def test_a_stopped_process_is_replaced_and_the_picture_taken(
    server: MjpegServer, cameras: list[Camera]
) -> None:
    camera = _stream(server, cameras, timeout_s=60.0)
    camera.capture()
    assert camera._process is not None
    stopped = camera._process._process.pid
    os.kill(stopped, signal.SIGSTOP)
    before = server.number_now()
    assert number_of(camera.capture()) >= before - 2
    assert not Path(f"/proc/{stopped}").exists()


def test_the_process_ends_with_its_front_while_it_waits_for_a_camera(server: MjpegServer) -> None:
    server.is_stalled.set()
    program = f"""
import os, signal, threading, time
from assistant.camera.opencv import OpenCvCamera
camera = OpenCvCamera({server.url!r}, "phone", timeout_s=300.0)
threading.Thread(target=camera.capture).start()
while camera._process is None or not camera._process.is_waiting:
    time.sleep(0.01)
time.sleep(1.0)  # now it waits for the stream
print(camera._process._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)"""
    front = subprocess.run([sys.executable, "-c", program], capture_output=True)
    pid = int(front.stdout)
    wait_until(lambda: not Path(f"/proc/{pid}/stat").exists())


def test_what_is_no_video_is_told(
    tmp_path: Path, cameras: list[Camera], capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "v.avi").write_bytes(b"RIFF" + bytes(5000))
    camera = open_camera(str(tmp_path / "v.avi"))
    cameras.append(camera)
    with pytest.raises(CameraError, match="cannot be read as a video"):
        camera.capture()
    assert capfd.readouterr() == ("", "")  # nothing of native code reaches the terminal


@pytest.mark.timeout(60)
def test_a_process_that_does_not_end_does_not_hold_the_front(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one whose driver hangs in the kernel, where no signal reaches it."""
    monkeypatch.setattr(grabber_process, "END_S", 0.2)
    process = GrabberProcess({"is_file": True})
    with monkeypatch.context() as deaf:
        deaf.setattr(process._process, "kill", lambda: None)
        os.kill(process._process.pid, signal.SIGSTOP)
        process.end()
        assert process.is_alive
    process._process.kill()
    process._process.wait()
