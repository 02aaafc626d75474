from __future__ import annotations

import os
import subprocess
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from assistant.camera.still_image import MAX_PIXELS, load_picture
from assistant.camera.to_rgb import DARK_GREY, MAX_SIDE_PX
from assistant.errors import ExitCode, PictureError

RED, BLUE = (200, 30, 30), (30, 30, 200)


def two_halves(width: int = 40, height: int = 20) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def near(pixel: Any, colour: tuple[int, int, int], tolerance: int = 40) -> bool:
    return bool(np.abs(np.asarray(pixel, int) - colour).max() <= tolerance)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {"quality": 95}),
        ("p.jpg", {"quality": 95, "progressive": True}),
        ("a.png", {}),
        ("a.webp", {"lossless": True}),
        ("a.gif", {}),
        ("a.bmp", {}),
        ("a.tiff", {"compression": "tiff_lzw"}),
    ],
)
def test_common_formats(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    two_halves().save(tmp_path / name, **options)
    pixels = load_picture(str(tmp_path / name))
    assert pixels.shape == (20, 40, 3)
    assert pixels.dtype == np.uint8
    assert near(pixels[10, 5], RED)
    assert near(pixels[10, 35], BLUE)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path: Path, orientation: int) -> None:
    """Every stored orientation comes out as red on the left, blue on the right."""
    turns = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    image = two_halves()
    for turn in turns.get(orientation, []):
        image = image.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    for name in ("a.jpg", "a.png", "a.webp"):
        image.save(tmp_path / name, exif=exif)
        pixels = load_picture(str(tmp_path / name))
        assert pixels.shape == (20, 40, 3), name
        assert near(pixels[10, 5], RED), name
        assert near(pixels[10, 35], BLUE), name


def test_broken_exif_keeps_the_picture(tmp_path: Path) -> None:
    two_halves().save(tmp_path / "a.jpg", exif=b"Exif\0\0MM\0*garbage and more of it")
    assert load_picture(str(tmp_path / "a.jpg")).shape == (20, 40, 3)


def test_cmyk_with_and_without_adobes_mark(tmp_path: Path) -> None:
    two_halves().convert("CMYK").save(tmp_path / "adobe.jpg", quality=95)
    data = (tmp_path / "adobe.jpg").read_bytes()
    mark = data.find(b"\xff\xee")
    length = int.from_bytes(data[mark + 2 : mark + 4], "big")
    assert data[mark + 4 : mark + 9] == b"Adobe"
    # Without the mark the stored values count as they are: the inverse of what Adobe's files store.
    (tmp_path / "plain.jpg").write_bytes(data[:mark] + data[mark + 2 + length :])
    assert near(load_picture(str(tmp_path / "adobe.jpg"))[10, 5], RED)
    plain = load_picture(str(tmp_path / "plain.jpg"))[10, 5]
    with Image.open(tmp_path / "adobe.jpg") as stored:
        values = 255 - np.asarray(stored)[10, 5].astype(int)
    expected = (255 - values[:3]) * (255 - values[3]) / 255
    assert np.abs(plain - expected).max() < 6


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    image.paste((200, 30, 30, 255), (0, 0, 5, 10))
    image.save(tmp_path / "a.png")
    image.quantize(8).save(tmp_path / "palette.png")
    for name in ("a.png", "palette.png"):
        pixels = load_picture(str(tmp_path / name))
        assert near(pixels[5, 2], RED), name
        assert near(pixels[5, 8], (255, 255, 255)), name


def test_a_white_drawing_is_laid_on_grey(tmp_path: Path) -> None:
    image = Image.new("RGBA", (10, 10), (255, 255, 255, 0))
    image.paste((255, 255, 255, 255), (0, 0, 5, 10))
    image.save(tmp_path / "a.png")
    pixels = load_picture(str(tmp_path / "a.png"))
    assert near(pixels[5, 2], (255, 255, 255))
    assert near(pixels[5, 8], DARK_GREY)


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits(tmp_path: Path, suffix: str) -> None:
    values = np.zeros((8, 8), np.uint16)
    values[:, 4:] = 65535
    values[:, 2:4] = 128 * 257
    Image.fromarray(values).save(tmp_path / f"a.{suffix}")
    pixels = load_picture(str(tmp_path / f"a.{suffix}"))
    assert [int(pixels[4, x, 0]) for x in (0, 3, 7)] == pytest.approx([0, 128, 255], abs=1)


