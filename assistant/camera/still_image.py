"""Reads a picture from a file or from standard input, upright and in RGB.

Transparent parts become white, or dark grey where the rest is nearly white (a white logo), so that it stands out.
Pictures are made smaller while they are read: the model sees no more than a few hundred pixels a side, and a
100-megapixel picture must fit into a small computer's memory.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import BinaryIO

from PIL import (
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageChops,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from assistant import messages
from assistant.camera import picture_file
from assistant.core.events import ImageRgb
from assistant.errors import PictureError

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
MAX_SIDE_PX = 2048
"""Larger pictures are made smaller."""
MAX_PIXELS = 150_000_000
"""Larger pictures are refused unread: 150 megapixels with alpha take 600 MB while they are read."""
_BAND_PIXELS = 4_000_000

WHITE = (255, 255, 255)
DARK_GREY = (64, 64, 64)
_NEARLY_WHITE = 225.0
"""Mean brightness (0 to 255) of the visible part from which the background is dark grey."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation (as in Pillow's ImageOps)."""

_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")


def load_picture(name: str) -> ImageRgb:
    """Read a picture.

    Args:
        name: a path, or "-" for standard input.

    Returns:
        Shape (height, width, 3), RGB, no side longer than ``MAX_SIDE_PX``.

    Raises:
        PictureError: it is missing, not readable, damaged, too large, or not a picture.
    """
    import numpy as np

    with picture_file.opened(name) as stream:
        return np.array(decode_stream(stream, picture_file.shown_name(name)), np.uint8)


def decode_stream(stream: BinaryIO, shown: str) -> Image.Image:
    """Read a picture from a seekable stream, as ``load_picture`` does; ``shown`` is what to call it.

    Most pictures need no NumPy, which takes longer to import than to read one of them.

    Returns:
        In mode "RGB".

    Raises:
        PictureError: it is damaged, too large, or not a picture.
        OSError: it cannot be read.
    """
    beginning = stream.read(12)
    if not beginning:
        raise PictureError(messages.picture_empty(shown))
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the limits here are the ones that count
        try:
            image = Image.open(stream, formats=FORMATS)
            if (n_pixels := image.width * image.height) > MAX_PIXELS:
                raise _too_large(n_pixels, shown)
            image.draft("RGB", (MAX_SIDE_PX, MAX_SIDE_PX))
            image.load()
            return _to_rgb(image)
        except PictureError:
            raise
        except (Image.DecompressionBombError, MemoryError) as error:
            raise _too_large(0, shown) from error
        except UnidentifiedImageError as error:
            if beginning.startswith(_BEGINNINGS):
                raise PictureError(messages.picture_truncated(shown)) from error
            hint = messages.PICTURE_UNKNOWN_HINT
            raise PictureError(messages.picture_unknown(shown), hint) from error
        except Exception as error:  # Pillow's decoders raise a dozen kinds on broken data
            raise PictureError(messages.picture_truncated(shown)) from error


def _too_large(pixels: int, shown: str) -> PictureError:
    limit = MAX_PIXELS // 1_000_000
    # Pillow refuses the largest by itself without telling their size; they have at least twice its limit.
    megapixels = round(pixels / 1e6) or round(2 * (Image.MAX_IMAGE_PIXELS or MAX_PIXELS) / 1e6)
    message = messages.picture_too_large(shown, megapixels, limit)
    return PictureError(message, messages.PICTURE_TOO_LARGE_HINT)


def _to_rgb(image: Image.Image) -> Image.Image:
    prepared = _in_bands(image, _preparation(image))
    prepared.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), reducing_gap=2.0)
    prepared = _upright(prepared, image)
    if prepared.has_transparency_data:
        return _on_background(prepared.convert("RGBA"))
    return prepared.convert("RGB")


def _in_bands(image: Image.Image, prepare: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Prepare and shrink a large picture band by band, so that there is never a second full copy."""
    factor = max(image.size) // MAX_SIDE_PX
    if factor < 2:
        return prepare(image)
    width, height = image.size
    rows = factor * max(1, _BAND_PIXELS // (width * factor))
    bands = [
        prepare(image.crop((0, top, width, min(top + rows, height)))).reduce(factor)
        for top in range(0, height, rows)
    ]
    joined = Image.new(bands[0].mode, (bands[0].width, sum(band.height for band in bands)))
    top = 0
    for band in bands:
        joined.paste(band, (0, top))
        top += band.height
    return joined


def _preparation(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """Return what makes any part of the picture an 8-bit picture that can be shrunk."""
    if image.mode == "CMYK" and image.format in {"JPEG", "MPO"} and "adobe" not in image.info:
        # Pillow takes every CMYK JPEG for one of Adobe's, which are stored inverted.
        return lambda part: ImageChops.invert(part).convert("RGB")
    if image.mode in {"I", "F"} or image.mode.startswith("I;"):
        low, high = _grey_range(image)
        return lambda part: _to_eight_bits(part, low, high)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        return lambda part: part.convert("RGBA")
    if image.mode in {"L", "RGB"}:
        return lambda part: part
    return lambda part: part.convert("RGB")


def _upright(image: Image.Image, original: Image.Image) -> Image.Image:
    """Turn the picture as its EXIF data say."""
    try:
        turn = _TURNS.get(original.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - broken EXIF data must not keep a good picture from being seen
        return image
    return image if turn is None else image.transpose(turn)


def _grey_range(image: Image.Image) -> tuple[float, float]:
    """Return the full range of 16-bit grey, or the range that other numbers use."""
    if image.mode.startswith("I;"):
        return 0.0, 65535.0
    extrema = image.getextrema()
    low, high = (float(value) for value in extrema if isinstance(value, int | float))
    if image.mode == "I" and low >= 0 and high <= 65535:
        return 0.0, 65535.0 if high > 255 else 255.0
    return (low, high) if math.isfinite(high - low) else (0.0, 1.0)


def _to_eight_bits(image: Image.Image, low: float, high: float) -> Image.Image:
    import numpy as np

    values = np.nan_to_num(np.asarray(image).astype(np.float32))
    scaled = (values - low) * (255.0 / max(high - low, 1e-12))
    return Image.fromarray(np.clip(scaled + 0.5, 0, 255).astype(np.uint8))


def _on_background(image: Image.Image) -> Image.Image:
    import numpy as np

    pixels = np.asarray(image).astype(np.float32)
    colour, alpha = pixels[..., :3], pixels[..., 3:] / 255.0
    visible = float(alpha.sum())
    brightness = float((colour.mean(axis=2, keepdims=True) * alpha).sum()) / max(visible, 1e-6)
    hides_nothing = visible >= 0.98 * alpha.size
    is_nearly_white = brightness > _NEARLY_WHITE and not hides_nothing
    background = np.array(DARK_GREY if is_nearly_white else WHITE, dtype=np.float32)
    blended = colour * alpha + background * (1.0 - alpha) + 0.5
    return Image.fromarray(blended.astype(np.uint8))
