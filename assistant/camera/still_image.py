"""Reads a picture from a file or from standard input, upright and in RGB.

A picture whose end is missing is read as far as it goes, as viewers do, with a note that a part is missing.
"""

from __future__ import annotations

import warnings
from typing import BinaryIO

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from assistant import messages
from assistant.camera import picture_file, picture_kind
from assistant.camera.to_rgb import MAX_SIDE_PX, to_rgb
from assistant.core.events import ImageRgb
from assistant.errors import PictureError
from assistant.messages import camera as words

# Importing these is what makes Pillow know the formats.
FORMATS = tuple(
    plugin.format
    for plugin in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
        GifImagePlugin.GifImageFile,
        BmpImagePlugin.BmpImageFile,
        TiffImagePlugin.TiffImageFile,
    )
)
MAX_PIXELS = 150_000_000
"""Larger pictures are refused unread: 150 megapixels with alpha take 600 MB while they are read."""
_MOST_MISSING = 0.75
"""A picture of which more is missing counts as damaged."""
_CORNER_PX = 8

# Texts and profiles beside a picture can be megabytes long (workflows of picture generators).
PngImagePlugin.MAX_TEXT_CHUNK = 16 << 20
PngImagePlugin.MAX_TEXT_MEMORY = 64 << 20


def load_picture(name: str) -> ImageRgb:
    """Read a picture.

    Args:
        name: a path, or "-" for standard input.

    Returns:
        Shape (height, width, 3), RGB, no side longer than ``to_rgb.MAX_SIDE_PX``.

    Raises:
        PictureError: it is missing, not readable, damaged, too large, or not a picture.
    """
    import numpy as np

    shown = picture_file.shown_name(name)
    with picture_file.opened(0 if name == "-" else name, shown) as stream:
        return np.array(decode_stream(stream, shown)[0], np.uint8)


def decode_stream(stream: BinaryIO, shown: str) -> tuple[Image.Image, str]:
    """Read a picture from a seekable stream, as ``load_picture`` does; ``shown`` is what to call it.

    Most pictures need no NumPy, which takes longer to import than to read one of them.

    Returns:
        The picture, in mode "RGB", and a sentence where a part of it is missing.

    Raises:
        PictureError: it is damaged, too large, or not a picture.
        OSError: it cannot be read.
    """
    beginning = stream.read(picture_kind.PEEK_BYTES)
    if not beginning:
        raise PictureError(messages.picture_empty(shown))
    kind = picture_kind.format_of(beginning)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the limits here are the ones that count
        try:
            try:
                return to_rgb(_opened(stream, kind, shown)), ""
            except (OSError, ValueError, EOFError) as error:
                if isinstance(error, UnidentifiedImageError) and kind != "PNG":
                    raise
                return _decode_what_is_there(stream, kind, shown)
        except PictureError:
            raise
        except (Image.DecompressionBombError, MemoryError) as error:
            raise _too_large(0, shown) from error
        except Exception as error:  # Pillow's decoders raise a dozen kinds on broken data
            if not kind and isinstance(error, UnidentifiedImageError):
                raise _unknown(beginning, shown) from error
            name = picture_kind.NAMES.get(kind, kind)
            raise PictureError(messages.picture_truncated(shown, name)) from error


def _opened(stream: BinaryIO, kind: str, shown: str) -> Image.Image:
    """Return the picture with its pixels."""
    stream.seek(0)
    image = Image.open(stream, formats=_formats(kind))
    if (n_pixels := image.width * image.height) > MAX_PIXELS:
        raise _too_large(n_pixels, shown)
    image.draft("RGB", (MAX_SIDE_PX, MAX_SIDE_PX))
    image.load()
    return image


def _formats(kind: str) -> tuple[str, ...]:
    """Return what Pillow is to try; these two take a while to load, and most pictures are of neither kind."""
    if kind == picture_kind.HEIC:
        import pillow_heif

        pillow_heif.register_heif_opener()
        return (kind,)
    if kind == picture_kind.AVIF:
        from PIL import AvifImagePlugin  # noqa: F401 - importing it makes Pillow know the format

        return (kind,)
    return FORMATS


def _decode_what_is_there(stream: BinaryIO, kind: str, shown: str) -> tuple[Image.Image, str]:
    """Read a picture that ends too early, or that has something unreadable beside its pixels.

    Raises:
        OSError: too little is there.
    """
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        image = _opened(stream, kind, shown)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    share = _missing_share(image, kind)
    # Of an interlaced picture every second row can be missing.
    if share > _MOST_MISSING or kind == "GIF" or (share and image.info.get("interlace")):
        raise OSError("too little is there")
    note = words.part_missing(share) if share else ""
    if not note and image.info.get("progressive"):
        note = words.DETAILS_MISSING
    return to_rgb(image), note


def _missing_share(image: Image.Image, kind: str) -> float:
    """Return how much of the picture's height is missing; never 0 where anything is."""
    # What is missing has the colour that decoders begin with: grey in a JPEG, nothing in all others.
    blanks = {127, 128} if kind == "JPEG" else {0}
    if kind == "BMP":  # is stored from the bottom up
        image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)

    def is_blank(left: int, top: int) -> bool:
        extrema = image.crop((left, top, image.width, image.height)).getextrema()
        bands = extrema if isinstance(extrema[0], tuple) else (extrema,)
        return all(low == high and low in blanks for low, high in bands)

    first, last = 0, image.height
    while first < last:
        middle = (first + last) // 2
        if is_blank(0, middle):
            last = middle
        else:
            first = middle + 1
    if first < image.height:
        return (image.height - first) / image.height
    corner = max(0, image.width - _CORNER_PX), max(0, image.height - _CORNER_PX)
    return 1 / image.height if kind == "JPEG" and is_blank(*corner) else 0.0


def _unknown(beginning: bytes, shown: str) -> PictureError:
    kind = picture_kind.kind_of(beginning)
    return PictureError(messages.picture_unknown(shown, kind), messages.PICTURE_UNKNOWN_HINT)


def _too_large(pixels: int, shown: str) -> PictureError:
    limit = MAX_PIXELS // 1_000_000
    # Pillow refuses the largest by itself without telling their size; they have at least twice its limit.
    megapixels = round(pixels / 1e6) or round(2 * (Image.MAX_IMAGE_PIXELS or MAX_PIXELS) / 1e6)
    message = messages.picture_too_large(shown, megapixels, limit)
    return PictureError(message, messages.PICTURE_TOO_LARGE_HINT)
