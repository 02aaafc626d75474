"""Does to a page what a camera does: turns it, slants it, bends it, and takes light and sharpness away."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from scripts.photographs.text_pages import Picture


def _turn(degrees: float) -> Callable[[Picture], Picture]:
    def turn(picture: Picture) -> Picture:
        return np.asarray(
            Image.fromarray(picture).rotate(degrees, Image.Resampling.BICUBIC, expand=True)
        )

    return turn


def _slant(picture: Picture) -> Picture:
    """Return it as seen from the left and from below: the far side is a third smaller."""
    height, width = picture.shape[:2]
    seen = np.array(
        [(0, 0), (width, height * 0.2), (width, height * 0.85), (0, height)], np.float32
    )
    whole = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = cv2.getPerspectiveTransform(whole, seen)
    return np.asarray(
        cv2.warpPerspective(picture, turn, (width, height), borderValue=(90, 85, 80)), np.uint8
    )


def _bend(picture: Picture) -> Picture:
    """Return it as round a bottle: lines sag by a twentieth of the width, and narrow towards the sides."""
    height, width = picture.shape[:2]
    across = np.linspace(-1, 1, width, dtype=np.float32)
    x = (np.arcsin(across * 0.95) / np.arcsin(0.95) + 1) / 2 * (width - 1)
    sag = width / 20 * np.sqrt(1 - (across * 0.95) ** 2)
    y = np.arange(height, dtype=np.float32)[:, None] - sag[None, :] + width / 40
    maps = np.broadcast_to(x, (height, width)).astype(np.float32), y.astype(np.float32)
    return np.asarray(
        cv2.remap(picture, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _darken(picture: Picture) -> Picture:
    """Return it at an eighth of the light, with the noise of a phone's camera at night."""
    noise = np.random.default_rng(picture.size).normal(0, 7, picture.shape)
    return np.clip(picture * 0.125 + 4 + noise, 0, 255).astype(np.uint8)


def _blur(picture: Picture) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 3.2), np.uint8)


def _shake(picture: Picture) -> Picture:
    return np.asarray(cv2.blur(picture, (13, 1)), np.uint8)


def _add_noise(picture: Picture) -> Picture:
    noise = np.random.default_rng(picture.size).normal(0, 40, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _shrink(picture: Picture) -> Picture:
    return np.asarray(
        cv2.resize(picture, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA), np.uint8
    )


def _press(picture: Picture) -> Picture:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=12)
    return np.asarray(Image.open(file))


def _enlarge(picture: Picture) -> Picture:
    """Return it with 12 million points, as a phone makes them."""
    return np.asarray(cv2.resize(picture, (4000, 3000), interpolation=cv2.INTER_CUBIC), np.uint8)


DAMAGES: dict[str, Callable[[Picture], Picture]] = {
    "as drawn": lambda picture: picture,
    "12 megapixels": _enlarge,
    "turned by 5°": _turn(5),
    "turned by 15°": _turn(-15),
    "turned by 90°": _turn(90),
    "turned by 180°": _turn(180),
    "seen from aside": _slant,
    "round a bottle": _bend,
    "an eighth of the light": _darken,
    "out of focus": _blur,
    "shaken": _shake,
    "noise": _add_noise,
    "640 × 480": _shrink,
    "JPEG at 12 %": _press,
}
