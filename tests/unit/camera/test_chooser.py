"""Going from camera to camera."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.camera import chooser, discovery
from assistant.camera.chooser import CameraChooser
from assistant.core.ports import CameraInfo
from assistant.errors import CameraError
from tests.support.assistant_command import STREET


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> list[CameraInfo]:
    """The webcams that are there, in place of this machine's."""
    found: list[CameraInfo] = []
    monkeypatch.setattr(discovery, "_webcams", lambda: list(found))
    monkeypatch.setattr(discovery, "find_pi_cameras", list)
    return found


def webcam(number: int, *, is_usable: bool = True) -> CameraInfo:
    name = f"webcam {number}"
    return CameraInfo(f"/dev/video{number}", name, "webcam", is_usable=is_usable, problem="Busy.")


@pytest.mark.parametrize("source", [None, "0", "/dev/video0"])
def test_round_and_round_over_those_that_can_be_used(
    cameras: list[CameraInfo], source: str | None
) -> None:
    cameras += [webcam(0), webcam(1, is_usable=False), webcam(2)]
    chosen = CameraChooser(source)
    assert [chosen.next() for _ in range(3)] == ["webcam 2", "webcam 0", "webcam 2"]


def test_one_camera_has_no_next(cameras: list[CameraInfo]) -> None:
    cameras.append(webcam(0))
    assert CameraChooser("0").next() is None
    assert CameraChooser().next() is None


def test_no_camera_says_so(cameras: list[CameraInfo]) -> None:
    with pytest.raises(CameraError):
        CameraChooser().next()


def test_from_a_picture_to_a_webcam_and_back(cameras: list[CameraInfo]) -> None:
    cameras.append(webcam(3))
    chosen = CameraChooser(str(STREET))
    assert chosen.capture().shape[2] == 3
    assert chosen.name == "picture street.png"
    assert chosen.next() == "webcam 3"
    assert chosen.next() == "picture street.png"
    chosen.close()
    chosen.close()


def test_a_source_that_is_nothing_is_told_when_a_picture_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(CameraError):
        CameraChooser(str(tmp_path / "missing.png")).capture()
    assert chooser.CameraChooser("x").name == "x"
