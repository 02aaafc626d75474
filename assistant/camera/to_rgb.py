"""Makes any opened picture small, upright and RGB, in the colours that a viewer shows.

Transparent parts become white, or dark grey where the rest is nearly white (a white logo), so that it stands out.
Pictures are made smaller band by band: the model sees no more than a few hundred pixels a side, and a 100-megapixel
picture must fit into a small computer's memory.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable

from PIL import ExifTags, Image, ImageChops

MAX_SIDE_PX = 2048
"""Larger pictures are made smaller."""
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

_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}
"""Pillow's mode for the colours that a profile is for."""


def to_rgb(image: Image.Image) -> Image.Image:
    """Return a loaded picture in mode "RGB", upright, no side longer than ``MAX_SIDE_PX``."""
    prepared = _in_bands(image, _preparation(image))
    prepared.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), reducing_gap=2.0)
    prepared = _upright(prepared, image)
    prepared = _in_srgb(prepared, image.info.get("icc_profile"))
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
        return ImageChops.invert
    if image.mode in {"I", "F"} or image.mode.startswith("I;"):
        low, high = _grey_range(image)
        return lambda part: _to_eight_bits(part, low, high)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        return lambda part: part.convert("RGBA")
    if image.mode in {"L", "RGB", "CMYK", "LAB"}:
        return lambda part: part
    return lambda part: part.convert("RGB")


def _in_srgb(image: Image.Image, content: bytes | None) -> Image.Image:
    """Return the picture in the colours that its own colour profile means; as it is without a usable one."""
    if not content and image.mode != "LAB":
        return image
    from PIL import ImageCms  # most pictures have no profile

    try:
        profile = (
            ImageCms.ImageCmsProfile(io.BytesIO(content))
            if content
            else ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        )
        mode = _PROFILE_MODES[profile.profile.xcolor_space.strip()]
        if mode != image.mode and mode not in {"RGB", "L"}:
            return image
        coloured = ImageCms.profileToProfile(
            image.convert(mode), profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, KeyError, OSError, TypeError, ValueError):
        return image  # a broken profile must not keep a good picture from being seen
    if coloured is None:
        return image
    if image.mode == "RGBA":
        coloured.putalpha(image.getchannel("A"))
    return coloured


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
