"""Tells from its first bytes what a file is, whatever its name says, so that a person hears what was sent to them."""

from __future__ import annotations

import re

from assistant.messages import camera as words

PEEK_BYTES = 1024
"""How much of a file's beginning is looked at."""
HEIC, AVIF = "HEIF", "AVIF"
"""Pillow's names of the two formats that share a container with videos."""
NAMES = {"HEIF": "HEIC", "WEBP": "WebP"}
"""What to call a format where Pillow's name is not the usual one."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_BEGINNINGS = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}
_OTHERS = (
    (rb"%PDF", words.KIND_PDF),
    (rb"\s*(<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE svg[^>]*>|\s)*<svg", words.KIND_SVG),
    (rb"\s*(<\?xml[^>]*>|<!--.*?-->|\s)*<(!DOCTYPE html|html|head|body)\b", words.KIND_WEB_PAGE),
    (rb"RIFF....WAVE|ID3|fLaC|OggS|\xff[\xf2-\xfb]", words.KIND_SOUND),
    (rb"RIFF....AVI |\x1aE\xdf\xa3|\0\0\x01[\xb3\xba]", words.KIND_VIDEO),
    (rb"\0\0\0\x0cJXL |\xff\x0a", words.KIND_JPEG_XL),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", words.KIND_JPEG_2000),
    (rb"FUJIFILM|II\x55\0|II\x1a\0|IIR[OS]|FOVb", words.KIND_RAW),
    (rb"8BPS", words.KIND_PHOTOSHOP),
    (rb"\0\0[\x01\x02]\0", words.KIND_ICON),
    (rb"PK\x03\x04|\x1f\x8b|7z\xbc\xaf|Rar!", words.KIND_ARCHIVE),
)


def format_of(beginning: bytes) -> str:
    """Return Pillow's name of the picture format that a file begins as; empty for anything else."""
    brands = _brands(beginning)
    if brands & _AVIF_BRANDS:
        return AVIF
    if brands & _HEIC_BRANDS:
        return HEIC
    if re.match(rb"RIFF....WEBP", beginning, re.S):
        return "WEBP"
    return next((kind for start, kind in _BEGINNINGS.items() if beginning.startswith(start)), "")


def kind_of(beginning: bytes) -> str:
    """Return what a file that is no known picture is, as in "a web page"; empty where that is unknown."""
    brands = _brands(beginning)
    if brands:
        return words.KIND_RAW if b"crx " in brands else words.KIND_VIDEO
    text = beginning.removeprefix(b"\xef\xbb\xbf")
    for pattern, kind in _OTHERS:
        if re.match(pattern, text, re.S | re.I):
            return kind
    if not beginning.strip(b"\0"):
        return words.KIND_ZEROS
    return words.KIND_TEXT if _is_text(beginning) else ""


def _brands(beginning: bytes) -> set[bytes]:
    """Return the brands of a file in the container of ISO 14496-12: the four letters that say what is in it."""
    if beginning[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(beginning[:4], "big"), len(beginning))
    return {beginning[at : at + 4] for at in (8, *range(16, max(end, 16), 4))}


def _is_text(beginning: bytes) -> bool:
    try:
        text = beginning.decode()
    except UnicodeDecodeError as error:
        if error.start < len(beginning) - 3:  # not a sign that is cut off by the end
            return False
        text = beginning[: error.start].decode()
    return all(sign.isprintable() or sign.isspace() for sign in text)
