"""Raspberry Pi modules, through programs on the PATH that behave as the real ones do."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest

from assistant.camera.discovery import list_cameras, open_camera
from assistant.camera.rpicam import RpiCamera
from assistant.errors import CameraError
from tests.support.camera_sources import jpeg, number_of, numbered_frame

LISTING = """Available cameras
-----------------
0 : imx708 [4608x2592 10-bit RGGB] (/base/axi/pcie@120000/rp1/i2c@88000/imx708@1a)
    Modes: 'SRGGB10_CSI2P' : 1536x864 [120.13 fps - (768, 432)/3072x1728 crop]
1 : ov5647 [2592x1944 10-bit GBRG] (/base/axi/pcie@120000/rp1/i2c@80000/ov5647@36)
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder alone on the PATH, but for the shell's own tools."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    (tmp_path / "picture.jpg").write_bytes(jpeg(numbered_frame(321)))
    return folder


def _install(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("name", ["rpicam-jpeg", "libcamera-jpeg"])
def test_takes_a_picture(programs: Path, name: str) -> None:
    calls = programs.parent / "calls"
    _install(programs, name, f'echo "$@" > {calls}; cat {programs.parent}/picture.jpg')
    camera = open_camera("rpicam:1")
    assert number_of(camera.capture()) == 321
    assert calls.read_text().split() == ["--camera", "1", "-n", "-t", "1000", "-o", "-"]
    assert camera.peek() is None
    camera.close()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'ERROR: *** no cameras available ***' >&2; exit 255", "was not found"),
        (
            "echo 'ERROR Camera camera.cpp:689 Pipeline handler in use by another process' >&2; exit 1",
            "in use by another program",
        ),
        (
            "echo 'failed to open /dev/media0: Permission denied' >&2; exit 1",
            "do not have permission",
        ),
        ("echo 'ERROR: *** lens fell off ***' >&2; exit 1", "lens fell off"),
        ("exit 3", "without saying why"),
        ("exit 0", "without saying why"),
        ("head -c 5000 /dev/zero", "is not a picture"),
        ("head -c 300 {picture}", "is not a picture"),
    ],
)
def test_failures_have_their_sentences(programs: Path, script: str, said: str) -> None:
    picture = str(programs.parent / "picture.jpg")
    _install(programs, "rpicam-jpeg", script.replace("{picture}", picture))
    with (
        contextlib.closing(RpiCamera(0)) as camera,
        pytest.raises(CameraError, match=said) as caught,
    ):
        camera.capture()
    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_one_that_hangs_is_given_up_with_its_children(programs: Path) -> None:
    _install(programs, "rpicam-jpeg", "sleep 600 & sleep 600")
    with pytest.raises(CameraError, match="sent no picture"):
        RpiCamera(0, timeout_s=0.5).capture()


def test_one_that_is_stopped_is_started_again(programs: Path) -> None:
    picture, seen = programs.parent / "picture.jpg", programs.parent / "seen"
    _install(
        programs,
        "rpicam-jpeg",
        f"[ -e {seen} ] || {{ touch {seen}; kill -STOP $$; }}; cat {picture}",
    )
    with contextlib.closing(RpiCamera(0, timeout_s=60.0)) as camera:
        assert number_of(camera.capture()) == 321
    _install(programs, "rpicam-jpeg", "kill -STOP $$")
    with pytest.raises(CameraError, match="stopped unexpectedly"):
        RpiCamera(0, timeout_s=60.0).capture()


def test_close_ends_a_running_capture(programs: Path) -> None:
    _install(programs, "rpicam-jpeg", "sleep 600")
    camera = RpiCamera(0)
    threading.Timer(0.3, camera.close).start()
    with pytest.raises(CameraError, match="closed"):
        camera.capture()


def test_without_the_program_says_what_to_install(programs: Path) -> None:
    with pytest.raises(CameraError, match="rpicam-jpeg") as caught:
        RpiCamera(0).capture()
    assert "sudo apt install" in caught.value.hint


def test_modules_are_listed(programs: Path) -> None:
    _install(programs, "rpicam-hello", f"cat <<'END'\n{LISTING}END")
    _install(programs, "rpicam-jpeg", "exit 0")
    found = [info for info in list_cameras() if info.kind == "raspberry pi"]
    assert [(info.id, info.name, info.is_usable) for info in found] == [
        ("rpicam:0", "Raspberry Pi camera 0, sensor imx708", True),
        ("rpicam:1", "Raspberry Pi camera 1, sensor ov5647", True),
    ]


@pytest.mark.parametrize("script", ["echo 'No cameras available!'", "exit 1"])
def test_none_is_listed(programs: Path, script: str) -> None:
    _install(programs, "rpicam-hello", script)
    assert [info for info in list_cameras() if info.kind == "raspberry pi"] == []
