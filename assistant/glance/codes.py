"""Finds bar codes and QR codes in a picture: what they say is read, and never opened, run or looked up."""

from __future__ import annotations

import re

import cv2
import numpy as np
import numpy.typing as npt
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
HARDER_SIDE_PX = 1600
"""The same where nothing was found at first."""
TURNED_SCALE = 0.7

ITF_DIGITS = 14
"""As on boxes of goods."""

Grey = npt.NDArray[np.uint8]

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
    grey = _shrink(np.asarray(cv2.cvtColor(image_rgb, cv2.COLOR_RGB2GRAY), np.uint8), MAX_SIDE_PX)
    found = _read(grey) or _read_harder(_shrink(grey, HARDER_SIDE_PX))
    return list(dict.fromkeys(map(_as_code, found)))[:MAX_CODES]


def _read(grey: Grey) -> list[zxingcpp.Barcode]:
    """Return the codes from the top down."""
    found = list(filter(_is_whole, zxingcpp.read_barcodes(grey, formats=_FORMATS)))
    clear = [code for code in found if not any(_contradict(code, other) for other in found)]
    return sorted(clear, key=lambda code: (code.position.top_left.y, code.position.top_left.x))


def _is_whole(code: zxingcpp.Barcode) -> bool:
    """Return whether it is no part of a longer code: ITF has no end that a part of its bars could not have."""
    return code.symbology != BarcodeFormat.ITF or len(code.text) == ITF_DIGITS


def _contradict(one: zxingcpp.Barcode, other: zxingcpp.Barcode) -> bool:
    """Return whether two texts were read from the same bars, as noise can do: then neither is to be believed."""
    if one.text == other.text:
        return False
    boxes = [_find_box(code.position) for code in (one, other)]
    return all(
        max(box[axis] for box in boxes) < min(box[axis + 2] for box in boxes) for axis in (0, 1)
    )


def _find_box(position: zxingcpp.Position) -> tuple[int, int, int, int]:
    corners = position.top_left, position.top_right, position.bottom_right, position.bottom_left
    columns, rows = [corner.x for corner in corners], [corner.y for corner in corners]
    left, top, right, bottom = min(columns), min(rows), max(columns) + 1, max(rows) + 1
    # Of bars only the line is known that was read, and they reach as far as half its length.
    across, down = max(0, bottom - top - right + left), max(0, right - left - bottom + top)
    return left - across // 4, top - down // 4, right + across // 4, bottom + down // 4


def _read_harder(grey: Grey) -> list[zxingcpp.Barcode]:
    """Try a turned and a sharpened picture: bars are searched along rows and columns alone, and hands shake.

    Evening out shadows would find as many more, but misreads some: none of that.
    """
    return _read(_turn(grey)) or _read(_sharpen(grey))


def _turn(grey: Grey) -> Grey:
    """Return the picture turned by half a right angle and made smaller, with nothing cut off."""
    height, width = grey.shape
    side = max(1, round((height + width) * np.sqrt(0.5) * TURNED_SCALE))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 45, TURNED_SCALE)
    turn[:, 2] += (side - width) / 2, (side - height) / 2
    turned = cv2.warpAffine(grey, turn, (side, side), flags=cv2.INTER_AREA, borderValue=128)
    return np.asarray(turned, np.uint8)


def _sharpen(grey: Grey) -> Grey:
    blurred = cv2.GaussianBlur(grey, (0, 0), 2)
    return np.asarray(cv2.addWeighted(grey, 3, blurred, -2, 0), np.uint8)


def _shrink(grey: Grey, side_px: int) -> Grey:
    height, width = grey.shape
    scale = side_px / max(height, width)
    if scale >= 1:
        return grey
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


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
