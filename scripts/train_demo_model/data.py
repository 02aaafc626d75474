"""Batches of rendered scenes with their patch labels, made by a process beside the training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.utils.data import DataLoader, IterableDataset

from .config import VisionShape
from .kinds import KIND_INDEX, SETTING_INDEX
from .render import instance_map, render
from .world import SIZE_BANDS, Scene, make_scene

_SIZE_LABEL = {name: number for number, name in enumerate(SIZE_BANDS, start=1)}
_MIN_COVER = 0.2


def picture(scene: Scene, side: int, supersampling: int = 1) -> NDArray[np.uint8]:
    """The picture as the model gets it: drawn larger and scaled down, as a user's would be."""
    drawn = render(scene, side * supersampling)
    if supersampling > 1:
        drawn = drawn.resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(drawn)


def patch_labels(scene: Scene, shape: VisionShape) -> NDArray[np.int64]:
    """Per patch (patches, 3): kind, size and cell of the thing that shows most; 0 background."""
    side, patch = shape.side, shape.patch_size
    seen = instance_map(scene, shape.image_size)
    grid = seen.reshape(side, patch, side, patch)
    cover = np.stack([(grid == k).mean((1, 3)) for k in range(1, len(scene.things) + 1)]).reshape(
        len(scene.things), -1
    )
    rows = [(0, 0, 0)] + [
        (KIND_INDEX[t.kind] + 1, _SIZE_LABEL[t.size], t.cell + 1) for t in scene.things
    ]
    winner = np.where(cover.max(0) >= _MIN_COVER, cover.argmax(0) + 1, 0)
    return np.array(rows, np.int64)[winner]


def supersampling_for(index: int) -> int:
    """Mostly pictures drawn at model size (fast), with larger ones scaled down among them."""
    turn = index % 40
    return 4 if turn == 0 else 2 if turn < 7 else 1


class VisionBatches(IterableDataset):  # type: ignore[type-arg]
    """Endless batches (pictures uint8, labels, settings) of the training split."""

    def __init__(self, shape: VisionShape, batch: int, start: int) -> None:
        super().__init__()
        self.shape, self.batch, self.start = shape, batch, start

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
        index = self.start
        while True:
            pictures, labels, settings = [], [], []
            for _ in range(self.batch):
                scene = make_scene("train", index)
                pictures.append(picture(scene, self.shape.image_size, supersampling_for(index)))
                labels.append(patch_labels(scene, self.shape))
                settings.append(SETTING_INDEX[scene.setting])
                index += 1
            yield (
                torch.from_numpy(np.stack(pictures)),
                torch.from_numpy(np.stack(labels)),
                torch.tensor(settings),
            )


def loader(dataset: IterableDataset) -> DataLoader:  # type: ignore[type-arg]
    """One helper process, four batches ahead."""
    return DataLoader(dataset, batch_size=None, num_workers=1, prefetch_factor=4)
