"""Makes damaged pictures: from good ones, by a seeded generator."""

from __future__ import annotations

import binascii
import io
import random
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

Damage = Callable[[bytes, random.Random], bytes]

_SIZES = (0, 1, 2, 255, 32_767, 65_535, 65_536, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
_SIDE_PX = 320
"""Longest side of the good pictures: damage finds the same code in small ones, and is quicker."""


def good_pictures(examples: Path) -> list[Image.Image]:
    """Return the examples, and photographs that scikit-image ships."""
    import skimage.data

    photos = Path(skimage.data.__file__).parent
    names = (
        "astronaut.png",
        "chelsea.png",
        "coffee.png",
        "rocket.jpg",
        "camera.png",
        "logo.png",
        "retina.jpg",
    )
    pictures = []
    for path in (*sorted(examples.glob("*.png")), *(photos / name for name in names)):
        with Image.open(path) as image:
            image.thumbnail((_SIDE_PX, _SIDE_PX))
            pictures.append(image.convert("RGBA" if "A" in image.mode else image.mode))
    return pictures


_TURNED = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
"""EXIF data that say that the picture lies on its side."""
_WAYS: tuple[tuple[str, str, str, dict[str, object]], ...] = (
    ("jpeg", "RGB", "JPEG", {"quality": 80}),
    ("progressive jpeg", "RGB", "JPEG", {"quality": 60, "progressive": True}),
    ("grey jpeg", "L", "JPEG", {}),
    ("cmyk jpeg", "CMYK", "JPEG", {}),
    ("jpeg with exif", "RGB", "JPEG", {"exif": _TURNED}),
    ("png", "RGB", "PNG", {}),
    ("png with alpha", "RGBA", "PNG", {}),
    ("palette png", "P", "PNG", {}),
    ("16 bit png", "I;16", "PNG", {}),
    ("bilevel png", "1", "PNG", {}),
    ("webp", "RGB", "WEBP", {"quality": 70}),
    ("lossless webp", "RGBA", "WEBP", {"lossless": True, "method": 0}),
    ("gif", "P", "GIF", {}),
    ("bmp", "RGB", "BMP", {}),
    ("palette bmp", "P", "BMP", {}),
    ("tiff", "RGB", "TIFF", {}),
    ("lzw tiff", "RGB", "TIFF", {"compression": "tiff_lzw"}),
    ("deflate tiff", "L", "TIFF", {"compression": "tiff_adobe_deflate"}),
    ("jpeg tiff", "RGB", "TIFF", {"compression": "jpeg"}),
    ("float tiff", "F", "TIFF", {}),
    ("heic", "RGB", "HEIF", {"quality": 70}),
    ("avif", "RGB", "AVIF", {"quality": 70, "speed": 9}),
)  # fmt: skip


def encoded(picture: Image.Image, rng: random.Random) -> tuple[str, bytes]:
    """Write the picture in one of many formats; return the format's name and the file."""
    name, mode, kind, options = rng.choice(_WAYS)
    converted = picture.convert("L").convert(mode) if mode == "I;16" else picture.convert(mode)
    data = io.BytesIO()
    converted.save(data, kind, **options)
    return name, data.getvalue()


def damaged(pictures: Sequence[Image.Image], rng: random.Random) -> tuple[str, bytes]:
    """One damaged file; returns what was done, and the file."""
    name, data = encoded(rng.choice(pictures), rng)
    damage = rng.choice(DAMAGES)
    if damage is mixed:
        _, other = encoded(rng.choice(pictures), rng)
        data = mixed(data, rng, other)
    else:
        data = damage(data, rng)
        if damage is not left_whole and rng.random() < 0.2:
            data = rng.choice((bits_flipped, cut, ends_flipped))(data, rng)
    return f"{name}, {damage.__name__.replace('_', ' ')}", data


def bits_flipped(data: bytes, rng: random.Random) -> bytes:
    """From one bit to hundreds, anywhere."""
    return _flipped(data, rng, len(data), 2 ** rng.randrange(9))


def ends_flipped(data: bytes, rng: random.Random) -> bytes:
    """Bits of the beginning, where the headers are."""
    return _flipped(data, rng, min(len(data), rng.choice((24, 64, 600))), 2 ** rng.randrange(5))


def cut(data: bytes, rng: random.Random) -> bytes:
    """End too early, often very early."""
    if not data:
        return data
    return data[
        : rng.choice(
            (rng.randrange(len(data)), rng.randrange(64), len(data) - rng.randrange(1, 20))
        )
    ]


def overwritten(data: bytes, rng: random.Random) -> bytes:
    """Write a run of zeros, ones or noise over it."""
    n, at = rng.choice((4, 64, 4096)), rng.randrange(len(data))
    filling = rng.choice((bytes(n), b"\xff" * n, rng.randbytes(n)))
    return data[:at] + filling + data[at + n :]


def inserted(data: bytes, rng: random.Random) -> bytes:
    """Bytes that do not belong there."""
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(2 ** rng.randrange(12)) + data[at:]


def blocks_moved(data: bytes, rng: random.Random) -> bytes:
    """Two blocks change places, or one comes again and again."""
    n = max(1, len(data) // rng.choice((4, 16, 64)))
    one, other = sorted((rng.randrange(len(data)), rng.randrange(len(data))))
    if rng.random() < 0.5:
        return data[:one] + data[one : one + n] * rng.randrange(2, 40) + data[one + n :]
    block, last = data[one : one + n], data[other : other + n]
    return data[:one] + last + data[one + n : other] + block + data[other + n :]


def mixed(data: bytes, rng: random.Random, other: bytes = b"") -> bytes:
    """Join the beginning of one format and the rest of another."""
    at = rng.choice((2, 4, 8, 12, 26, rng.randrange(len(data))))
    return data[:at] + other[rng.choice((0, at)) :]


def sized_absurdly(data: bytes, rng: random.Random) -> bytes:
    """Width and height that the file cannot have, checksums put right where the format has them."""
    width, height = rng.choice(_SIZES), rng.choice(_SIZES)
    changed = bytearray(data)
    if data.startswith(b"\x89PNG"):
        struct.pack_into(">II", changed, 16, width, height)
        struct.pack_into(">I", changed, 29, zlib.crc32(bytes(changed[12:29])))
    elif data.startswith(b"BM"):
        struct.pack_into("<ii", changed, 18, _signed(width), _signed(height))
    elif data.startswith(b"GIF"):
        struct.pack_into("<HH", changed, 6, width & 0xFFFF, height & 0xFFFF)
        at = data.find(b",", 10)
        if 0 < at < len(data) - 9:
            struct.pack_into("<HH", changed, at + 5, width & 0xFFFF, height & 0xFFFF)
    elif data.startswith(b"\xff\xd8"):
        for marker in (b"\xff\xc0", b"\xff\xc2"):
            at = data.find(marker)
            if 0 < at < len(data) - 9:
                struct.pack_into(">HH", changed, at + 5, height & 0xFFFF, width & 0xFFFF)
    elif data.startswith(b"RIFF"):
        at = 24 + rng.randrange(6)
        changed[at : at + 4] = struct.pack("<I", width)
    elif data.startswith(b"II*\0"):
        _resize_tiff(changed, width, height)
    return bytes(changed)


def swollen(data: bytes, rng: random.Random) -> bytes:
    """Make a little file that unpacks to much: text chunks, colour profiles, passes over the picture."""
    if data.startswith(b"\x89PNG"):
        kind, head = rng.choice(
            ((b"zTXt", b"Comment\0\0"), (b"iCCP", b"profile\0\0"), (b"eXIf", b"II*\0"))
        )
        body = head + zlib.compress(bytes(rng.choice((1 << 16, 1 << 22, 1 << 26))), 9)
        chunk = (
            struct.pack(">I", len(body))
            + kind
            + body
            + struct.pack(">I", binascii.crc32(kind + body))
        )
        return data[:33] + chunk + data[33:]
    last = data.rfind(b"\xff\xda")
    if data.startswith(b"\xff\xd8") and last > 0:
        return data[:last] + data[last:-2] * rng.choice((10, 200)) + b"\xff\xd9"
    return data + bytes(rng.choice((1 << 10, 1 << 20)))


def left_whole(data: bytes, rng: random.Random) -> bytes:
    """Nothing: these must be described."""
    return data


DAMAGES: tuple[Damage, ...] = (
    bits_flipped, bits_flipped, ends_flipped, ends_flipped, cut, overwritten, inserted, blocks_moved, mixed,
    sized_absurdly, sized_absurdly, swollen, left_whole,
)  # fmt: skip


def _flipped(data: bytes, rng: random.Random, within: int, n: int) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    for _ in range(n):
        changed[rng.randrange(within)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _signed(value: int) -> int:
    return value - 2**32 if value >= 2**31 else value


def _resize_tiff(data: bytearray, width: int, height: int) -> None:
    (at,) = struct.unpack_from("<I", data, 4)
    if at + 2 > len(data):
        return
    for place in range(
        at + 2, min(at + 2 + 12 * struct.unpack_from("<H", data, at)[0], len(data) - 12), 12
    ):
        tag = struct.unpack_from("<H", data, place)[0]
        if tag in (256, 257):
            struct.pack_into("<HII", data, place + 2, 4, 1, width if tag == 256 else height)
