"""Files as phones, browsers and programs make them: new formats, wrong names, side chunks, missing ends, profiles."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from assistant.camera.still_image import decode_stream, load_picture
from assistant.errors import PictureError

STREET = Path(__file__).parents[3] / "examples" / "street.png"


@pytest.fixture(scope="module")
def street() -> Image.Image:
    pillow_heif.register_heif_opener()
    return Image.open(STREET).convert("RGB")


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def decoded(content: bytes) -> tuple[Image.Image, str]:
    return decode_stream(io.BytesIO(content), "it")


def difference(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(np.asarray(one).astype(int) - np.asarray(other).astype(int)).mean())


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_phone_formats_are_opened_whatever_the_file_is_called(
    street: Image.Image, tmp_path: Path, kind: str
) -> None:
    for name in ("a.heic", "photo.jpg"):
        (tmp_path / name).write_bytes(encoded(street, kind, quality=90))
        pixels = load_picture(str(tmp_path / name))
        assert difference(Image.fromarray(pixels), street) < 4


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_phone_formats_come_out_upright(street: Image.Image, kind: str, orientation: int) -> None:
    turn = {3: 180, 6: 90, 8: 270}.get(orientation)
    stored = street.crop((0, 0, 512, 300))
    wanted = stored.copy()
    if turn is not None:
        stored = stored.rotate(turn, expand=True)
    exif = Image.Exif()
    exif[0x0112] = orientation
    image, _ = decoded(encoded(stored, kind, quality=90, exif=exif.tobytes()))
    assert image.size == wanted.size
    assert difference(image, wanted) < 4


def test_the_main_picture_of_several_is_taken(street: Image.Image) -> None:
    file = pillow_heif.HeifFile()  # type: ignore[no-untyped-call]
    for image in (Image.new("RGB", street.size), street):
        file.add_from_pillow(image)
    data = io.BytesIO()
    file.save(data, primary_index=1, quality=90)
    assert difference(decoded(data.getvalue())[0], street) < 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\0\0\0\x24ftypheic\0\0\0\0mif1heic" + bytes(500), "HEIC"),
        (b"\0\0\0\x20ftypmif1\0\0\0\0mif1avif" + bytes(500), "AVIF"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(500), "a video"),
        (b"\n<!doctype HTML>\n<p>Not found", "a web page"),
        (b"\xef\xbb\xbf<html>", "a web page"),
        (b'<?xml version="1.0"?>\n<!-- Made by hand -->\n<svg width="9">', "an SVG drawing"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"PK\x03\x04\x14\0", "an archive"),
        (b"ID3\x03\0", "a sound file"),
        ("Grüße".encode(), "a text"),
        (bytes(9000), "a file of zeros"),
    ],
)
def test_what_a_file_really_is_is_named(content: bytes, said: str) -> None:
    with pytest.raises(PictureError, match=said):
        decoded(content)


def with_chunk(png: bytes, kind: bytes, body: bytes) -> bytes:
    at = png.index(b"IDAT") - 4
    checksum = struct.pack(">I", zlib.crc32(kind + body))
    return png[:at] + struct.pack(">I", len(body)) + kind + body + checksum + png[at:]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"zTXt", b"prompt\0\0" + zlib.compress(b"x" * 3_000_000)),
        (b"zTXt", b"bomb\0\0" + zlib.compress(b"x" * 90_000_000)),
        (b"iTXt", b"workflow\0\1\0\0\0" + zlib.compress(b"y" * 3_000_000)),
        (b"tEXt", b"note\0" + b"z" * 3_000_000),
        (b"iCCP", b"odd\0\0" + zlib.compress(bytes(3_000_000))),
        (b"iCCP", b"odd\0\0" + b"not packed"),
    ],
)
def test_what_stands_beside_the_pixels_does_not_matter(
    street: Image.Image, kind: bytes, body: bytes
) -> None:
    image, note = decoded(with_chunk(encoded(street, "PNG"), kind, body))
    assert (difference(image, street), note) == (0.0, "")


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {"quality": 90}), ("PNG", {}), ("BMP", {}), ("TIFF", {})],
)
def test_a_picture_without_its_end_is_shown_as_far_as_it_goes(
    street: Image.Image, kind: str, options: dict[str, Any]
) -> None:
    whole = encoded(street, kind, **options)
    assert decoded(whole)[1] == ""
    image, note = decoded(whole[: len(whole) * 7 // 10])
    assert image.size == street.size
    assert "percent of the picture is missing" in note
    with pytest.raises(PictureError, match="is damaged"):
        decoded(whole[: len(whole) // 20])


def test_a_jpeg_without_its_last_two_bytes_is_whole(street: Image.Image) -> None:
    whole = encoded(street, "JPEG", quality=90)
    image, note = decoded(whole[:-2])
    assert (difference(image, decoded(whole)[0]), note) == (0.0, "")
    cut = encoded(street, "JPEG", quality=90, progressive=True)[:-3000]
    assert "may lack detail" in decoded(cut)[1]


def with_exchanged_primaries() -> bytes:
    """A profile whose red is blue, and the reverse."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    n_tags = struct.unpack(">I", profile[128:132])[0]
    places = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 136 + 12 * i for i in range(n_tags)}
    red, blue = places[b"rXYZ"], places[b"bXYZ"]
    profile[red : red + 8], profile[blue : blue + 8] = (
        profile[blue : blue + 8],
        profile[red : red + 8],
    )
    return bytes(profile)


def to_png(image: Image.Image) -> bytes:
    return encoded(image, "PNG", icc_profile=with_exchanged_primaries())


def to_jpeg(image: Image.Image) -> bytes:
    return encoded(image, "JPEG", quality=98, icc_profile=with_exchanged_primaries())


def to_heic(image: Image.Image) -> bytes:
    return encoded(image, "HEIF", quality=98, icc_profile=with_exchanged_primaries())


def to_transparent(image: Image.Image) -> bytes:
    image = image.copy()
    image.putalpha(255)
    return to_png(image)


@pytest.mark.parametrize("write", [to_png, to_jpeg, to_heic, to_transparent])
def test_the_colours_are_those_of_the_pictures_profile(
    street: Image.Image, write: Callable[[Image.Image], bytes]
) -> None:
    exchanged = Image.merge("RGB", street.split()[::-1])
    assert difference(decoded(write(exchanged))[0], street) < 4


def test_lab_pictures_are_opened(street: Image.Image) -> None:
    lab = ImageCms.profileToProfile(
        street,
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    assert lab is not None
    assert difference(decoded(encoded(lab, "TIFF"))[0], street) < 4
