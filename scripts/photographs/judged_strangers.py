"""Draws pictures of kinds that nothing was chosen on: what the familiarity head is judged with beside photographs."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Rng = np.random.Generator


def _colour(rng: Rng, low: int = 0, high: int = 256) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in rng.integers(low, high, 3))
    return red, green, blue


def _canvas(
    rng: Rng, low: int, high: int, size: tuple[int, int] = (512, 512)
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", size, _colour(rng, low, high))
    return picture, ImageDraw.Draw(picture)


def _font(size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype("DejaVuSansMono.ttf", size_px)


def fractal(rng: Rng) -> Image.Image:
    """Draw a Julia set."""
    y, x = np.mgrid[-1.3:1.3:256j, -1.6:1.6:256j]
    z, c = x + 1j * y, complex(rng.uniform(-0.9, 0.3), rng.uniform(0.1, 0.8))
    steps = np.zeros(z.shape)
    for _ in range(60):
        inside = np.abs(z) < 4
        z = np.where(inside, z * z + c, z)
        steps += inside
    hues = np.array([_colour(rng) for _ in range(61)])
    return Image.fromarray(hues[steps.astype(int)].astype(np.uint8)).resize((512, 512))


def maze(rng: Rng) -> Image.Image:
    """Draw diagonal walls at random."""
    picture, draw = _canvas(rng, 0, 256)
    ink, step = _colour(rng), int(rng.choice([16, 32, 64]))
    for x in range(0, 512, step):
        for y in range(0, 512, step):
            ends = (x, y, x + step, y + step) if rng.random() < 0.5 else (x + step, y, x, y + step)
            draw.line(ends, ink, max(2, step // 6))
    return picture


def chessboard(rng: Rng) -> Image.Image:
    """Draw a board with men on it."""
    picture, draw = _canvas(rng, 0, 256)
    light, dark = _colour(rng, 150, 256), _colour(rng, 0, 130)
    for square in range(64):
        x, y = square % 8 * 64, square // 8 * 64
        draw.rectangle((x, y, x + 64, y + 64), light if (square + square // 8) % 2 else dark)
        if rng.random() < 0.4:
            draw.ellipse((x + 12, y + 12, x + 52, y + 52), (240,) * 3 if y > 250 else (20,) * 3)
    return picture


def terminal(rng: Rng) -> Image.Image:
    """Draw lines of a program in a dark window."""
    picture, draw = _canvas(rng, 0, 40, (720, 480))
    letters = "abcdefghijklmnopqrstuvwxyz(){}=+-*/._  "
    for line in range(26):
        x = 10 + int(rng.integers(0, 4)) * 24
        for _ in range(int(rng.integers(0, 9))):
            word = "".join(rng.choice(list(letters), int(rng.integers(2, 10))))
            draw.text((x, 8 + line * 18), word, _colour(rng, 120, 256), _font(14))
            x += 9 * (len(word) + 1)
    return picture


def spreadsheet(rng: Rng) -> Image.Image:
    """Draw cells with numbers."""
    picture, draw = _canvas(rng, 235, 256, (640, 480))
    for y in range(0, 480, 24):
        for x in range(0, 640, 80):
            fill = _colour(rng, 180, 256) if rng.random() < 0.1 or y == 0 else None
            draw.rectangle((x, y, x + 80, y + 24), fill, (190, 190, 190))
            if rng.random() < 0.7:
                draw.text((x + 6, y + 5), f"{rng.normal(0, 900):.2f}", (10, 10, 10), _font(12))
    return picture


def receipt(rng: Rng) -> Image.Image:
    """Draw a narrow till receipt on a dark table."""
    picture, draw = _canvas(rng, 20, 120, (480, 640))
    draw.rectangle((120, 20, 360, 620), (245, 243, 238))
    for y in range(40, 580, 22):
        draw.text((134, y), "".join(rng.choice(list("ABCDEFGH "), 12)), (30, 30, 30), _font(13))
        draw.text((300, y), f"{rng.uniform(0, 60):.2f}", (30, 30, 30), _font(13))
    return picture


def notes(rng: Rng) -> Image.Image:
    """Draw sheet music."""
    picture, draw = _canvas(rng, 240, 256, (640, 480))
    for top in range(40, 440, 90):
        for line in range(5):
            draw.line((20, top + line * 9, 620, top + line * 9), (0, 0, 0), 1)
        for x in range(50, 600, int(rng.integers(24, 50))):
            y = top + int(rng.integers(-1, 9)) * 5
            draw.ellipse((x - 6, y - 4, x + 6, y + 4), (0, 0, 0))
            draw.line((x + 6, y, x + 6, y - 28), (0, 0, 0), 2)
    return picture


def spirograph(rng: Rng) -> Image.Image:
    """Draw one thin line that winds."""
    picture, draw = _canvas(rng, 0, 256)
    turns = np.linspace(0, 60 * math.pi, 4000)
    big, small, arm = rng.uniform(90, 150), rng.uniform(20, 90), rng.uniform(20, 100)
    x = 256 + (big - small) * np.cos(turns) + arm * np.cos((big - small) / small * turns)
    y = 256 + (big - small) * np.sin(turns) - arm * np.sin((big - small) / small * turns)
    draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), _colour(rng), int(rng.integers(1, 4)))
    return picture


def bricks(rng: Rng) -> Image.Image:
    """Draw a wall of bricks, each of a shade of its own."""
    picture, draw = _canvas(rng, 150, 220)
    tone, high = np.array(_colour(rng, 60, 200)), int(rng.choice([24, 36, 60]))
    for row, y in enumerate(range(0, 512, high)):
        for x in range(-high * 2, 512, high * 2):
            left = x + (row % 2) * high
            shade = tuple(int(v) for v in (tone + rng.normal(0, 16)).clip(0, 255))
            draw.rectangle((left + 2, y + 2, left + high * 2 - 3, y + high - 3), shade)
    return picture


def stars(rng: Rng) -> Image.Image:
    """Draw a night sky through a telescope."""
    values = rng.normal(12, 5, (480, 640, 3))
    for _ in range(int(rng.integers(60, 500))):
        y, x = int(rng.integers(2, 478)), int(rng.integers(2, 638))
        values[y - 1 : y + 2, x - 1 : x + 2] += rng.exponential(90)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def xray(rng: Rng) -> Image.Image:
    """Draw grey soft tubes on black, as bones are shown."""
    y, x = np.mgrid[0:512, 0:512] / 512
    values = np.full((512, 512), 8.0)
    for _ in range(int(rng.integers(3, 12))):
        px, py, angle, wide = (
            rng.random(),
            rng.random(),
            rng.uniform(0, 3.14),
            rng.uniform(0.02, 0.12),
        )
        across = (x - px) * math.sin(angle) - (y - py) * math.cos(angle)
        values += rng.uniform(30, 110) * np.exp(-((across / wide) ** 2))
    values += rng.normal(0, 5, values.shape)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8)).convert("RGB")


def pixels(rng: Rng) -> Image.Image:
    """Draw a mirrored figure of large pixels, as old games have."""
    grid = rng.random((16, 8)) < 0.45
    whole = np.concatenate((grid, grid[:, ::-1]), 1)
    hues = np.array([_colour(rng) for _ in range(4)])
    shade = np.where(whole, rng.integers(1, 4, whole.shape), 0)
    tile = np.pad(hues[shade], ((2, 2), (2, 2), (0, 0)), mode="edge").astype(np.uint8)
    return Image.fromarray(tile).resize((480, 480), Image.Resampling.NEAREST)


def comic(rng: Rng) -> Image.Image:
    """Draw panels with faces and speech bubbles."""
    picture, draw = _canvas(rng, 240, 256, (640, 640))
    for x in (10, 325):
        for y in (10, 325):
            draw.rectangle((x, y, x + 305, y + 305), _colour(rng, 120, 256), (0, 0, 0), 4)
            draw.ellipse((x + 90, y + 130, x + 220, y + 290), (250, 210, 170), (0, 0, 0), 3)
            for eye in (130, 175):
                draw.ellipse((x + eye, y + 180, x + eye + 12, y + 196), (0, 0, 0))
            draw.arc((x + 125, y + 210, x + 190, y + 260), 0, 180, (150, 0, 0), 4)
            draw.ellipse((x + 60, y + 15, x + 290, y + 105), (255, 255, 255), (0, 0, 0), 2)
            draw.text(
                (x + 100, y + 50), "".join(rng.choice(list("abcdef "), 12)), (0, 0, 0), _font(18)
            )
    return picture


def plan(rng: Rng) -> Image.Image:
    """Draw a street map: blocks between roads, a river, labels."""
    picture, draw = _canvas(rng, 215, 250)
    for _ in range(int(rng.integers(8, 25))):
        angle, px, py = rng.uniform(0, 3.14), rng.random() * 512, rng.random() * 512
        dx, dy = 800 * math.cos(angle), 800 * math.sin(angle)
        wide = int(rng.choice([3, 6, 12]))
        draw.line(
            (px - dx, py - dy, px + dx, py + dy), (250, 220, 120) if wide > 8 else (255,) * 3, wide
        )
    xs = np.linspace(0, 512, 30)
    river = 256 + 120 * np.sin(xs / rng.uniform(60, 200))
    draw.line(list(zip(xs.tolist(), river.tolist(), strict=True)), (150, 190, 230), 22)
    return picture


def code(rng: Rng) -> Image.Image:
    """Draw black and white modules, as codes to be scanned have."""
    n = int(rng.choice([21, 29, 41]))
    modules = np.kron(rng.integers(0, 2, (n, n)), np.ones((12, 12))) * 255
    picture = Image.new("RGB", (n * 12 + 80, n * 12 + 80), (255, 255, 255))
    picture.paste(Image.fromarray(modules.astype(np.uint8)), (40, 40))
    return picture


def halftone(rng: Rng) -> Image.Image:
    """Draw dots whose size makes a shade."""
    picture, draw = _canvas(rng, 200, 256)
    ink, step = _colour(rng, 0, 150), int(rng.choice([8, 12, 20]))
    fx, fy = rng.uniform(60, 200, 2)
    for x in range(0, 512, step):
        for y in range(0, 512, step):
            r = step * 0.35 * (1.2 + math.sin(x / fx) * math.cos(y / fy))
            draw.ellipse((x - r, y - r, x + r, y + r), ink)
    return picture


def cover(rng: Rng) -> Image.Image:
    """Draw a book's cover or a poster: two flat fields, a large title, a mark."""
    picture, draw = _canvas(rng, 0, 256, (420, 600))
    draw.rectangle((0, int(rng.integers(200, 420)), 420, 600), _colour(rng))
    title = "".join(rng.choice(list("ABCDEGHIKLMNORSTU"), 7))
    draw.text((30, int(rng.integers(30, 160))), title, _colour(rng), _font(80))
    r = int(rng.integers(40, 120))
    draw.regular_polygon((210, 400, r), int(rng.integers(3, 9)), fill=_colour(rng))
    return picture


