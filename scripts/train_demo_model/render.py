"""Draws scenes: a procedural background and the sprites of `sprites.png` on it.

The sprites are Noto Color Emoji glyphs (SIL OFL 1.1), taken from the font once by
`build_sprite_sheet` and kept beside this file, so that pictures do not depend on a font version.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .kinds import KIND_INDEX, KINDS
from .world import Scene, Thing, scene_rng

SHEET = Path(__file__).with_name("sprites.png")
TILE = 136
_Floats = NDArray[np.floating[Any]]
_SHEET_COLUMNS = 11
_FONT_STRIKE = 109

# Per setting: sky from, sky to, ground from, ground to (RGB), and where the horizon may lie.
_PALETTE: dict[str, tuple[tuple[int, int, int], ...]] = {
    "street": ((150, 175, 200), (200, 205, 210), (105, 105, 110), (75, 75, 80)),
    "garden": ((120, 190, 235), (200, 230, 240), (70, 140, 50), (110, 90, 50)),
    "room": ((235, 215, 180), (225, 195, 155), (150, 100, 60), (120, 75, 40)),
    "beach": ((90, 180, 240), (170, 220, 245), (240, 220, 160), (220, 190, 120)),
    "night": ((10, 12, 45), (35, 35, 85), (25, 40, 30), (12, 20, 18)),
    "kitchen": ((235, 240, 240), (215, 228, 228), (190, 195, 200), (160, 160, 165)),
    "park": ((165, 215, 245), (220, 240, 250), (130, 195, 80), (90, 160, 60)),
    "snow": ((180, 195, 215), (215, 225, 235), (245, 248, 252), (225, 232, 242)),
}
_HORIZON = {
    "street": (0.40, 0.55),
    "garden": (0.30, 0.45),
    "room": (0.60, 0.75),
    "beach": (0.45, 0.60),
    "night": (0.65, 0.80),
    "kitchen": (0.55, 0.70),
    "park": (0.35, 0.50),
    "snow": (0.40, 0.60),
}


def build_sprite_sheet(font_path: Path, target: Path = SHEET) -> None:
    """Takes every kind's glyph out of the colour font and writes the sprite sheet."""
    font = ImageFont.truetype(str(font_path), _FONT_STRIKE)
    rows = -(-len(KINDS) // _SHEET_COLUMNS)
    sheet = Image.new("RGBA", (_SHEET_COLUMNS * TILE, rows * TILE))
    for index, kind in enumerate(KINDS):
        tile = Image.new("RGBA", (TILE, TILE))
        ImageDraw.Draw(tile).text((0, 0), kind.emoji, font=font, embedded_color=True)
        sheet.paste(tile, (index % _SHEET_COLUMNS * TILE, index // _SHEET_COLUMNS * TILE))
    sheet.save(target, optimize=True)


@lru_cache(maxsize=1)
def _glyphs() -> tuple[Image.Image, ...]:
    with Image.open(SHEET) as opened:
        sheet = opened.convert("RGBA")
    glyphs = []
    for index in range(len(KINDS)):
        left, top = index % _SHEET_COLUMNS * TILE, index // _SHEET_COLUMNS * TILE
        tile = sheet.crop((left, top, left + TILE, top + TILE))
        box = tile.getchannel("A").getbbox()
        if box is None:
            raise ValueError(f"no glyph for {KINDS[index].name} in {SHEET}")
        glyphs.append(tile.crop(box))
    return tuple(glyphs)


@lru_cache(maxsize=40_000)
def _sprite(kind: int, pixels: int, mirrored: bool) -> Image.Image:
    glyph = _glyphs()[kind]
    scale = pixels / max(glyph.size)
    size = (max(1, round(glyph.width * scale)), max(1, round(glyph.height * scale)))
    sprite = glyph.resize(size, Image.Resampling.BICUBIC)
    return sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else sprite


def _placed(thing: Thing, side: int) -> tuple[Image.Image, tuple[int, int]]:
    sprite = _sprite(KIND_INDEX[thing.kind], round(thing.extent * side), thing.mirrored)
    corner = (round(thing.x * side - sprite.width / 2), round(thing.y * side - sprite.height / 2))
    return sprite, corner


def render(scene: Scene, side: int) -> Image.Image:
    """The picture of a scene, `side` pixels square, RGB."""
    picture = Image.fromarray(_background(scene, side), "RGB")
    for thing in scene.things:
        sprite, corner = _placed(thing, side)
        picture.paste(sprite, corner, sprite)
    return picture


def instance_map(scene: Scene, side: int) -> NDArray[np.uint8]:
    """Which thing is seen at each pixel, (side, side): 0 none, k + 1 for `scene.things[k]`."""
    marks = Image.new("L", (side, side))
    for number, thing in enumerate(scene.things, start=1):
        sprite, corner = _placed(thing, side)
        marks.paste(number, corner, sprite.getchannel("A").point(_HALF))
    return np.asarray(marks)


_HALF = [255 if value >= 128 else 0 for value in range(256)]


def _background(scene: Scene, side: int) -> NDArray[np.uint8]:
    rng = scene_rng(scene.seed, 1)
    colours = np.array(_PALETTE[scene.setting], np.float32) + rng.normal(0, 9, (4, 3))
    low, high = _HORIZON[scene.setting]
    horizon = float(rng.uniform(low, high))
    phase = float(rng.random())
    coarse = rng.normal(0, 6, (9, 9, 1)).astype(np.float32)
    line = (np.arange(side, dtype=np.float32) + 0.5) / side
    x, y = line[None, :, None], line[:, None, None]
    upper = y < horizon
    share = np.where(upper, y / horizon, (y - horizon) / (1 - horizon)).astype(np.float32)
    start = np.where(upper, colours[0], colours[2])
    end = np.where(upper, colours[1], colours[3])
    column = start + (end - start) * share
    image = np.broadcast_to(column, (side, side, 3)).astype(np.float32)
    image += _pattern(scene.setting, x, y, horizon, phase)
    grid = line * 8
    index = grid.astype(np.int64).clip(0, 7)
    part = (grid - index).astype(np.float32)
    rows = coarse[index] * (1 - part)[:, None, None] + coarse[index + 1] * part[:, None, None]
    image += rows[:, index] * (1 - part)[None, :, None] + rows[:, index + 1] * part[None, :, None]
    image += rng.normal(0, 3.0, (side, side, 1)).astype(np.float32)
    return image.clip(0, 255).astype(np.uint8)


def _pattern(
    setting: str, x: _Floats, y: _Floats, horizon: float, phase: float
) -> NDArray[np.float32]:
    """What tells settings apart besides colour: lane marks, boards, tiles, sea, stars."""
    below = y >= horizon
    if setting == "street":
        lane = np.abs(y - (horizon + 1) / 2) < 0.012
        dashes = ((x * 5 + phase) % 1 < 0.55) & lane
        windows = ((x * 9 + phase) % 1 < 0.5) & ((y * 9) % 1 < 0.4) & ~below
        mark: NDArray[np.float32] = dashes * 130.0 - windows * 22.0
    elif setting == "garden":
        mark = ((x * 10 + phase) % 1 < 0.12) * (y > horizon - 0.1) * ~below * 60.0 + (
            (y * 14 + phase) % 1 < 0.4
        ) * below * 14.0
    elif setting == "room":
        boards = ((x * 6 + phase) % 1 < 0.04) & below
        stripes = ((x * 8 + phase) % 1 < 0.5) & ~below
        mark = stripes * 10.0 - boards * 40.0
    elif setting == "beach":
        sea = (y > horizon - 0.14) & ~below
        return (sea * np.array([-90.0, -55.0, -25.0]) + x * 0).astype(np.float32)
    elif setting == "night":
        stars = ((x * 13 + y * 7 + phase) % 1 < 0.07) & ((y * 11 - x * 5 + phase) % 1 < 0.07)
        mark = stars * ~below * 120.0
    elif setting == "kitchen":
        tiles = (((x * 8 + phase) % 1 < 0.06) | ((y * 8) % 1 < 0.06)) & ~below
        mark = tiles * -35.0
    elif setting == "park":
        path = np.abs(x - 0.5 - 0.25 * (phase - 0.5)) < 0.05 + 0.25 * (y - horizon)
        return (path * below * np.array([85.0, 20.0, 70.0])).astype(np.float32)
    else:
        mark = ((x * 3 + y * 5 + phase) % 1 < 0.08) * below * -14.0
    return np.asarray(mark, np.float32)
