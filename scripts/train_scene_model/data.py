"""Batches of rendered scenes with their patch labels, made by processes beside the training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from .config import VisionShape
from .kinds import COLOUR_NAMES, KIND_INDEX, WORDS
from .render import instance_map, render
from .settings import SETTING_INDEX
from .world import Scene, Thing, make_scene

# Columns of the patch labels; the centre and the weight are in thousandths.
KIND, SIZE, CELL, COLOUR, WORD, X, Y, WEIGHT = range(8)
IGNORED = -1
_SIZES = ("small", "medium", "large")
_NO_COVER, _COVER = 0.10, 0.25
_SOME_BACKGROUND = 16
_STRIDE = 20_000_000  # each loading process has scenes of its own


def picture(scene: Scene, side: int, supersampling: int = 1) -> NDArray[np.uint8]:
    """Return the picture as the model gets it: drawn larger and scaled down, as a user's would be."""
    drawn = render(scene, side * supersampling)
    if supersampling > 1:
        drawn = drawn.resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(drawn)


def supersampling_for(index: int) -> int:
    """Pictures drawn large and scaled down, as a user's are, and a few drawn at model size.

    Noise and JPEG's blocks are as large as a small thing in the latter, and half of that in the former.
    """
    return 1 if index % 12 == 0 else 2


def _labels_of(thing: Thing) -> tuple[int, ...]:
    return (
        KIND_INDEX[thing.kind] + 1,
        _SIZES.index(thing.size),
        thing.cell,
        COLOUR_NAMES.index(thing.colour) if thing.colour else IGNORED,
        WORDS.index(thing.word) if thing.word else IGNORED,
        round(thing.x * 1000),
        round(thing.y * 1000),
    )


def covers(scene: Scene, shape: VisionShape) -> NDArray[np.float64]:
    """(patches, things): the part of a patch that shows a thing."""
    side, patch, count = shape.side, shape.patch_size, len(scene.things)
    seen = instance_map(scene, shape.image_size).astype(np.int64)
    tile = np.repeat(np.arange(side), patch)
    number = (tile[:, None] * side + tile[None, :]) * (count + 1) + seen
    cover = np.bincount(number.ravel(), minlength=shape.patches * (count + 1))
    return cover.reshape(shape.patches, count + 1)[:, 1:] / patch**2


def patch_labels(scene: Scene, shape: VisionShape) -> NDArray[np.int64]:
    """Per patch (patches, 8), the columns above, of the thing that shows most of it.

    Kind 0 is background; -1 means that nothing is asked: of kinds where little of a thing shows, of
    the other columns where there is no such thing to be told. A thing of more patches weighs more, but by
    the root of their number only: who counts things, counts a small one as much as a large one.
    """
    count, share = len(scene.things), covers(scene, shape)
    table = np.full((count + 2, 8), IGNORED, np.int64)
    table[0, KIND] = 0
    table[1 : count + 1, :WEIGHT] = [_labels_of(thing) for thing in scene.things]
    most = share.max(1)
    winner = np.where(most >= _COVER, share.argmax(1) + 1, np.where(most < _NO_COVER, 0, count + 1))
    shown = np.bincount(winner, minlength=count + 2)[1 : count + 1]
    table[1 : count + 1, WEIGHT] = 2000 / np.sqrt(np.maximum(shown, 1))
    return table[winner]


def kept_patches(labels: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Half of a picture's patches, in order: those of things, as many as go in, and some background.

    What is left out is mostly sky and floor, of which there is enough, and time halves.
    """
    shuffled = rng.permutation(len(labels))
    is_background = labels[shuffled, KIND] == 0
    first = np.concatenate((shuffled[~is_background], shuffled[is_background]))
    things = max(1, len(labels) // 2 - _SOME_BACKGROUND)
    chosen = first[: min(int((~is_background).sum()), things)]
    rest = shuffled[is_background][: len(labels) // 2 - len(chosen)]
    kept = np.concatenate((chosen, rest))
    missing = len(labels) // 2 - len(kept)
    spare = first[len(chosen) : len(chosen) + missing]
    return np.sort(np.concatenate((kept, spare)))


class VisionBatches(IterableDataset):  # type: ignore[type-arg]
    """Endless batches (pictures uint8, labels, settings, kept patches) of the training split."""

    def __init__(self, shape: VisionShape, batch: int, start: int) -> None:
        super().__init__()
        self.shape, self.batch, self.start = shape, batch, start

    def __iter__(self) -> Iterator[tuple[torch.Tensor, ...]]:
        index = self.start + worker_offset()
        rng = np.random.default_rng(index)
        while True:
            pictures, labels, settings, kept = [], [], [], []
            for _ in range(self.batch):
                scene = make_scene("train", index)
                pictures.append(picture(scene, self.shape.image_size, supersampling_for(index)))
                labels.append(patch_labels(scene, self.shape))
                settings.append(SETTING_INDEX[scene.setting])
                kept.append(kept_patches(labels[-1], rng))
                index += 1
            yield (
                torch.from_numpy(np.stack(pictures)),
                torch.from_numpy(np.stack(labels)),
                torch.tensor(settings),
                torch.from_numpy(np.stack(kept)),
            )


def worker_offset() -> int:
    """Where in the training split a loading process starts, beyond the run's own start."""
    worker = get_worker_info()
    return 0 if worker is None else worker.id * _STRIDE


def loader(dataset: IterableDataset) -> DataLoader:  # type: ignore[type-arg]
    """Return a loader with a helper process, four batches ahead."""
    return DataLoader(dataset, batch_size=None, num_workers=1, prefetch_factor=4)
