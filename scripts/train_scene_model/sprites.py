"""The sprites: Noto Color Emoji glyphs, a table, signs with words; recoloured on demand.

The glyphs (SIL OFL 1.1) and the words (DejaVu Sans Bold) are taken from their fonts once by
`build_sprite_sheet` and kept beside this file, so that pictures do not depend on a font version.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .kinds import COLOURS, KIND_BY_NAME, KINDS, SIGN, WORDS

SHEET = Path(__file__).with_name("sprites.png")
TILE = 128
_COLUMNS = 14
_FONT_STRIKE = 109
_SIGN_SIZE = (128, 60)
_WORD_SIZE = (112, 40)
_DARK, _PALE = (25, 25, 28), (250, 250, 250)
_SATURATED = 0.2


def build_sprite_sheet(emoji_font: Path, word_font: Path, target: Path = SHEET) -> None:
    """Draws every kind and every word once and writes the sheet (tiles in the order of kinds, words)."""
    emoji = ImageFont.truetype(str(emoji_font), _FONT_STRIKE)
    tiles = [_drawn(kind.name, kind.emoji, emoji) for kind in KINDS]
    tiles += [_word(word, word_font) for word in WORDS]
    rows = -(-len(tiles) // _COLUMNS)
    sheet = Image.new("RGBA", (_COLUMNS * TILE, rows * TILE))
    for index, tile in enumerate(tiles):
        sheet.paste(tile, (index % _COLUMNS * TILE, index // _COLUMNS * TILE))
    sheet.save(target, optimize=True)


def _drawn(name: str, glyph: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    tile = Image.new("RGBA", (TILE + 8, TILE + 8))
    draw = ImageDraw.Draw(tile)
    if glyph:
        draw.text((0, 0), glyph, font=font, embedded_color=True)
        box = tile.getchannel("A").getbbox()
        tile = tile.crop(box)
        tile.thumbnail((TILE, TILE), Image.Resampling.LANCZOS)
    elif name == "table":
        dark, light = (110, 66, 34, 255), (170, 110, 62, 255)
        for x in (10, 108, 26, 92):
            draw.rectangle((x, 46, x + 9, 116 if x in (10, 108) else 94), fill=dark)
        draw.polygon([(24, 20), (104, 20), (126, 48), (2, 48)], fill=light)
        draw.rectangle((2, 48, 126, 56), fill=dark)
        tile = tile.crop((2, 20, 127, 117))
    whole = Image.new("RGBA", (TILE, TILE))
    whole.paste(tile.crop((0, 0, TILE, TILE)), (0, 0))
    return whole


def _word(word: str, font_path: Path) -> Image.Image:
    font = ImageFont.truetype(str(font_path), 60)
    left, top, right, bottom = (int(edge) for edge in font.getbbox(word))
    mask = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(mask).text((-left, -top), word, font=font, fill=255)
    scale = min(_WORD_SIZE[0] / mask.width, _WORD_SIZE[1] / mask.height)
    mask = mask.resize((round(mask.width * scale), round(mask.height * scale)))
    tile = Image.new("RGBA", (TILE, TILE))
    tile.paste((0, 0, 0), (0, 0), mask)
    return tile


@lru_cache(maxsize=1)
def _tiles() -> tuple[Image.Image, ...]:
    with Image.open(SHEET) as opened:
        sheet = opened.convert("RGBA")
    tiles = []
    for index in range(len(KINDS) + len(WORDS)):
        left, top = index % _COLUMNS * TILE, index // _COLUMNS * TILE
        tile = sheet.crop((left, top, left + TILE, top + TILE))
        tiles.append(tile.crop(tile.getchannel("A").getbbox()))
    return tuple(tiles)


@lru_cache(maxsize=1)
def _tile_numbers() -> dict[str, int]:
    names = [kind.name for kind in KINDS] + [f"word {word}" for word in WORDS]
    return {name: number for number, name in enumerate(names)}


@lru_cache(maxsize=2000)
def glyph(kind: str, colour: str = "", word: str = "") -> Image.Image:
    """Return the drawing of a thing at its full size, RGBA, cropped to what is drawn."""
    if kind == SIGN.name:
        return _sign(colour, word)
    tile = _tiles()[_tile_numbers()[kind]]
    if KIND_BY_NAME[kind].is_recoloured:
        return Image.fromarray(recoloured(np.asarray(tile), COLOURS[colour]), "RGBA")
    return tile


def _sign(colour: str, word: str) -> Image.Image:
    ink = _DARK if colour in ("white", "yellow", "orange") else _PALE
    big = Image.new("RGBA", (_SIGN_SIZE[0] * 4, _SIGN_SIZE[1] * 4))
    edge = (0, 0, big.width - 1, big.height - 1)
    ImageDraw.Draw(big).rounded_rectangle(
        edge, 40, fill=(*COLOURS[colour], 255), outline=ink, width=12
    )
    plate = big.resize(_SIGN_SIZE, Image.Resampling.LANCZOS)
    letters = _tiles()[_tile_numbers()[f"word {word}"]].getchannel("A")
    place = ((plate.width - letters.width) // 2, (plate.height - letters.height) // 2)
    plate.paste((*ink, 255), place, letters)
    return plate


def recoloured(tile: NDArray[np.uint8], colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Give the main colour of a drawing (height, width, 4) another colour, with its shades kept.

    The main colour is the hue that most saturated pixels share; everything of another hue, and what
    is grey, stays as it is.
    """
    rgb = tile[..., :3].astype(np.float32)
    high, low = rgb.max(-1), rgb.min(-1)
    spread = np.maximum(high - low, 1e-6)
    saturated = (high - low > _SATURATED * np.maximum(high, 1)) & (tile[..., 3] > 40) & (high > 50)
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    hue = np.where(
        high == r, (g - b) / spread, np.where(high == g, 2 + (b - r) / spread, 4 + (r - g) / spread)
    )
    counts = np.histogram(hue[saturated] % 6, bins=36, range=(0, 6))[0]
    wide = counts + np.roll(counts, 1) + np.roll(counts, -1)
    main = (int(wide.argmax()) + 0.5) / 6
    distance = np.abs((hue - main + 3) % 6 - 3)
    chosen = saturated & (distance < 0.75)
    lightness = rgb @ np.array([0.3, 0.59, 0.11], np.float32)
    usual = float(np.median(lightness[chosen])) if chosen.any() else 128.0
    shade = (lightness / usual)[..., None]
    target = np.array(colour, np.float32)
    lit = np.where(
        shade <= 1, target * shade, target + (255 - target) * (shade - 1).clip(0, 1) * 0.7
    )
    out = tile.copy()
    out[..., :3][chosen] = lit.clip(0, 255).astype(np.uint8)[chosen]
    return out


@lru_cache(maxsize=1)
def _aspects() -> dict[str, float]:
    return {
        kind.name: glyph(kind.name, "red", "STOP").height / glyph(kind.name, "red", "STOP").width
        for kind in KINDS
    }


def aspect(kind: str) -> float:
    """Height of the drawing over its width."""
    return _aspects()[kind]


@lru_cache(maxsize=30_000)
def sprite(
    kind: str, colour: str, word: str, width: int, height: int, is_mirrored: bool
) -> Image.Image:
    """Return a thing's drawing scaled to pixels."""
    drawn = glyph(kind, colour, word).resize(
        (max(width, 1), max(height, 1)), Image.Resampling.BICUBIC
    )
    return drawn.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if is_mirrored else drawn
