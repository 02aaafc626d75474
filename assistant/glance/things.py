"""Finds things in a picture with NanoDet, a small detector that knows the 80 names of COCO."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from assistant.core.findings import Box, Thing

LEAST_SCORE = 0.65
"""From here on people are named, and animals and vehicles are called that.

The lowest, in steps of 0.05 from 0.6 on, at which all that is said is true of the pictures that choices are made on.
"""

NAMED_SCORE = 0.8
"""From here on a thing is called by its own name. Below, a monkey is a dog, a fish a bird, and a pillow a bed."""

SIDE_PX = 416
STRIDES_PX = (8, 16, 32)
N_STEPS = 11
"""A side's distance from a place is spread over so many steps of a stride, from 0 on."""

MOST_OVERLAP = 0.45
_MEAN = np.array([103.53, 116.28, 123.675], np.float32)
_SPREAD = np.array([57.375, 57.12, 58.395], np.float32)
"""Of the blue, green and red that it was trained on."""

NAMES = tuple(
    """
    person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,
    bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,
    snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,
    fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted
    plant,bed,dining table,toilet,television,laptop,computer mouse,remote control,keyboard,cell phone,microwave,oven,
    toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair dryer,toothbrush
    """.replace("\n    ", " ").strip().replace(", ", ",").split(",")
)  # fmt: skip

PERSON, ANIMAL, VEHICLE = "person", "animal", "vehicle"
_FAMILIES = {
    PERSON: PERSON,
    **dict.fromkeys(
        ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"),
        ANIMAL,
    ),
    **dict.fromkeys(("bicycle", "car", "motorcycle", "bus", "train", "truck"), VEHICLE),
}

Picture: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]


class ThingFinder:
    """Finds things; the weights are read once."""

    def __init__(self, weights: Path | None = None) -> None:
        """Read the weights; None reads the program's own.

        Raises:
            cv2.error: when they are missing or cannot be read.
        """
        self._net = cv2.dnn.readNetFromONNX(str(weights or find_weights()))
        self._places = _list_places()

    def find(self, picture: Picture) -> list[Thing]:
        """Return what is seen in an RGB picture (h, w, 3), the surest first."""
        return [
            thing for thing in map(say_as, self.detect(picture, LEAST_SCORE)) if thing is not None
        ]

    def detect(self, picture: Picture, least_score: float) -> list[Thing]:
        """Return what the detector sees under its own names, the surest first; of a thing seen twice, the surer."""
        height, width = picture.shape[:2]
        scale = SIDE_PX / max(height, width)
        self._net.setInput(_fit(picture, scale))
        scores, distances = self._net.forward(["scores", "distances"])
        scores = scores.reshape(-1, len(NAMES))
        found = np.nonzero(scores.max(axis=1) >= least_score)[0]
        if not found.size:
            return []
        boxes = _read_boxes(
            np.asarray(distances, np.float32).reshape(-1, 4, N_STEPS)[found], self._places[found]
        )
        corners = np.clip(boxes / scale, 0, [width, height, width, height])
        sizes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
        names = [NAMES[number] for number in scores[found].argmax(axis=1)]
        sure = scores[found].max(axis=1).tolist()
        # By family, as what is half a dog and half a cow is one animal.
        families = [_FAMILIES.get(name, name) for name in names]
        numbers = [sorted(set(families)).index(family) for family in families]
        kept = cv2.dnn.NMSBoxesBatched(sizes.tolist(), sure, numbers, least_score, MOST_OVERLAP)
        things = [Thing(names[i], float(sure[i]), _round(sizes[i])) for i in np.ravel(kept)]
        return sorted(things, key=lambda thing: -thing.score)


def find_weights() -> Path:
    """Return the program's own weights: inside the installed package, or in a checkout's models/."""
    package = Path(__file__).parents[1]
    installed = package / "_models"
    return (
        (installed if installed.is_dir() else package.parent / "models") / "glance" / "nanodet.onnx"
    )


def say_as(thing: Thing) -> Thing | None:
    """Return a thing as it may be said; None where it may not."""
    if thing.score >= NAMED_SCORE:
        return thing
    family = _FAMILIES.get(thing.name)
    return None if family is None else replace(thing, name=family)


def _fit(picture: Picture, scale: float) -> Floats:
    """Return the picture as the detector takes it: (1, 3, side, side), shrunk as a whole into the upper left."""
    height, width = picture.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(
        picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    whole = np.zeros((SIDE_PX, SIDE_PX, 3), np.float32)
    whole[: size[1], : size[0]] = (small[:, :, ::-1] - _MEAN) / _SPREAD
    return np.ascontiguousarray(whole.transpose(2, 0, 1)[None])


def _list_places() -> Floats:
    """Return the middle and the stride of each place, (n, 3), in px, in the order of the detector's rows."""
    rows = []
    for stride in STRIDES_PX:
        steps = (np.arange(SIDE_PX // stride, dtype=np.float32) + 0.5) * stride
        across, down = np.meshgrid(steps, steps)
        rows.append(
            np.stack([across.ravel(), down.ravel(), np.full(steps.size**2, stride)], axis=1)
        )
    return np.concatenate(rows).astype(np.float32)


def _read_boxes(spread: Floats, places: Floats) -> Floats:
    """Return left, top, right and bottom (n, 4) from the spread of each side's distance (n, 4, steps)."""
    weights = np.exp(spread - spread.max(axis=2, keepdims=True))
    weights /= weights.sum(axis=2, keepdims=True)
    sides = (weights @ np.arange(N_STEPS, dtype=np.float32)) * places[:, 2:]
    return np.concatenate([places[:, :2] - sides[:, :2], places[:, :2] + sides[:, 2:]], axis=1)


def _round(box: Floats) -> Box:
    left, top, width, height = (round(float(value)) for value in box)
    return left, top, width, height
