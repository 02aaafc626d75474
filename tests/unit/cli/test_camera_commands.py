"""``cameras``, and pictures of the camera's for ``describe``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.camera.named_pictures import NamedPictures
from assistant.cli.main import main
from assistant.errors import CameraError, ExitCode, PictureError
from assistant.messages import camera as words

EXAMPLE = str(Path(__file__).parents[3] / "examples" / "beach.png")


def test_a_camera_is_a_plain_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cameras", "--camera", EXAMPLE]) == ExitCode.OK
    first = capsys.readouterr().out.splitlines()[0]
    assert first == f"Camera 1: picture beach.png. To choose it: --camera {EXAMPLE}"


def test_json_has_an_object_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cameras", "--json", "--camera", EXAMPLE]) == ExitCode.OK
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["id"], first["kind"], first["is_usable"]) == (EXAMPLE, "picture", True)


@pytest.mark.skipif(any(Path("/dev").glob("video*")), reason="this machine has cameras")
def test_none_is_a_sentence_and_a_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["cameras"]) == ExitCode.CAMERA
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [words.NONE_FOUND, words.NONE_FOUND_HINT]


def test_describe_needs_a_picture_or_a_camera(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe"]) == ExitCode.USAGE
    assert words.NO_IMAGE in capsys.readouterr().err


def test_the_name_camera_takes_a_picture(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 48), (3, 3, 3)).save(tmp_path / "black.png")
    pictures = NamedPictures(str(tmp_path / "black.png"))
    assert pictures("camera").shape == (48, 64, 3)
    assert pictures(EXAMPLE).shape == (512, 512, 3)
    pictures.close()
    with pytest.raises(PictureError):
        pictures("./camera")
    with pytest.raises(CameraError):
        NamedPictures("nothing.avi")("camera")
