"""Draws pictures that are none of the drawn scenes: blanks, textures, pages, screens, charts, other drawings.

The familiarity head is chosen with these. Those that it is judged with are of other kinds: `judged_strangers.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from scripts.photographs.made_textures import (
    Rng,
    blank,
    colour,
    font,
    gradient,
    grained,
    leaves,
    mosaic,
    noise,
    pattern,
    size,
    texture,
    words,
)
from scripts.train_scene_model.kinds import COLOUR_NAMES, KINDS
from scripts.train_scene_model.render import render
from scripts.train_scene_model.sprites import sprite
from scripts.train_scene_model.world import make_scene

_FIRST_SCENE = 700_000_000


def page(rng: Rng) -> Image.Image:
    """Draw a printed page: heading, lines, columns; sometimes as if photographed on a table."""
    width, height = (int(v * 1.6) for v in size(rng))
    paper = tuple(int(v) for v in np.array((250, 248, 240)) - rng.integers(0, 40))
    ink = tuple(int(v) for v in rng.integers(0, 90, 3))
    if rng.random() < 0.1:
        paper, ink = ink, paper
    sheet = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(sheet)
    size_px = int(rng.integers(9, 34))
    body, margin = font(rng, size_px), int(width * rng.uniform(0.02, 0.12))
    columns = int(rng.choice([1, 1, 2, 3]))
    y = margin
    if rng.random() < 0.7:
        draw.text((margin, y), words(rng, 4), ink, font(rng, size_px * 2))
        y += size_px * 3
    for column in range(columns):
        x, line = margin + column * (width - margin) // columns, y
        while line < height - margin * rng.uniform(1, 3):
            room = (width - margin) // columns - margin // 2
            if rng.random() > 0.12:
                text = words(rng, 30)[: int(room / (size_px * 0.58))]
                draw.text((x, line), text, ink, body)
            line += int(size_px * 1.35)
    if rng.random() < 0.35:
        return on_a_table(rng, sheet)
    return sheet


def on_a_table(rng: Rng, sheet: Image.Image) -> Image.Image:
    """Return what a camera would see of something flat that lies on a table."""
    ground = texture(rng).resize((480, 360))
    sheet = sheet.resize((int(rng.integers(200, 340)), int(rng.integers(180, 330)))).convert("RGBA")
    turned = sheet.rotate(rng.uniform(-30, 30), expand=True, resample=Image.Resampling.BICUBIC)
    ground.paste(turned, (int(rng.integers(0, 120)), int(rng.integers(-20, 60))), turned)
    return grained(rng, ground)


def screen(rng: Rng) -> Image.Image:
    """Draw a screenshot: bars, windows, lists, buttons, icons."""
    width, height = 640, int(rng.choice([360, 400, 480, 640]))
    is_dark = rng.random() < 0.4
    back = colour(rng, 0, 60) if is_dark else colour(rng, 200, 256)
    ink = (230, 230, 230) if is_dark else (30, 30, 30)
    picture = Image.new("RGB", (width, height), back)
    draw = ImageDraw.Draw(picture)
    accent = colour(rng)
    draw.rectangle((0, 0, width, int(rng.integers(14, 46))), fill=colour(rng))
    left = int(rng.integers(0, 180))
    draw.rectangle((0, 40, left, height), fill=colour(rng, 20, 236))
    for _ in range(int(rng.integers(3, 16))):
        x, y = int(rng.integers(0, width - 60)), int(rng.integers(40, height - 20))
        w, h = int(rng.integers(30, 300)), int(rng.integers(12, 160))
        fill = accent if rng.random() < 0.2 else back if rng.random() < 0.5 else colour(rng)
        draw.rounded_rectangle(
            (x, y, x + w, y + h),
            int(rng.integers(0, 12)),
            fill,
            ink if rng.random() < 0.5 else None,
        )
        small = font(rng, int(rng.integers(9, 18)))
        for line in range(y + 4, y + h - 10, 16):
            draw.text((x + 6, line), words(rng, 8)[: w // 8], ink, small)
    return picture


def chart(rng: Rng) -> Image.Image:
    """Draw bars, lines, points or a pie, with axes and labels."""
    width, height = (int(v * 1.4) for v in size(rng))
    back = (255, 255, 255) if rng.random() < 0.7 else colour(rng)
    picture = Image.new("RGB", (width, height), back)
    draw, small = ImageDraw.Draw(picture), font(rng, 13)
    ink = (20, 20, 20) if sum(back) > 380 else (240, 240, 240)
    left, base = 46, height - 40
    draw.line((left, 20, left, base, width - 20, base), ink, 2)
    count = int(rng.integers(3, 24))
    tops = rng.random(count) * (base - 40)
    step = (width - left - 30) / count
    sort = rng.random()
    if sort < 0.35:
        hue = colour(rng)
        for i, top in enumerate(tops):
            x = left + 6 + i * step
            draw.rectangle(
                (x, base - top, x + step * 0.7, base), fill=hue if sort < 0.2 else colour(rng)
            )
    elif sort < 0.65:
        for _ in range(int(rng.integers(1, 5))):
            tops = (tops + rng.normal(0, 30, count)).clip(0, base - 30)
            draw.line([(left + i * step, base - top) for i, top in enumerate(tops)], colour(rng), 3)
    elif sort < 0.8:
        for _ in range(int(rng.integers(20, 200))):
            x, y = rng.uniform(left, width - 20), rng.uniform(20, base)
            draw.ellipse((x - 3, y - 3, x + 3, y + 3), colour(rng))
    else:
        start = 0.0
        for share in rng.dirichlet(np.ones(int(rng.integers(2, 8)))):
            draw.pieslice((60, 20, base, base - 40), start, start + 360 * share, colour(rng))
            start += 360 * share
    for i in range(0, count, 3):
        draw.text((left + i * step, base + 8), words(rng, 1)[:5], ink, small)
    return picture


def shapes(rng: Rng) -> Image.Image:
    """Draw flat shapes on a flat ground or on colours that run: what clip art and abstract pictures are made of."""
    width, height = size(rng)
    picture = (
        Image.new("RGB", (width, height), colour(rng)) if rng.random() < 0.6 else gradient(rng)
    )
    width, height = picture.size
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(1, 30))):
        x, y, r = rng.random() * width, rng.random() * height, rng.uniform(5, width * 0.35)
        edge = colour(rng) if rng.random() < 0.3 else None
        sort = rng.random()
        if sort < 0.35:
            draw.ellipse((x - r, y - r, x + r, y + r * rng.uniform(0, 1)), colour(rng), edge)
        elif sort < 0.6:
            draw.rectangle((x, y, x + r, y + r * rng.uniform(0.2, 2)), colour(rng), edge)
        elif sort < 0.85:
            turns = np.sort(rng.uniform(0, 6.28, int(rng.integers(3, 9))))
            draw.polygon(
                [(x + r * math.cos(t), y + r * math.sin(t)) for t in turns], colour(rng), edge
            )
        else:
            draw.line(
                [tuple(rng.random(2) * width) for _ in range(4)],
                colour(rng),
                int(rng.integers(1, 16)),
            )
    return picture


def landscape(rng: Rng) -> Image.Image:
    """Draw a drawn landscape of another style: sky, hills, sun, houses, trees of triangles and circles."""
    width, height = size(rng)
    picture = Image.new("RGB", (width, height), colour(rng, 100, 256))
    draw = ImageDraw.Draw(picture)
    for level in np.sort(rng.uniform(0.3, 0.9, int(rng.integers(1, 4)))):
        xs = np.linspace(0, width, 40)
        hill = height * (level + 0.08 * np.sin(xs / width * rng.uniform(3, 20) + rng.uniform(0, 6)))
        draw.polygon([(0, height), *zip(xs, hill, strict=True), (width, height)], colour(rng))
    if rng.random() < 0.7:
        x, y, r = rng.random() * width, rng.uniform(0, 0.3) * height, rng.uniform(10, 45)
        draw.ellipse((x - r, y - r, x + r, y + r), (250, 220, 60))
    for _ in range(int(rng.integers(0, 9))):
        x, foot, h = (
            rng.random() * width,
            rng.uniform(0.5, 0.98) * height,
            rng.uniform(0.1, 0.45) * height,
        )
        if rng.random() < 0.5:
            draw.rectangle((x - h * 0.05, foot - h * 0.4, x + h * 0.05, foot), (100, 70, 40))
            if rng.random() < 0.5:
                draw.polygon(
                    [(x - h * 0.3, foot - h * 0.3), (x + h * 0.3, foot - h * 0.3), (x, foot - h)],
                    colour(rng, 20, 160),
                )
            else:
                draw.ellipse(
                    (x - h * 0.3, foot - h, x + h * 0.3, foot - h * 0.35), colour(rng, 20, 160)
                )
        else:
            draw.rectangle((x, foot - h * 0.6, x + h * 0.8, foot), colour(rng), (20, 20, 20))
            draw.polygon(
                [(x - 5, foot - h * 0.6), (x + h * 0.85, foot - h * 0.6), (x + h * 0.4, foot - h)],
                colour(rng),
            )
            draw.rectangle((x + h * 0.3, foot - h * 0.3, x + h * 0.5, foot), colour(rng))
    return picture


def sketch(rng: Rng) -> Image.Image:
    """Draw pen strokes and stick figures on paper."""
    width, height = size(rng)
    picture = Image.new("RGB", (width, height), colour(rng, 225, 256))
    draw, ink, pen = ImageDraw.Draw(picture), colour(rng, 0, 140), int(rng.integers(1, 7))
    for _ in range(int(rng.integers(1, 12))):
        x, y, r = rng.random() * width, rng.random() * height, rng.uniform(10, 60)
        if rng.random() < 0.4:
            draw.ellipse((x - r / 3, y - r, x + r / 3, y - r / 3), outline=ink, width=pen)
            draw.line((x, y - r / 3, x, y + r / 2), ink, pen)
            draw.line((x - r / 2, y, x, y - r / 6, x + r / 2, y), ink, pen)
            draw.line((x - r / 2, y + r, x, y + r / 2, x + r / 2, y + r), ink, pen)
        else:
            steps = np.cumsum(rng.normal(0, r / 4, (int(rng.integers(4, 40)), 2)), 0)
            steps += np.array((x, y))
            draw.line([tuple(step) for step in steps], ink, pen)
    return picture


def sticker(rng: Rng) -> Image.Image:
    """Draw things of the drawn world outside of any scene: one on a plain ground, or many on a texture."""
    grounds = (blank, blank, gradient, texture, pattern, leaves)
    picture = grounds[int(rng.integers(len(grounds)))](rng).copy()
    width, height = picture.size
    count = 1 if rng.random() < 0.5 else int(rng.integers(2, 20))
    for _ in range(count):
        kind = KINDS[int(rng.integers(len(KINDS)))]
        hue = COLOUR_NAMES[int(rng.integers(len(COLOUR_NAMES)))] if kind.is_recoloured else ""
        side = int(
            rng.uniform(0.4, 0.95) * min(width, height) if count == 1 else rng.uniform(30, 150)
        )
        word = "STOP" if kind.name == "sign" else ""
        glyph = sprite(kind.name, hue, word, side, side, False)
        corner = ((width - side) // 2, (height - side) // 2)
        if count > 1:
            corner = (int(rng.integers(-20, width - 20)), int(rng.integers(-20, height - 20)))
        picture.paste(glyph, corner, glyph)
    return picture


def spoilt(rng: Rng) -> Image.Image:
    """Draw a scene that is one no longer: upside down, on its side, negative, as edges, in pieces, a corner of it."""
    scene = render(make_scene("train", _FIRST_SCENE + int(rng.integers(10**6))), 384)
    sort = int(rng.integers(7))
    if sort == 0:
        return scene.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    if sort == 1:
        return scene.rotate(float(rng.choice([90, 180, 270])))
    if sort == 2:
        return ImageOps.invert(scene)
    if sort == 3:
        edges = scene.filter(ImageFilter.FIND_EDGES)
        return edges if rng.random() < 0.5 else ImageOps.invert(edges.convert("L")).convert("RGB")
    if sort == 4:
        step = int(rng.choice([48, 96, 128]))
        tiles = [
            scene.crop((x, y, x + step, y + step))
            for y in range(0, 384, step)
            for x in range(0, 384, step)
        ]
        order, n = rng.permutation(len(tiles)), 384 // step
        for place, tile in enumerate(order):
            scene.paste(tiles[tile], (place % n * step, place // n * step))
        return scene
    if sort == 5:
        side = int(rng.uniform(0.12, 0.3) * 384)
        x, y = (int(v) for v in rng.integers(0, 384 - side, 2))
        return scene.crop((x, y, x + side, y + side)).resize((384, 384), Image.Resampling.BICUBIC)
    waves = np.arange(384)[:, None] + (
        30 * np.sin(np.arange(384)[None] / rng.uniform(5, 30))
    ).astype(int)
    return Image.fromarray(np.asarray(scene)[waves % 384, np.arange(384)[None]])


FAMILIES: dict[str, Callable[[Rng], Image.Image]] = {
    make.__name__: make
    for make in (
        blank, gradient, noise, texture, pattern, mosaic, leaves, page, screen, chart, shapes, landscape, sketch,
        sticker, spoilt,
    )
}  # fmt: skip


def stranger(family: str, number: int) -> Image.Image:
    """Return one picture of a family, always the same, RGB."""
    index = list(FAMILIES).index(family)
    return FAMILIES[family](np.random.default_rng((31, index, number))).convert("RGB")
