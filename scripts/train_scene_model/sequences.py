"""Training sequences: one picture, many first turns behind one prefix.

`[system USER: image][question answer][question answer]…` where each turn sees the prefix and itself
only, and its positions start again behind the prefix. Every turn is then exactly what the runtime
feeds for a first question, at the cost of one prefix for all of them. A blind turn brings a prompt
without a picture of its own, and does not see the prefix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from .attention import Part
from .config import VisionShape
from .data import picture, supersampling_for, worker_offset
from .language import brief, detailed
from .pointing import Asked, KindWords, Pointers, pointers
from .prompts import BRIEF_REQUESTS, DETAILED_REQUESTS
from .questions import NO_PICTURE, Turn, training_turns
from .tokenizer import Tokenizer
from .world import MOST, Scene, make_scene, scene_rng

IMAGE = -1  # stands for an image token in `ids`
DESCRIPTIONS = 2  # of the turns of a scene, the first ones describe; the others answer
BLIND = 99  # the number of a turn that has no picture
_POOL = 8
_BLIND_SHARE = 0.1


@dataclass(frozen=True)
class Sequence:
    """One picture's tokens: id, position, turn (0 the prefix) and the token to be said next."""

    ids: NDArray[np.int64]
    positions: NDArray[np.int64]
    turns: NDArray[np.int64]
    targets: NDArray[np.int64]


def turns_of(scene: Scene) -> list[Turn]:
    """Return what training shows with one scene: both descriptions, then questions."""
    rng = scene_rng(scene.seed, 2)
    wordings = [
        requests[0 if rng.random() < 0.75 else int(rng.integers(1, len(requests)))]
        for requests in (DETAILED_REQUESTS, BRIEF_REQUESTS)
    ]
    told = (detailed(scene), brief(scene))
    descriptions = [Turn(ask, said, "") for ask, said in zip(wordings, told, strict=True)]
    turns = descriptions + training_turns(scene, rng)
    if rng.random() < _BLIND_SHARE:
        asked = turns[int(rng.integers(len(turns)))].question
        turns.append(Turn(asked, NO_PICTURE, "blind"))
    return turns


def make_sequence(tokenizer: Tokenizer, turns: list[Turn], patches: int) -> Sequence:
    """Put the turns of one picture behind its prefix; target -1 where nothing is learned."""
    prefix = tokenizer.before_image + [IMAGE] * patches
    ids, positions = list(prefix), list(range(len(prefix)))
    numbers, targets = [0] * len(prefix), [-1] * len(prefix)
    for number, turn in enumerate(turns, start=1):
        is_blind = turn.truth == "blind"
        asked = tokenizer.blind(turn.question) if is_blind else tokenizer.question(turn.question)
        said = tokenizer.answer(turn.answer)
        # The last word (the end) is never fed, only learned.
        fed = asked + said[:-1]
        start = 0 if is_blind else len(prefix)
        ids += fed
        positions += range(start, start + len(fed))
        numbers += [BLIND if is_blind else number] * len(fed)
        targets += [-1] * (len(asked) - 1) + said
    return Sequence(*(np.array(x, np.int64) for x in (ids, positions, numbers, targets)))


Collated = tuple[Tensor, Tensor, Tensor, Tensor, list[int]]


def collate(sequences: list[Sequence]) -> Collated:
    """Put sequences side by side: ids, positions, turns (padding is turn -1), targets, bounds.

    The prefix, the first turn (the long one) and the other turns are padded each for itself, so
    that attention can go part by part; `bounds` are where they start, and the end.
    """
    bounds = [0]
    columns: list[list[Tensor]] = [[], [], [], []]
    for part in range(3):
        pieces = [_part(sequence, part) for sequence in sequences]
        length = max(len(piece.ids) for piece in pieces)
        bounds.append(bounds[-1] + length)
        rows = [(p.ids, p.positions, p.turns, p.targets) for p in pieces]
        for number, value in enumerate((0, 0, -1, -1)):
            padded = [
                np.pad(row[number], (0, length - len(row[number])), constant_values=value)
                for row in rows
            ]
            columns[number].append(torch.from_numpy(np.stack(padded)))
    ids, positions, turns, targets = (torch.cat(column, 1) for column in columns)
    return ids, positions, turns, targets, bounds


def _part(sequence: Sequence, part: int) -> Sequence:
    """Return the prefix (0), the first turn (1) or the other turns (2)."""
    chosen = np.minimum(sequence.turns, 2) == part
    return Sequence(*(getattr(sequence, f.name)[chosen] for f in fields(Sequence)))


