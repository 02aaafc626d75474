"""Pictures with text that was rendered here, so that what is read in them is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont


def draw_sign(path: Path, lines: Sequence[str]) -> Path:
    """Write a white sign with black text, a line below the other, on a dark red wall."""
    picture = Image.new("RGB", (800, 160 + 90 * len(lines)), (110, 20, 20))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 50, 740, 110 + 90 * len(lines)), fill="white")
    font = ImageFont.load_default(52)
    for number, line in enumerate(lines):
        draw.text((90, 70 + 90 * number), line, fill="black", font=font)
    picture.save(path)
    return path
