"""What specs mean, which devices are cameras, and why one cannot be used."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.camera import devices
from assistant.camera.discovery import find_camera, list_cameras, open_camera
from assistant.camera.picture_camera import PictureCamera
from assistant.core.ports import Camera
from assistant.errors import CameraError
from assistant.testing import FakeCamera

EXAMPLE = Path(__file__).parents[3] / "examples" / "beach.png"


def test_a_picture_stands_in_for_a_camera() -> None:
    camera = open_camera(str(EXAMPLE))
    assert isinstance(camera, PictureCamera)
    assert isinstance(camera, Camera)
    assert camera.name == "picture beach.png"
    picture = camera.capture()
    assert picture.shape == (512, 512, 3)
    peeked = camera.peek()
    assert peeked is not None
    assert np.array_equal(picture, peeked)
    camera.close()
    with pytest.raises(CameraError):
        camera.capture()
    assert camera.peek() is None


def test_a_picture_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(EXAMPLE.read_bytes())
    camera = open_camera(str(path))
    path.unlink()
    with pytest.raises(CameraError, match=r"a\.png"):
        camera.capture()
    path.write_bytes(EXAMPLE.read_bytes())
    assert camera.capture().size
    camera.close()


def test_a_picture_that_did_not_change_is_read_once_for_looking_ahead(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(EXAMPLE.read_bytes())
    camera = open_camera(str(path))
    assert isinstance(camera, PictureCamera)
    first = camera.peek()
    camera._reader.close()  # so that it could not be read again
    second = camera.peek()
    assert first is not None
    assert second is not None
    assert second is not first
    assert np.array_equal(first, second)
    path.write_bytes((EXAMPLE.parent / "park.png").read_bytes())
    assert camera.peek() is None, "a changed file is not the one that was seen"
    camera.close()
    assert camera.peek() is None


def test_a_picture_in_shared_memory_is_no_device() -> None:
    with tempfile.NamedTemporaryFile(dir="/dev/shm", suffix=".png") as file:
        file.write(EXAMPLE.read_bytes())
        file.flush()
        assert find_camera(file.name).kind == "picture"
    assert find_camera("/dev/video77").kind == "webcam"


def test_the_fake_follows_the_port() -> None:
    frame = np.zeros((2, 2, 3), np.uint8)
    camera = FakeCamera([frame, CameraError("gone"), frame])
    assert isinstance(camera, Camera)
    assert camera.capture() is not frame
    with pytest.raises(CameraError, match="gone"):
        camera.capture()
    assert [camera.capture().shape for _ in range(2)] == [frame.shape] * 2
    assert camera.peek() is not None
    camera.close()
    with pytest.raises(CameraError):
        camera.capture()


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("ftp://host/x", "begin with ftp"),
        ("nothing.avi", "no camera nothing.avi"),
        ("", "no camera"),
        (".", "no camera"),
    ],
)
def test_a_spec_that_means_nothing_is_told(spec: str, said: str) -> None:
    with pytest.raises(CameraError, match=said):
        open_camera(spec)


@given(st.text())
@example("0" * 300)  # longer than a file's name may be
def test_any_spec_opens_or_is_told(spec: str) -> None:
    try:
        open_camera(spec).close()
    except CameraError as error:
        said = error.message
    else:
        said = "opened"
    assert said


def test_a_password_is_not_spoken() -> None:
    camera = open_camera("rtsp://me:secret@cam.local:554/1")
    assert camera.name == "network camera at cam.local"


def test_a_password_in_what_is_no_address_is_not_spoken() -> None:
    with pytest.raises(CameraError, match="no camera") as caught:
        open_camera("camera rtsp://me:geheim@cam.local/1")
    assert "geheim" not in str(caught.value)
    assert open_camera(" rtsp://me:geheim@cam.local/1 ").name == "network camera at cam.local"


def test_a_device_that_is_not_there_is_told_when_a_picture_is_wanted() -> None:
    for spec in ("987", "/dev/video987"):
        camera = open_camera(spec)
        with pytest.raises(CameraError, match="webcam 987 is not plugged in") as caught:
            camera.capture()
        assert "Plug it in" in caught.value.hint


def test_a_device_that_is_no_camera_is_told() -> None:
    camera = open_camera("/dev/full")  # a device that gives nothing
    with pytest.raises(CameraError, match="sends no pictures"):
        camera.capture()
    camera.close()


def test_the_chosen_source_is_listed_first() -> None:
    found = list_cameras("http://phone:8080/video")
    assert (found[0].id, found[0].kind) == ("http://phone:8080/video", "network")


def _capability(driver: bytes, card: bytes, device_caps: int) -> bytes:
    return struct.pack("=16s32s32sIII12x", driver, card, b"usb", 1, 1 << 31 | 1, device_caps)


@pytest.mark.parametrize(
    ("driver", "caps", "is_camera"),
    [
        (b"uvcvideo", 0x04200001, True),
        (b"uvcvideo", 0x04A00000, False),  # a webcam's second device, for metadata
        (b"bcm2835-codec", 0x04204000, False),
        (b"unicam", 0x25200001, False),
    ],
)
def test_which_devices_are_cameras(driver: bytes, caps: int, is_camera: bool) -> None:
    capability = devices.parse_capability(_capability(driver, b"HD Webcam", caps))
    assert (capability.card, capability.is_camera) == ("HD Webcam", is_camera)


def test_devices_are_found_in_order_and_named_by_the_system(tmp_path: Path) -> None:
    dev, sysfs = tmp_path / "dev", tmp_path / "sys"
    dev.mkdir()
    for name in ("video10", "video2", "videodisc"):
        (dev / name).touch()
    names = sysfs / "class/video4linux/video2"
    names.mkdir(parents=True)
    (names / "name").write_text("Webcam C270: Webcam C270\n")
    found = devices.find_devices(dev, sysfs)
    assert found == [(dev / "video2", "Webcam C270"), (dev / "video10", "webcam 10")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_forbidden_device_names_the_group() -> None:
    code = (
        "import os\n"
        "from pathlib import Path\n"
        "from assistant.camera import devices\n"
        "from assistant.errors import CameraError\n"
        # Afterwards, because the other user may have no way to the packages.
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try:\n    devices.check(Path('/dev/tty0' if Path('/dev/tty0').exists() else '/dev/console'), 'webcam 0')\n"
        "except CameraError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if "do not have permission to use" not in done.stdout:
        pytest.skip(f"no device here that another user may not use: {done.stdout or done.stderr}")
    assert "webcam 0" in done.stdout


def test_permission_hints(tmp_path: Path) -> None:
    path = tmp_path / "video0"
    path.touch()
    path.chmod(0o600)
    assert str(path) in devices._permission_hint(path, path.stat())
