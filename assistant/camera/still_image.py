"""Reads a picture from a file or from standard input, upright and in RGB.

What is transparent is laid on white; when what can be seen is itself nearly white (a white logo), on dark
grey, so that it stands out. Pictures are made smaller while they are read: the model sees no more than a
few hundred pixels a side, and a 100-megapixel picture must fit into a small computer's memory.
"""

from __future__ import annotations

import io
import os
import stat
import sys
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageChops,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from assistant import messages
from assistant.errors import PictureError

ImageRgb = npt.NDArray[np.uint8]

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
"""Longest side of what is returned; larger pictures are made smaller."""
MAX_PIXELS = 150_000_000
"""Larger pictures are refused unread: 150 megapixels with alpha take 600 MB while they are read."""
MAX_STREAM_BYTES = 400_000_000
"""Most that is read from a pipe."""

WHITE = (255, 255, 255)
DARK_GREY = (64, 64, 64)
_NEARLY_WHITE = 225.0
"""Mean brightness (0 to 255) of the visible part from which it is laid on dark grey."""

_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")


def load_picture(name: str) -> ImageRgb:
    """Reads a picture.

    Args:
        name: a path, or "-" for standard input.

    Returns:
        Shape (height, width, 3), RGB, no side longer than ``MAX_SIDE_PX``.

    Raises:
        PictureError: it is missing, not readable, damaged, too large, or not a picture.
    """
    shown = messages.picture_from_stdin() if name == "-" else name
    try:
        with _open(name, shown) as stream:
            return _decode(stream, shown)
    except FileNotFoundError as error:
        raise PictureError(messages.picture_missing(shown)) from error
    except IsADirectoryError as error:
        raise PictureError(messages.picture_is_folder(shown)) from error
    except PermissionError as error:
        hint = messages.picture_forbidden_hint(shown)
        raise PictureError(messages.picture_forbidden(shown), hint) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise PictureError(messages.picture_unreadable(shown, reason)) from error


def _open(name: str, shown: str) -> BinaryIO:
    """Opens a file that can be sought; pipes and devices are read into memory up to a limit."""
    if name == "-":
        return _read_stream(sys.stdin.buffer, shown)
    if stat.S_ISDIR(os.stat(name).st_mode):
        raise IsADirectoryError(name)
    stream = Path(name).open("rb")  # noqa: SIM115 - the caller closes it
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    with stream:
        return _read_stream(stream, shown)


def _read_stream(stream: BinaryIO, shown: str) -> BinaryIO:
    content = stream.read(MAX_STREAM_BYTES + 1)
    if len(content) > MAX_STREAM_BYTES:
        raise PictureError(
            messages.picture_file_too_large(shown, MAX_STREAM_BYTES // 1_000_000),
            messages.picture_too_large_hint(),
        )
    return io.BytesIO(content)


def _decode(stream: BinaryIO, shown: str) -> ImageRgb:
    beginning = stream.read(12)
    if not beginning:
        raise PictureError(messages.picture_empty(shown))
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the limits here are the ones that count
        try:
            image = Image.open(stream, formats=FORMATS)
            _check_size(image.size, shown)
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
            hint = messages.picture_unknown_hint()
            raise PictureError(messages.picture_unknown(shown), hint) from error
        except Exception as error:  # Pillow's decoders raise a dozen kinds on broken data
            raise PictureError(messages.picture_truncated(shown)) from error


def _check_size(size: tuple[int, int], shown: str) -> None:
    pixels = size[0] * size[1]
    if pixels > MAX_PIXELS:
        raise _too_large(pixels, shown)


def _too_large(pixels: int, shown: str) -> PictureError:
    limit = MAX_PIXELS // 1_000_000
    # Pillow refuses the largest by itself without telling their size; they have at least twice its limit.
    megapixels = round(pixels / 1e6) or round(2 * (Image.MAX_IMAGE_PIXELS or MAX_PIXELS) / 1e6)
    message = messages.picture_too_large(shown, megapixels, limit)
    return PictureError(message, messages.picture_too_large_hint())


def _to_rgb(image: Image.Image) -> ImageRgb:
    if image.format in {"JPEG", "MPO"} and image.mode == "CMYK" and "adobe" not in image.info:
        # Pillow takes every CMYK JPEG for one of Adobe's, which are stored inverted.
        image = _keeping_exif(ImageChops.invert(image), image)
    if image.mode in {"I", "F"} or image.mode.startswith("I;"):
        image = _keeping_exif(_to_eight_bits(image), image)
    if image.mode in {"P", "PA", "1"}:
        has_alpha = "transparency" in image.info or image.mode == "PA"
        image = _keeping_exif(image.convert("RGBA" if has_alpha else "RGB"), image)
    elif "transparency" in image.info and image.mode in {"L", "RGB"}:
        image = _keeping_exif(image.convert("RGBA"), image)
    image.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), reducing_gap=2.0)
    image = _upright(image)
    if image.has_transparency_data:
        return _on_background(image.convert("RGBA"))
    return np.asarray(image.convert("RGB"), dtype=np.uint8).copy()


def _keeping_exif(changed: Image.Image, original: Image.Image) -> Image.Image:
    if "exif" in original.info:
        changed.info["exif"] = original.info["exif"]
    return changed


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - broken EXIF data must not keep a good picture from being seen
        return image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """16-bit and float grey values, scaled to 0..255; 16-bit by its full range, others by their own."""
    values = np.asarray(image).astype(np.float32)
    values[~np.isfinite(values)] = 0.0
    low, high = float(values.min()), float(values.max())
    if image.mode.startswith("I") and low >= 0 and high <= 65535:
        low, high = 0.0, 255.0 if high <= 255 and image.mode == "I" else 65535.0
    scaled = (values - low) * (255.0 / max(high - low, 1e-12))
    return Image.fromarray(np.clip(scaled + 0.5, 0, 255).astype(np.uint8))


def _on_background(image: Image.Image) -> ImageRgb:
    pixels = np.asarray(image).astype(np.float32)
    colour, alpha = pixels[..., :3], pixels[..., 3:] / 255.0
    visible = float(alpha.sum())
    brightness = float((colour.mean(axis=2, keepdims=True) * alpha).sum()) / max(visible, 1e-6)
    hides_nothing = visible >= 0.98 * alpha.size
    is_nearly_white = brightness > _NEARLY_WHITE and not hides_nothing
    background = np.array(DARK_GREY if is_nearly_white else WHITE, dtype=np.float32)
    blended: ImageRgb = (colour * alpha + background * (1.0 - alpha) + 0.5).astype(np.uint8)
    return blended