def test_other_modes(tmp_path: Path) -> None:
    two_halves().convert("1").save(tmp_path / "one.png")
    two_halves().convert("L").save(tmp_path / "grey.png")
    two_halves().convert("LA").save(tmp_path / "la.png")
    Image.fromarray(np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)).save(tmp_path / "f.tiff")
    for name in ("one.png", "grey.png", "la.png", "f.tiff"):
        assert load_picture(str(tmp_path / name)).ndim == 3, name
    assert load_picture(str(tmp_path / "f.tiff"))[7, 7, 0] == 255


def test_first_frame_of_an_animation(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, BLUE)]
    for name in ("a.gif", "a.webp"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        assert near(load_picture(str(tmp_path / name))[4, 4], RED)


def test_large_pictures_become_small(tmp_path: Path) -> None:
    two_halves(6000, 3000).save(tmp_path / "a.png", compress_level=1)
    two_halves(6000, 3000).quantize(4).save(tmp_path / "p.png", compress_level=1)
    two_halves(6000, 3000).save(tmp_path / "a.jpg")
    for name in ("a.png", "p.png", "a.jpg"):
        pixels = load_picture(str(tmp_path / name))
        assert pixels.shape == (MAX_SIDE_PX // 2, MAX_SIDE_PX, 3), name
        assert near(pixels[500, 100], RED), name
        assert near(pixels[1000, 2000], BLUE), name


def test_a_thin_strip(tmp_path: Path) -> None:
    Image.new("RGB", (9000, 1), RED).save(tmp_path / "a.png")
    assert load_picture(str(tmp_path / "a.png")).shape[0] == 1


def _png_of_size(path: Path, width: int, height: int) -> None:
    """A few bytes that claim to be a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)


@pytest.mark.parametrize("side", [13_000, 60_000])
def test_bombs_are_refused_unread(tmp_path: Path, side: int) -> None:
    assert side * side > MAX_PIXELS
    _png_of_size(tmp_path / "bomb.png", side, side)
    with pytest.raises(PictureError, match="too large"):
        load_picture(str(tmp_path / "bomb.png"))


def test_what_is_no_picture(tmp_path: Path) -> None:
    two_halves(200, 200).save(tmp_path / "a.jpg")
    two_halves(200, 200).save(tmp_path / "a.png")
    cases = {
        "empty.png": (b"", "is empty"),
        "text.png": (b"This is a text.", "I cannot open"),
        "short.jpg": ((tmp_path / "a.jpg").read_bytes()[:600], "damaged"),
        "header.jpg": ((tmp_path / "a.jpg").read_bytes()[:12], "damaged"),
        "short.png": ((tmp_path / "a.png").read_bytes()[:80], "damaged"),
    }
    for name, (content, words) in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(PictureError, match=words) as caught:
            load_picture(str(tmp_path / name))
        assert caught.value.exit_code is ExitCode.PICTURE
        assert caught.value.message.count(". ") == 0, "one sentence"
    with pytest.raises(PictureError, match="There is no file"):
        load_picture(str(tmp_path / "missing.png"))
    with pytest.raises(PictureError, match="There is no file"):
        load_picture(str(tmp_path / "a.png" / "b.png"))
    with pytest.raises(PictureError, match="is a folder"):
        load_picture(str(tmp_path))
    with pytest.raises(PictureError, match="could not be read"):
        load_picture("a\0b.png")


def test_a_forbidden_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    two_halves().save(path)

    def refuse(name: str, *arguments: Any) -> Any:
        raise PermissionError(13, "Permission denied", name)

    monkeypatch.setattr(os, "open", refuse)  # root may read everything, so the refusal is played
    with pytest.raises(PictureError, match="cannot be read"):
        load_picture(str(path))


def test_an_endless_pipe_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.camera.picture_file.MAX_STREAM_BYTES", 100_000)
    endless = subprocess.Popen(["cat", "/dev/zero"], stdout=subprocess.PIPE)
    assert endless.stdout is not None
    with endless:
        with pytest.raises(PictureError, match="too large"):
            load_picture(f"/dev/fd/{endless.stdout.fileno()}")
        endless.kill()
