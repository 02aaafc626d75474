"""Draws scenes: background, sprites, and the faults of a photograph."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from .backdrop import backdrop
from .sprites import sprite
from .world import Scene, Thing, scene_rng

_SHARP, _FREE_OF_NOISE, _UNPACKED = 0.5, 0.35, 0.5
_OPAQUE = [255 if value >= 128 else 0 for value in range(256)]


def _placed(thing: Thing, side: int) -> tuple[Image.Image, tuple[int, int]]:
    glyph = sprite(
        thing.kind,
        thing.colour,
        thing.word,
        round(thing.width * side),
        round(thing.height * side),
        thing.is_mirrored,
    )
    corner = (round(thing.x * side - glyph.width / 2), round(thing.y * side - glyph.height / 2))
    return glyph, corner


def render(scene: Scene, side: int) -> Image.Image:
    """Return the picture of a scene, `side` pixels square, RGB."""
    return _photographed(scene, drawn(scene, side))


def drawn(scene: Scene, side: int) -> Image.Image:
    """Return the picture without the faults of a photograph."""
    picture = Image.fromarray(backdrop(scene.setting, scene.backdrop, side), "RGB")
    for thing in scene.things:
        glyph, corner = _placed(thing, side)
        picture.paste(glyph, corner, glyph)
    return picture


def instance_map(scene: Scene, side: int) -> NDArray[np.uint8]:
    """Which thing is seen at each pixel, (side, side): 0 none, k + 1 for `scene.things[k]`."""
    marks = Image.new("L", (side, side))
    for number, thing in enumerate(scene.things, start=1):
        glyph, corner = _placed(thing, side)
        marks.paste(number, corner, glyph.getchannel("A").point(_OPAQUE))
    return np.asarray(marks)


def _photographed(scene: Scene, picture: Image.Image) -> Image.Image:
    """Blur, exposure and a tint, noise, JPEG: each of some strength, or left out."""
    rng = scene_rng(scene.seed, 1)
    side = picture.width
    blur = float(rng.uniform(0.0015, 0.0045)) * side if rng.random() > _SHARP else 0.0
    exposure, contrast = float(rng.normal(0, 12)), float(np.exp(rng.normal(0, 0.10)))
    tint = rng.normal(0, 0.03, 3)
    noise = float(rng.uniform(2, 9)) if rng.random() > _FREE_OF_NOISE else 0.0
    quality = int(rng.integers(40, 90)) if rng.random() > _UNPACKED else 0
    if blur:
        picture = picture.filter(ImageFilter.GaussianBlur(blur))
    values = np.arange(256, dtype=np.float32)[:, None]
    curve = ((values - 128) * contrast + 128 + exposure) * (1 + tint)
    picture = picture.point(curve.clip(0, 255).astype(np.uint8).T.ravel().tolist())
    if noise:
        # Grey noise, in triangular steps: a tenth of the time of a normal distribution.
        grain = rng.integers(0, 256, (2, side, side), np.uint8).astype(np.int16)
        change = ((grain[0] - grain[1]) * (noise / 104)).astype(np.int16)[..., None]
        picture = Image.fromarray((np.asarray(picture) + change).clip(0, 255).astype(np.uint8))
    if quality:
        packed = BytesIO()
        picture.save(packed, "JPEG", quality=quality)
        with Image.open(packed) as opened:
            picture = opened.convert("RGB")
    return picture
