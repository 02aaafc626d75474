"""Backgrounds: a floor in perspective under a sky or a wall, by day, by lamplight or by night."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .layout import SHELF
from .settings import SETTING_BY_NAME
from .world import BACKDROPS, horizon_of

Floats = NDArray[np.floating[Any]]
_Colour = tuple[int, int, int]

# Per setting: upper part from and to, floor from (far) and to (near).
_PALETTE: dict[str, tuple[_Colour, _Colour, _Colour, _Colour]] = {
    "street": ((150, 180, 210), (205, 212, 218), (120, 120, 124), (84, 84, 90)),
    "night": ((10, 12, 40), (38, 38, 84), (40, 42, 56), (20, 22, 32)),
    "park": ((150, 205, 245), (218, 238, 248), (140, 190, 96), (84, 150, 60)),
    "garden": ((120, 190, 235), (200, 230, 240), (110, 160, 74), (104, 92, 56)),
    "farm": ((140, 190, 230), (235, 226, 200), (206, 186, 110), (150, 130, 62)),
    "beach": ((90, 180, 240), (180, 224, 245), (240, 222, 166), (222, 194, 126)),
    "snow": ((170, 188, 212), (212, 222, 234), (244, 247, 252), (222, 230, 242)),
    "desert": ((240, 190, 120), (250, 226, 178), (226, 176, 106), (196, 136, 76)),
    "living room": ((236, 216, 182), (222, 194, 154), (156, 106, 66), (112, 72, 40)),
    "kitchen": ((234, 240, 240), (214, 228, 230), (192, 196, 200), (150, 152, 158)),
    "bedroom": ((200, 196, 226), (182, 176, 212), (178, 150, 130), (130, 104, 92)),
    "bathroom": ((196, 228, 232), (176, 212, 220), (214, 220, 224), (164, 178, 186)),
    "workshop": ((166, 158, 148), (142, 134, 124), (124, 116, 106), (84, 78, 72)),
    "shop": ((246, 232, 214), (236, 206, 196), (204, 180, 170), (150, 124, 120)),
}
_SPREAD = 10.0


@lru_cache(maxsize=1500)
def backdrop(setting: str, number: int, side: int) -> NDArray[np.uint8]:
    """Background `number` of a setting, (side, side, 3).

    Raises:
        ValueError: there is no such number.
    """
    if not 0 <= number < BACKDROPS:
        raise ValueError(f"no background {number}")
    rng = np.random.default_rng((zlib.crc32(setting.encode()), number))
    horizon = horizon_of(setting, number)
    colours = np.array(_PALETTE[setting], np.float32) + rng.normal(0, _SPREAD, (4, 3))
    line = (np.arange(side, dtype=np.float32) + 0.5) / side
    x, y = line[None, :, None], line[:, None, None]
    is_floor = y >= horizon
    share = np.where(is_floor, (y - horizon) / (1 - horizon), y / horizon)
    start, end = (
        np.where(is_floor, colours[2], colours[0]),
        np.where(is_floor, colours[3], colours[1]),
    )
    image = np.broadcast_to(start + (end - start) * share, (side, side, 3)).astype(np.float32)
    image += is_floor * _floor(setting, rng, x, y, horizon)
    if SETTING_BY_NAME[setting].is_indoors:
        _wall(setting, rng, image, x, y, horizon)
    else:
        _sky(setting, rng, image, x, y, horizon)
    image += _soft_noise(rng, line)
    if setting == "night":
        _lamp(rng, image, x, y, horizon)
    elif rng.random() < 0.3:
        _light(rng, image, x, y)
    return image.clip(0, 255).astype(np.uint8)


def _floor(setting: str, rng: np.random.Generator, x: Floats, y: Floats, horizon: float) -> Floats:
    """Lines that run to a vanishing point, and lines across that crowd with distance."""
    down = np.maximum(y - horizon, 0.004)
    phase = float(rng.random())
    along = (x - float(rng.uniform(0.3, 0.7))) * 0.5 / down + phase
    across = 0.35 / (down + 0.05)
    fade = np.minimum(down * 6, 1.0)
    if setting in ("street", "night"):
        lane = (np.abs(along - phase) < 0.06) & (across * 2.2 % 1 < 0.55)
        return np.asarray(lane * 90.0 - (np.abs(along - phase) > 1.1) * 18.0)
    if setting in ("kitchen", "bathroom", "shop"):
        return np.asarray(
            np.where((np.floor(along * 3) + np.floor(across * 3)) % 2 > 0, -16.0, 10.0) * fade
        )
    if setting in ("living room", "bedroom", "workshop"):
        return np.asarray((along * 4 % 1 < 0.08) * -34.0 * fade)
    if setting == "farm":
        return np.asarray((along * 2.5 % 1 < 0.5) * 20.0 * fade)
    if setting == "park":
        path = np.abs(along - phase) < 0.22
        return np.asarray(path * np.array([78.0, 30.0, 66.0]))
    waves = np.sin(across * 30 + 6 * np.sin(x * 7 + phase * 6))
    return np.asarray(waves * 5.0)


def _wall(
    setting: str,
    rng: np.random.Generator,
    image: NDArray[np.float32],
    x: Floats,
    y: Floats,
    horizon: float,
) -> None:
    """Wallpaper or tiles, a skirting board, a shelf all along, and mostly a window."""
    above = y < horizon
    phase = float(rng.random())
    if setting in ("kitchen", "bathroom"):
        image += ((((x * 9 + phase) % 1 < 0.06) | ((y * 9) % 1 < 0.06)) & above) * -22.0
    elif setting == "workshop":
        rows = np.floor(y * 14)
        image += ((((x * 7 + rows * 0.5) % 1 < 0.05) | ((y * 14) % 1 < 0.09)) & above) * -20.0
    else:
        image += (((x * float(rng.integers(5, 12)) + phase) % 1 < 0.5) & above) * 8.0
    image += ((y > horizon - 0.025) & above) * -40.0
    if rng.random() < 0.7:
        left, width = float(rng.uniform(0.05, 0.65)), float(rng.uniform(0.2, 0.3))
        pane = (
            (np.abs(x - left - width / 2) < width / 2) & (y > SHELF + 0.03) & (y < horizon - 0.04)
        )
        frame = pane & (np.abs((x - left) / width - 0.5) < 0.03)
        light = np.array([120, 170, 225]) if rng.random() < 0.6 else np.array([30, 34, 70])
        image[:] = np.where(pane, light, image)
        image[:] = np.where(frame, 235, image)
    board = (y >= SHELF) & (y < SHELF + 0.018)
    image[:] = np.where(board, np.array([116, 78, 48]) + float(rng.normal(0, 12)), image)


def _sky(
    setting: str,
    rng: np.random.Generator,
    image: NDArray[np.float32],
    x: Floats,
    y: Floats,
    horizon: float,
) -> None:
    """Draw what stands on the horizon: roofs, hills, a fence, the sea, dunes, stars."""
    phase = float(rng.random()) * 6
    above = y < horizon
    if setting in ("street", "night"):
        height = 0.09 + 0.07 * np.sin(np.floor(x * 8 + phase) * 12.9)
        block = (y > horizon - height) & above
        lit = ((x * 40) % 1 < 0.4) & ((y * 40) % 1 < 0.4)
        glow = 70.0 if setting == "night" else 22.0
        image += block * -26.0 + (block & lit) * glow
        if setting == "night":
            image += (
                ((x * 31 + y * 17) % 1 < 0.05) & ((y * 29 - x * 11) % 1 < 0.05) & above
            ) * 130.0
    elif setting == "beach":
        sea = (y > horizon - 0.1) & above
        image += sea * np.array([-80.0, -50.0, -20.0])
    elif setting == "garden":
        fence = (y > horizon - 0.12) & above & ((x * 18 + phase) % 1 < 0.7)
        image += fence * np.array([30.0, -20.0, -60.0])
    else:
        hill = horizon - 0.05 - 0.04 * np.sin(x * 5 + phase) - 0.02 * np.sin(x * 13 + phase)
        image += ((y > hill) & above) * np.array([-40.0, -28.0, -50.0])


def _soft_noise(rng: np.random.Generator, line: Floats) -> NDArray[np.float32]:
    """Uneven light: a coarse grid of random numbers, blended."""
    coarse = rng.normal(0, 6, (9, 9, 1)).astype(np.float32)
    grid = line * 8
    index = grid.astype(np.int64).clip(0, 7)
    part = (grid - index).astype(np.float32)
    rows = coarse[index] * (1 - part)[:, None, None] + coarse[index + 1] * part[:, None, None]
    blended = rows[:, index] * (1 - part)[None, :, None] + rows[:, index + 1] * part[None, :, None]
    return np.asarray(blended, np.float32)


def _lamp(
    rng: np.random.Generator, image: NDArray[np.float32], x: Floats, y: Floats, horizon: float
) -> None:
    for _ in range(int(rng.integers(1, 4))):
        cx, cy = float(rng.uniform(0.1, 0.9)), float(rng.uniform(horizon, 0.95))
        distance = ((x - cx) / 0.25) ** 2 + ((y - cy) / 0.12) ** 2
        image += np.exp(-distance) * np.array([95.0, 75.0, 35.0])


def _light(rng: np.random.Generator, image: NDArray[np.float32], x: Floats, y: Floats) -> None:
    """Light that falls in from one side."""
    slope = float(rng.uniform(-0.3, 0.3))
    image *= 1 + slope * (x - 0.5) + 0.1 * (0.5 - y)