def room(rng: Rng) -> Image.Image:
    """Draw a room in lines and flat colours: walls in perspective, a window, a table."""
    picture, draw = _canvas(rng, 120, 256, (640, 480))
    draw.polygon([(0, 480), (180, 320), (460, 320), (640, 480)], _colour(rng, 60, 200))
    draw.polygon([(0, 0), (180, 90), (180, 320), (0, 480)], _colour(rng, 90, 230))
    draw.polygon([(640, 0), (460, 90), (460, 320), (640, 480)], _colour(rng, 90, 230))
    draw.rectangle((250, 130, 390, 240), (200, 225, 245), (60, 60, 60), 5)
    draw.line((320, 130, 320, 240), (60, 60, 60), 4)
    x = int(rng.integers(150, 350))
    draw.polygon([(x, 380), (x + 150, 380), (x + 190, 430), (x - 40, 430)], _colour(rng, 40, 200))
    return picture


FAMILIES: dict[str, Callable[[Rng], Image.Image]] = {
    make.__name__: make
    for make in (
        fractal, maze, chessboard, terminal, spreadsheet, receipt, notes, spirograph, bricks, stars, xray, pixels,
        comic, plan, code, halftone, cover, room,
    )
}  # fmt: skip


def stranger(family: str, number: int) -> Image.Image:
    """Return one picture of a family, always the same, RGB."""
    index = list(FAMILIES).index(family)
    return FAMILIES[family](np.random.default_rng((32, index, number))).convert("RGB")
