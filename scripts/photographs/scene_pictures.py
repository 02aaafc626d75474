"""Draws scenes of the embedded model's world, and spoils them as cameras and files do."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from scripts.train_scene_model.render import render
from scripts.train_scene_model.world import Scene, scene_rng

SIDE_PX = 512
Rng = np.random.Generator
_FAULT = 7
"""Purpose number of the random stream that the faults are drawn from."""


def plain(picture: Image.Image, _rng: Rng) -> Image.Image:
    """Return the scene as it was drawn."""
    return picture


def darkened(picture: Image.Image, rng: Rng) -> Image.Image:
    """Return the scene with six to nine tenths of its light."""
    return ImageEnhance.Brightness(picture).enhance(float(rng.uniform(0.6, 0.95)))


def blurred(picture: Image.Image, rng: Rng) -> Image.Image:
    """Return the scene out of focus, by up to 1/170 of its side."""
    return picture.filter(
        ImageFilter.GaussianBlur(float(rng.uniform(0.002, 0.006)) * picture.width)
    )


def compressed(picture: Image.Image, rng: Rng) -> Image.Image:
    """Return the scene as a small JPEG."""
    packed = BytesIO()
    picture.save(packed, "JPEG", quality=int(rng.integers(12, 50)))
    with Image.open(packed) as opened:
        return opened.convert("RGB")


def filmed(picture: Image.Image, rng: Rng) -> Image.Image:
    """Return the scene as a camera sees it on a screen: other size, a little turned, cut, tinted, noisy."""
    side = int(rng.integers(300, 900))
    turned = picture.rotate(
        float(rng.normal(0, 1.2)), Image.Resampling.BICUBIC, fillcolor=(60, 60, 60)
    )
    cut = rng.uniform(0, 0.04, 4) * picture.width
    width, height = side, int(side * np.exp(rng.normal(0, 0.05)))
    box = (cut[0], cut[1], picture.width - cut[2], picture.height - cut[3])
    shown = turned.resize((width, height), Image.Resampling.BICUBIC, box=box)
    values = np.asarray(shown, np.float32) * rng.normal(1, 0.05, 3) * rng.uniform(0.75, 1.15)
    values += rng.normal(0, rng.uniform(0, 6), values.shape)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


FAULTS: dict[str, Callable[[Image.Image, Rng], Image.Image]] = {
    make.__name__: make for make in (plain, darkened, blurred, compressed, filmed)
}


def scene_picture(scene: Scene, fault: str) -> Image.Image:
    """Return the picture of a scene with one fault, always the same, RGB."""
    return FAULTS[fault](render(scene, SIDE_PX), scene_rng(scene.seed, _FAULT))
