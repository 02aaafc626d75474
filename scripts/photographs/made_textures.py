"""Draws blanks, gradients, noise, textures and patterns, and what the other made pictures are made with."""

from __future__ import annotations

import math
import string

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Rng = np.random.Generator
_FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")
_SHAPES_PX = ((384, 384), (384, 384), (448, 336), (480, 270), (336, 448))


def colour(rng: Rng, low: int = 0, high: int = 256) -> tuple[int, int, int]:
    """Return any colour."""
    red, green, blue = (int(value) for value in rng.integers(low, high, 3))
    return red, green, blue


def size(rng: Rng) -> tuple[int, int]:
    """Return a width and height in pixels: squares, and what cameras and screens have."""
    return _SHAPES_PX[int(rng.integers(len(_SHAPES_PX)))]


def font(rng: Rng, size_px: int) -> ImageFont.FreeTypeFont:
    """Return one of four fonts."""
    return ImageFont.truetype(_FONTS[int(rng.integers(len(_FONTS)))], size_px)


def words(rng: Rng, count: int) -> str:
    """Return words that mean nothing."""
    lengths = rng.integers(1, 11, count)
    letters = np.array(list(string.ascii_lowercase))
    return " ".join("".join(rng.choice(letters, n)) for n in lengths)


def blank(rng: Rng) -> Image.Image:
    """Draw one colour; often black, white or grey."""
    sort = rng.random()
    grey = int(rng.integers(256))
    plain = (0, 0, 0) if sort < 0.1 else (255, 255, 255) if sort < 0.2 else (grey, grey, grey)
    picture = Image.new("RGB", size(rng), plain if sort < 0.5 else colour(rng))
    return grained(rng, picture) if rng.random() < 0.4 else picture


def grained(rng: Rng, picture: Image.Image) -> Image.Image:
    """Return the picture with a camera's noise."""
    values = np.asarray(picture, np.float64)
    values = values + rng.normal(0, rng.uniform(1, 12), values.shape)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def gradient(rng: Rng) -> Image.Image:
    """Draw from one colour to another, along a line or from a point."""
    width, height = size(rng)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    angle = rng.uniform(0, 2 * math.pi)
    if rng.random() < 0.5:
        ramp = x * math.cos(angle) + y * math.sin(angle)
    else:
        ramp = np.hypot(x - rng.random(), y - rng.random()) ** rng.uniform(0.5, 2)
    ramp = (ramp - ramp.min()) / max(float(np.ptp(ramp)), 1e-6)
    stops = [np.array(colour(rng)) for _ in range(int(rng.integers(2, 4)))]
    values = np.stack(
        [
            np.interp(ramp, np.linspace(0, 1, len(stops)), [stop[c] for stop in stops])
            for c in range(3)
        ],
        -1,
    )
    return grained(rng, Image.fromarray(values.astype(np.uint8)))


