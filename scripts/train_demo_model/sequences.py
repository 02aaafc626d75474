"""Training sequences: one picture, many first turns behind one prefix.

`[system USER: image][question answer][question answer]…` where each turn sees the prefix and itself
only, and its positions start again behind the prefix. Every turn is then exactly what the runtime
feeds for a first question, at the cost of one prefix for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from scripts.train_scene_model.sequences import IMAGE as IMAGE
from scripts.train_scene_model.sequences import Sequence as Sequence

from .config import VisionShape
from .data import picture, supersampling_for
from .tokenizer import Tokenizer, turns_of
from .world import make_scene

_POOL = 8


def make_sequence(tokenizer: Tokenizer, turns: list[tuple[str, str]], patches: int) -> Sequence:
    """Puts the turns of one picture behind its prefix; target -1 where nothing is learned."""
    prefix = tokenizer.before_image + [IMAGE] * patches
    ids, positions = list(prefix), list(range(len(prefix)))
    numbers, targets = [0] * len(prefix), [-1] * len(prefix)
    for number, (question, answer) in enumerate(turns, start=1):
        asked, said = tokenizer.question(question), tokenizer.answer(answer)
        # The last word (the end) is never fed, only learned.
        fed = asked + said[:-1]
        ids += fed
        positions += range(len(prefix), len(prefix) + len(fed))
        numbers += [number] * len(fed)
        targets += [-1] * (len(asked) - 1) + said
    return Sequence(*(np.array(x, np.int64) for x in (ids, positions, numbers, targets)))


def collate(sequences: list[Sequence]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pads on the right: ids, positions, turns (padding is turn -1), targets."""
    length = max(len(s.ids) for s in sequences)

    def padded(rows: list[NDArray[np.int64]], value: int) -> Tensor:
        return torch.from_numpy(
            np.stack([np.pad(r, (0, length - len(r)), constant_values=value) for r in rows])
        )

    return (
        padded([s.ids for s in sequences], 0),
        padded([s.positions for s in sequences], 0),
        padded([s.turns for s in sequences], -1),
        padded([s.targets for s in sequences], -1),
    )


def attention_mask(turns: Tensor) -> Tensor:
    """(batch, 1, tokens, tokens): the past of the prefix and of one's own turn."""
    length = turns.shape[1]
    query, key = turns[:, :, None], turns[:, None, :]
    causal = torch.ones(length, length, dtype=torch.bool, device=turns.device).tril()
    return (((key == 0) | (key == query)) & causal)[:, None]


class LanguageBatches(IterableDataset):  # type: ignore[type-arg]
    """Endless batches (pictures, ids, positions, turns, targets), like lengths together."""

    def __init__(
        self, tokenizer: Tokenizer, shape: VisionShape, batch: int, start: int, seed: int
    ) -> None:
        super().__init__()
        self.tokenizer, self.shape, self.batch = tokenizer, shape, batch
        self.start, self.seed = start, seed

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        # The same order of lengths in every process, so that none waits for a longer batch.
        rng = np.random.default_rng(self.seed)
        index = self.start
        while True:
            pool = []
            for _ in range(_POOL * self.batch):
                turns = turns_of(index)
                pool.append((index, make_sequence(self.tokenizer, turns, self.shape.patches)))
                index += 1
            pool.sort(key=lambda item: len(item[1].ids))
            for chunk in rng.permutation(_POOL):
                chosen = pool[chunk * self.batch : (chunk + 1) * self.batch]
                pictures = np.stack(
                    [
                        picture(make_scene("train", i), self.shape.image_size, supersampling_for(i))
                        for i, _ in chosen
                    ]
                )
                yield torch.from_numpy(pictures), *collate([s for _, s in chosen])
