"""Finds bar codes and QR codes in a picture: what they say is read, and never opened, run or looked up."""

from __future__ import annotations

import re

import cv2
import zxingcpp
from zxingcpp import BarcodeFormat, ContentType

from assistant.core.events import ImageRgb
from assistant.core.findings import Code
from assistant.messages import codes as words
from assistant.system.printable import printable

MAX_CODES = 8
"""More are not heard out: a shelf full of codes is a shelf."""
MAX_CHARACTERS = 8000
"""More than any code can hold by its standard."""
MAX_SIDE_PX = 2400
"""Longest side that is searched."""

_FORMATS = zxingcpp.BarcodeFormats(
    [
        BarcodeFormat.QRCode,
        BarcodeFormat.EANUPC,
        BarcodeFormat.Code128,
        BarcodeFormat.Code39,
        BarcodeFormat.Code93,
        BarcodeFormat.ITF,
        BarcodeFormat.DataBar,
        BarcodeFormat.DataMatrix,
        BarcodeFormat.Aztec,
        BarcodeFormat.PDF417,
        BarcodeFormat.MaxiCode,
    ]
)
_KINDS = {
    BarcodeFormat.QRCode: words.QR_CODE,
    BarcodeFormat.Aztec: words.AZTEC_CODE,
    BarcodeFormat.DataMatrix: words.DATA_MATRIX,
    BarcodeFormat.MaxiCode: words.MAXICODE,
}
_MARKED_UP = frozenset({ContentType.GS1, ContentType.ISO15434})
_LINE_BREAKS = re.compile(r"\r\n|[\r\n\u2028\u2029]")
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
_MAX_ODD_SHARE = 0.1
"""A text may hold a stray control character; what holds more of them is data."""


def find_codes(image_rgb: ImageRgb) -> list[Code]:
    """Return the codes in a picture from the top down, each text once; at most ``MAX_CODES``.

    Args:
        image_rgb: shape (height, width, 3), uint8.
    """
    grey = cv2.cvtColor(image_rgb, cv2.COLOR_RGB2GRAY)
    scale = MAX_SIDE_PX / max(grey.shape)
    if scale < 1:
        size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    found = zxingcpp.read_barcodes(grey, formats=_FORMATS)
    found.sort(key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    return list(dict.fromkeys(map(_as_code, found)))[:MAX_CODES]


def _as_code(barcode: zxingcpp.Barcode) -> Code:
    kind = _KINDS.get(barcode.symbology, words.BAR_CODE)
    text = printable(_LINE_BREAKS.sub(" ", _read_text(barcode))).strip()
    return Code(kind, text[:MAX_CHARACTERS], len(barcode.bytes))


def _read_text(barcode: zxingcpp.Barcode) -> str:
    """Return what a code says; empty where it holds data that is no text."""
    if barcode.symbology == BarcodeFormat.EANUPC:
        return _read_retail_number(barcode)
    if barcode.content_type in _MARKED_UP:
        return barcode.text
    # The reader writes control characters as "<LF>"; what they are is for printable() to judge.
    try:
        text = barcode.bytes.decode("utf-8")
    except UnicodeDecodeError:
        if barcode.content_type == ContentType.Binary:
            return ""
        text = barcode.text  # in an older encoding, which the code names
    return text if len(_ODD.findall(text)) <= _MAX_ODD_SHARE * len(text) else ""


def _read_retail_number(barcode: zxingcpp.Barcode) -> str:
    """Return the digits as they are printed: the reader fills up American numbers to thirteen."""
    if isinstance(barcode.extra, dict) and barcode.extra.get("UPCE"):
        return str(barcode.extra["UPCE"])
    return barcode.text.removeprefix("0") if len(barcode.text) == 13 else barcode.text