def noise(rng: Rng) -> Image.Image:
    """Draw grains of one size, grey or coloured."""
    width, height = size(rng)
    grain = int(rng.choice([1, 1, 2, 4, 8, 16, 32]))
    channels = 1 if rng.random() < 0.4 else 3
    low, high = sorted(rng.integers(0, 257, 2).tolist())
    values = rng.integers(low, max(high, low + 8), (height // grain, width // grain, channels))
    tile = np.broadcast_to(values, (*values.shape[:2], 3)).clip(0, 255).astype(np.uint8)
    way = Image.Resampling.NEAREST if rng.random() < 0.5 else Image.Resampling.BICUBIC
    return Image.fromarray(np.ascontiguousarray(tile)).resize((width, height), way)


def clouds(rng: Rng, channels: int = 3) -> NDArray[np.float64]:
    """Return noise as nature has it, more of it the coarser, (384, 384, channels) from 0 to 1."""
    side = 384
    steepness = rng.uniform(0.8, 2.4)
    fy, fx = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]
    stretch = np.exp(rng.normal(0, 0.7))
    size_of = np.hypot(fy * stretch, fx / stretch)
    size_of[0, 0] = 1
    layers = []
    for _ in range(channels):
        phase = rng.normal(size=(side, side // 2 + 1)) + 1j * rng.normal(size=(side, side // 2 + 1))
        layer = np.fft.irfft2(phase / size_of**steepness, (side, side))
        low, high = np.quantile(layer, (0.01, 0.99))
        layers.append(((layer - low) / (high - low)).clip(0, 1))
    return np.stack(layers, -1)


def texture(rng: Rng) -> Image.Image:
    """Draw clouds, marble, wood, cloth, grass: noise of nature's kind through a few colours."""
    base = clouds(rng)
    sort = rng.random()
    if sort < 0.35:
        mixed = base if rng.random() < 0.3 else base[..., :1] * 0.8 + base * 0.2
        values = mixed * 255
    else:
        ramp = base[..., 0]
        if sort < 0.7:
            y, x = np.mgrid[0:384, 0:384] / 384
            ramp = np.sin(
                ramp * rng.uniform(3, 30) + rng.uniform(0, 60) * x + rng.uniform(0, 20) * y
            )
            ramp = (ramp + 1) / 2
        stops = np.array([colour(rng) for _ in range(4)])
        values = np.stack(
            [np.interp(ramp, np.linspace(0, 1, 4), stops[:, c]) for c in range(3)], -1
        )
    picture = Image.fromarray(values.astype(np.uint8)).resize(size(rng))
    return grained(rng, picture) if rng.random() < 0.5 else picture


def pattern(rng: Rng) -> Image.Image:
    """Draw stripes, checks, dots, rings."""
    width, height = size(rng)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    angle, step = rng.uniform(0, math.pi), rng.uniform(4, 80)
    u = (x * math.cos(angle) + y * math.sin(angle)) / step
    v = (-x * math.sin(angle) + y * math.cos(angle)) / (step * rng.uniform(0.5, 2))
    masks = (
        np.sin(u * 6.28) > 0,
        (np.floor(u) + np.floor(v)) % 2 > 0,
        np.hypot(u % 1 - 0.5, v % 1 - 0.5) < rng.uniform(0.15, 0.45),
        np.sin(np.hypot(x - width * rng.random(), y - height * rng.random()) / step * 6.28) > 0,
        (u % 1 < 0.15) | (v % 1 < 0.15),
    )
    mask = masks[int(rng.integers(len(masks)))]
    values = np.where(mask[..., None], np.array(colour(rng)), np.array(colour(rng)))
    picture = Image.fromarray(values.astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 4)))


def mosaic(rng: Rng) -> Image.Image:
    """Draw cells around random points, as glass, stones or fields have."""
    side, count = 160, int(rng.integers(5, 120))
    points = rng.random((count, 2)) * side
    y, x = np.mgrid[0:side, 0:side]
    distances = np.stack([np.hypot(x - px, y - py) for px, py in points], -1)
    nearest = distances.argmin(-1)
    hues = np.array([colour(rng) for _ in range(len(points))])
    if rng.random() < 0.5:
        hues = (np.array(colour(rng)) + rng.normal(0, 30, (count, 3))).clip(0, 255)
    values = hues[nearest].astype(np.float64)
    if rng.random() < 0.5:
        two = np.partition(distances, 1, -1)
        values[(two[..., 1] - two[..., 0]) < rng.uniform(1, 4)] = colour(rng)
    return Image.fromarray(values.astype(np.uint8)).resize(size(rng))


def leaves(rng: Rng) -> Image.Image:
    """Draw things of all sizes that hide each other, each with a texture and a shade: close to photographs."""
    width, height = size(rng)
    picture = Image.new("RGB", (width, height), colour(rng))
    base = Image.fromarray((clouds(rng, 3) * 255).astype(np.uint8))
    tone = np.array(colour(rng, 30, 226))
    for _ in range(int(rng.integers(30, 160))):
        radius = min(4 / (1e-3 + rng.random()) ** 0.8, width / 2)
        cx, cy = rng.random() * width, rng.random() * height
        mask = Image.new("L", (width, height))
        draw = ImageDraw.Draw(mask)
        if rng.random() < 0.5:
            draw.ellipse((cx - radius, cy - radius * 0.7, cx + radius, cy + radius * 0.7), fill=255)
        else:
            turns = np.sort(rng.uniform(0, 2 * math.pi, int(rng.integers(3, 8))))
            draw.polygon(
                [(cx + radius * math.cos(t), cy + radius * math.sin(t)) for t in turns], fill=255
            )
        hue = tuple(int(v) for v in (tone + rng.normal(0, 45, 3)).clip(0, 255))
        flat = Image.new("RGB", (width, height), hue)
        leaf = Image.blend(flat, base.resize((width, height)), float(rng.uniform(0, 0.5)))
        picture.paste(leaf, (0, 0), mask)
    return grained(rng, picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.5))))
