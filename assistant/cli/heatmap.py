"""The picture with the patches that SPARC boosted over it: what the model looked at again while it wrote.

For sighted helpers and for people who develop the method. The scale runs from dark blue to yellow (the ends
of matplotlib's cividis), which people with any kind of colour blindness tell apart, and each patch also
carries its number, so that colour alone says nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from assistant import messages
from assistant.cli.output_file import OutputFile
from assistant.core.events import ImageRgb, TraceHeader, TraceStep
from assistant.errors import UsageError

_LOW_RGB = np.array((0.0, 34.0, 78.0))
_HIGH_RGB = np.array((254.0, 232.0, 56.0))
_OPACITY = 0.6
"""Of the patch boosted most; a patch never boosted is left clear."""
_SIDE_PX = 768
_LEGEND_PX = 64
_MARK = ("Software", "sparc-assistant heat map")


def boost_counts(steps: Iterable[TraceStep], n_image: int) -> npt.NDArray[np.int64]:
    """Return how often each image token was selected over the answer, shape (n_image,)."""
    counts = np.zeros(n_image, np.int64)
    for step in steps:
        np.add.at(counts, list(step.selected), 1)
    return counts


def draw_heatmap(
    image_rgb: ImageRgb, counts: npt.NDArray[np.int64], grid: tuple[int, int]
) -> Image.Image:
    """Draw the boosts over the picture, padded to a square as the model saw it, with a legend below.

    Args:
        image_rgb: shape (height, width, 3), uint8.
        counts: boosts of each image token in reading order, shape (rows * columns,).
        grid: rows and columns of image tokens.

    Returns:
        The drawing, RGB.
    """
    rows, columns = grid
    most = max(1, int(counts.max(initial=0)))
    drawing = Image.new("RGB", (_SIDE_PX, _SIDE_PX + _LEGEND_PX), (255, 255, 255))
    drawing.paste(_square(image_rgb), (0, 0))
    brush = ImageDraw.Draw(drawing, "RGBA")
    small = ImageFont.load_default(max(9, _SIDE_PX // rows // 4))
    for j, count in enumerate(counts):
        if not count:
            continue
        row, column = divmod(j, columns)
        left, right = column * _SIDE_PX // columns, (column + 1) * _SIDE_PX // columns
        top, bottom = row * _SIDE_PX // rows, (row + 1) * _SIDE_PX // rows
        share = float(count) / most
        opacity = int(255 * _OPACITY * (0.35 + 0.65 * share))
        brush.rectangle((left, top, right - 1, bottom - 1), (*_colour(share), opacity))
        if right - left >= 20:
            _write(brush, (left + 3, top + 2), str(count), small)
    _draw_legend(brush, most)
    return drawing


def encode_heatmap(drawing: Image.Image) -> bytes:
    """Return the drawing as PNG, with a mark by which it is known as a heat map."""
    mark = PngInfo()
    mark.add_text(*_MARK)
    data = io.BytesIO()
    drawing.save(data, "PNG", pnginfo=mark)
    return data.getvalue()


def _is_heatmap(start: bytes) -> bool:
    # Pillow writes a text's keyword, a NUL and the text into the file as they are.
    return start.startswith(b"\x89PNG") and "\0".join(_MARK).encode() in start


class HeatmapFile:
    """Collects what one answer boosted and draws it; the newest answer counts."""

    def __init__(self, path: Path, inputs: Iterable[str | Path] = ()) -> None:
        """Check the place; a former heat map is replaced once the new one is drawn.

        Raises:
            UsageError: it cannot be written, or something else is there.
        """
        self.file = OutputFile(path, is_ours=_is_heatmap, inputs=inputs)
        self._header: TraceHeader | None = None
        self._steps: list[TraceStep] = []

    def add(self, record: TraceHeader | TraceStep) -> None:
        """Take a record of the trace; a header begins a new answer."""
        if isinstance(record, TraceHeader):
            self._header, self._steps = record, []
        else:
            self._steps.append(record)

    def draw(self, image_rgb: ImageRgb) -> None:
        """Write the file.

        Raises:
            UsageError: it cannot be written, or the picture was cut into tiles, whose places are not known.
        """
        if self._header is None:
            return
        rows, columns = self._header.fields["grid"]
        if rows != columns:
            raise UsageError(messages.HEATMAP_IMPOSSIBLE)
        counts = boost_counts(self._steps, rows * columns)
        self.file.write(encode_heatmap(draw_heatmap(image_rgb, counts, (rows, columns))))
        self.file.close()


def _square(image_rgb: ImageRgb) -> Image.Image:
    height, width = image_rgb.shape[:2]
    side = max(height, width)
    square = Image.new("RGB", (side, side), (122, 116, 104))
    square.paste(Image.fromarray(image_rgb), ((side - width) // 2, (side - height) // 2))
    return square.resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BICUBIC)


def _colour(share: float) -> tuple[int, int, int]:
    red, green, blue = (_LOW_RGB + (_HIGH_RGB - _LOW_RGB) * share).astype(int)
    return int(red), int(green), int(blue)


def _write(
    brush: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont | ImageFont.FreeTypeFont,
) -> None:
    # White on black outlines reads on any picture.
    brush.text(place, text, (255, 255, 255), font=font, stroke_width=2, stroke_fill=(0, 0, 0))


def _draw_legend(brush: ImageDraw.ImageDraw, most: int) -> None:
    font = ImageFont.load_default(18)
    top, left, right = _SIDE_PX + 10, 16, _SIDE_PX // 2
    for x in range(left, right):
        share = (x - left) / (right - left - 1)
        brush.line((x, top, x, top + 20), _colour(share))
    brush.text((left, top + 24), messages.heatmap_scale(1), (0, 0, 0), font=font)
    end = messages.heatmap_scale(most)
    brush.text((right - brush.textlength(end, font), top + 24), end, (0, 0, 0), font=font)
    brush.text((right + 24, top), messages.HEATMAP_LEGEND, (0, 0, 0), font=font)