def attention_parts(turns: Tensor, bounds: list[int], dtype: torch.dtype) -> list[Part]:
    """Return what may look at what: the past of the prefix and of one's own turn."""
    prefix = turns[:, : bounds[1]]
    parts = [Part(0, bounds[1], _bias(_causal(bounds[1])[None], dtype))]
    for start, end in pairwise(bounds[1:]):
        own = turns[:, start:end]
        among = (own[:, :, None] == own[:, None, :]) & _causal(end - start)
        sees = (own != BLIND)[:, :, None].expand(-1, -1, prefix.shape[1])
        parts.append(Part(start, end, _bias(torch.cat((sees, among), 2), dtype)))
    return parts


def _causal(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).tril()


def _bias(may_look: Tensor, dtype: torch.dtype) -> Tensor:
    bias = torch.zeros(may_look.shape, dtype=dtype)
    return bias.masked_fill_(~may_look, -torch.inf)[:, None]


def most_things(batch: int, few_first: int) -> int:
    """Return the largest scenes that batch number `batch` has: eight things at first, in the end all."""
    return MOST if batch >= few_first else 8 + (MOST - 8) * batch // few_first


class LanguageBatches(IterableDataset):  # type: ignore[type-arg]
    """Endless batches (pictures, ids, positions, turns, targets, bounds, pointers), like lengths together.

    Batches before number `few_first` have scenes with fewer things, and one question on each: learning to
    look comes first, and a description teaches most of it.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        shape: VisionShape,
        batch: int,
        start: int,
        seed: int,
        done: int = 0,
        few_first: int = 0,
        has_pointers: bool = False,
    ) -> None:
        super().__init__()
        self.tokenizer, self.shape, self.batch = tokenizer, shape, batch
        self.start, self.seed = start, seed
        self._names = KindWords(tokenizer)
        self.done, self.few_first, self.has_pointers = done, few_first, has_pointers

    def __iter__(self) -> Iterator[tuple[Tensor | list[int] | tuple[Pointers, ...] | None, ...]]:
        # The same order of lengths in every process, so that none waits for a longer batch.
        rng = np.random.default_rng(self.seed)
        index, number = self.start + worker_offset(), self.done
        while True:
            pool: list[tuple[int, Scene, list[Turn], Sequence]] = []
            while len(pool) < _POOL * self.batch:
                scene = make_scene("train", index)
                if len(scene.things) <= most_things(number, self.few_first):
                    turns = turns_of(scene)
                    if number < self.few_first:
                        asked = turns[DESCRIPTIONS + index % (len(turns) - DESCRIPTIONS)]
                        turns = [*turns[:DESCRIPTIONS], asked]
                    sequence = make_sequence(self.tokenizer, turns, self.shape.patches)
                    pool.append((index, scene, turns, sequence))
                index += 1
            pool.sort(key=lambda item: len(item[3].ids))
            for chunk in rng.permutation(_POOL):
                chosen = pool[chunk * self.batch : (chunk + 1) * self.batch]
                side = self.shape.image_size
                pictures = np.stack([picture(s, side, supersampling_for(i)) for i, s, *_ in chosen])
                number += 1
                parts = collate([sequence for *_, sequence in chosen])
                shown = [(scene, turns) for _, scene, turns, _ in chosen]
                told = self._pointers(shown, parts) if self.has_pointers else None
                yield torch.from_numpy(pictures), *parts, told

    def _pointers(
        self, shown: list[tuple[Scene, list[Turn]]], parts: Collated
    ) -> tuple[Pointers, ...]:
        _, _, numbers, targets, bounds = parts
        described = targets[:, bounds[1] : bounds[2]] >= 0
        starts = bounds[1] + described.int().argmax(1)
        questions: list[list[Asked]] = []
        for row, (_, turns) in enumerate(shown):
            questions.append([])
            for number, turn in enumerate(turns[DESCRIPTIONS:], start=DESCRIPTIONS + 1):
                own = numbers[row] == number
                if bool(own.any()):  # a blind turn has another number
                    said = own & (targets[row] >= 0)
                    first, answer = int(own.int().argmax()), int(said.int().argmax())
                    questions[-1].append(Asked(first, answer, turn))
        scenes = [scene for scene, _ in shown]
        return pointers(self.tokenizer, self._names, self.shape, scenes, starts.tolist(), questions)
