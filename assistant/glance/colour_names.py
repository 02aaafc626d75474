"""Gives each pixel the everyday name that is nearest to its colour.

The table holds typical colours of each name; the nearest one in CIELAB names a pixel. ``scripts.photographs.light``
measures how often that agrees with people, with the names of the XKCD colour survey.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from assistant.core.events import ImageRgb

_TYPICAL = {
    "black": "000000 14141a 1a120c 0e1a0e",
    "dark grey": "3b3b3d 4a4a4c",
    "grey": "7c7c7c 929292 848078 7a8488",
    "light grey": "b9b9b9 cacaca c2beb8 bcc2c6",
    "white": "ffffff f4f4f2 ebebeb f6f0ee eef2f6 ffffec",
    "dark red": "840000 650021 8b1a1a 9a0038",
    "red": "e50000 c1272d d8392b",
    "dark pink": "cb416b c44569",
    "pink": "ff81c0 ff028d e58aa0 f06fa0 ff08e8 df4ec8 ff9a8a",
    "light pink": "ffd1df f2c4cc",
    "orange": "f97306 e8743b ff9408 c8641e c45a10",
    "light orange": "fdaa48 ffb07c",
    "dark brown": "341c02 3b2418 4a2f20 463a30",
    "brown": "653700 7b4a2b 8a5a3c 6e5038 8b3a0a a85c28 886008 6e5f4c",
    "light brown": "ad8150 a68463 b28b6a a08c74",
    "beige": "e6daa6 d9c8a9 d1b99a f0e2c8",
    "yellow": "ffff14 f5d020 fbdd3e e0b81c",
    "light yellow": "fffe7a fdf6a5",
    "dark yellow": "d5b60a b59410 a8861c",
    "olive green": "6b6b20 677a04 5a5a2c 8a8a3c 9ab007",
    "dark green": "033500 1f4d1f 2c4a2c 3a4a34",
    "green": "15b01a 3c8c3c 5a9b3f 6a8a5a 6b7d5c 11875d 3d9973",
    "light green": "96f97b aadc8c b0d8a8 c7fdb5",
    "dark turquoise": "014d4e 0b5c5c 1f5f5f",
    "turquoise": "06c2ac 1f9c98 029386",
    "light turquoise": "7bf2da a0e4dc 90e4e4",
    "dark blue": "00035b 14285a 01153e 22304e",
    "blue": "0343df 2b5fc0 3f6fb0 4f74a8 5a7594 0808f8 1020c8",
    "light blue": "9ab4cc 95d0fc 75bbfd a4c4e4 bcd4ea c2f2ff",
    "dark purple": "35063e 4a1a5a 3f2a4e",
    "purple": "7e1e9c 8a4fb0 80589c 9a0eea be03fd b060d0",
    "light purple": "bf77f6 c4a4dc c79fef",
}
_MODIFIERS = ("dark ", "light ")


def _remove_modifier(name: str) -> str:
    for modifier in _MODIFIERS:
        name = name.removeprefix(modifier)
    return "green" if name == "olive green" else name


NAMES = tuple(_TYPICAL)
"""Every name that can be given."""
TERMS = tuple(map(_remove_modifier, NAMES))
"""The same without light and dark."""

UNCLEAR = -1
MIN_MARGIN = 3.0
"""How much farther, in CIELAB, a colour must be from every other term: in between, people disagree."""

_OWNER = np.array([n for n, hexes in enumerate(_TYPICAL.values()) for _ in hexes.split()])


def _to_lab(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return CIELAB of pixels of shape (n, 3)."""
    lab = cv2.cvtColor((rgb.astype(np.float32) / 255)[None], cv2.COLOR_RGB2LAB)
    return np.asarray(lab[0], np.float32)


_LAB = _to_lab(
    np.array(
        [list(bytes.fromhex(h)) for hexes in _TYPICAL.values() for h in hexes.split()], np.uint8
    )
)

_OF_TERM = [[TERMS[owner] == term for owner in _OWNER] for term in dict.fromkeys(TERMS)]


def name_pixels(image_rgb: ImageRgb) -> npt.NDArray[np.intp]:
    """Return the place in ``NAMES`` of each pixel's name, or ``UNCLEAR``, shape (height, width).

    Args:
        image_rgb: shape (height, width, 3), uint8; small.
    """
    lab = _to_lab(image_rgb.reshape(-1, 3))
    distance = np.linalg.norm(lab[:, None, :] - _LAB[None, :, :], axis=2)
    names = _OWNER[distance.argmin(axis=1)]
    to_terms = np.sort(np.stack([distance[:, of].min(axis=1) for of in _OF_TERM], axis=1), axis=1)
    names[to_terms[:, 1] < to_terms[:, 0] + MIN_MARGIN] = UNCLEAR
    return np.asarray(names.reshape(image_rgb.shape[:2]), np.intp)
