"""A scaffold for learning to look: where a thing is named or asked for, some heads are shown that thing's patches.

Which thing comes next (of its place, from the left, not told yet), and whether a thing that is asked for is there,
is what a small Llama learns last when only the words teach it. For a while the attention of a few heads is taught too;
then the loss is left out, and the words alone decide where every head looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .claims import parse
from .config import VisionShape
from .data import covers
from .kinds import KINDS
from .language import detailed
from .questions import Turn
from .tokenizer import Tokenizer
from .world import Scene

_WORDS = 3  # of a thing's words, the noun and what stands before it
_COVER = 0.25


@dataclass(frozen=True)
class Lesson:
    """Which heads are taught.

    Attributes:
        layers: in which they are.
        key_head: of the keys that they share.
    """

    layers: tuple[int, ...]
    key_head: int


NAMING = Lesson((4, 5), 0)
"""Which thing is named next, and which one an answer is about."""
ASKING = Lesson((3, 4), 1)
"""Where the thing is whose name stands in a question; below, so that a layer is left to say what was found."""
LAYERS = tuple(sorted({*NAMING.layers, *ASKING.layers}))


@dataclass(frozen=True)
class Pointers:
    """Where a batch speaks of a thing, and where that is in its picture.

    Attributes:
        lesson: the heads that are to look there.
        queries: (batch, most) token at which they look; -1 fills up.
        regions: (batch, most, 1 + patches) True on the thing's patches; the first stands for the prompt's first token,
            which is looked at where the thing is not there.
    """

    lesson: Lesson
    queries: Tensor
    regions: Tensor


def words_about(tokenizer: Tokenizer, scene: Scene) -> list[tuple[int, int]]:
    """(token of the description, number of the thing in `scene.things`) for the words that name it."""
    text = detailed(scene)
    # Each piece begins with the space before its word, the first one with a space that is not in the text.
    lengths = [len(piece) for piece in tokenizer.model.encode(text, out_type=str)]
    begins = np.cumsum([-1, *lengths[:-1]])
    found, behind = [], 0
    for claim, thing in zip(parse(text), scene.in_reading_order(), strict=True):
        noun = int(np.searchsorted(begins, claim.start, side="right")) - 1
        number = scene.things.index(thing)
        found += [(token, number) for token in range(max(behind, noun - _WORDS + 1), noun + 1)]
        behind = noun + 1
    return found


class KindWords:
    """Finds the names of kinds among tokens."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        names = [(word, kind.name) for kind in KINDS for word in (kind.name, kind.plural)]
        self._kinds = {tuple(tokenizer.model.encode(word)): name for word, name in names}
        self._longest = max(len(tokens) for tokens in self._kinds)

    def find(self, ids: list[int]) -> list[tuple[int, str]]:
        """(last token, kind) of every name, the longest one where one is part of another."""
        found, place = [], 0
        while place < len(ids):
            for length in range(self._longest, 0, -1):
                kind = self._kinds.get(tuple(ids[place : place + length]))
                if kind is not None:
                    place += length - 1
                    found.append((place, kind))
                    break
            place += 1
        return found


@dataclass(frozen=True)
class Asked:
    """A question among a batch's tokens.

    Attributes:
        start: its first token.
        answer: the token whose successor is the answer's first word.
        turn: question and answer.
    """

    start: int
    answer: int
    turn: Turn


def things_of(kinds: set[str], scene: Scene) -> list[int]:
    """Numbers of the things of some kinds."""
    return [number for number, thing in enumerate(scene.things) if thing.kind in kinds]


def regions_of(scene: Scene, shape: VisionShape) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """(things, patches) where a thing is seen; at least the patch that shows most of it."""
    shares = covers(scene, shape).T
    return shares >= np.minimum(shares.max(1, keepdims=True), _COVER)


def pointers(
    tokenizer: Tokenizer,
    names: KindWords,
    shape: VisionShape,
    scenes: list[Scene],
    starts: list[int],
    questions: list[list[Asked]],
) -> tuple[Pointers, ...]:
    """Return the pointers of a batch, for both lessons.

    Args:
        tokenizer: of the texts.
        names: the kinds as that tokenizer writes them.
        shape: of the pictures.
        scenes: of the batch.
        starts: tokens whose successor is a description's first word.
        questions: of each scene.
    """
    naming: list[list[tuple[int, list[int]]]] = []
    asking: list[list[tuple[int, list[int]]]] = []
    for scene, start, ones in zip(scenes, starts, questions, strict=True):
        named = [(start + token, [number]) for token, number in words_about(tokenizer, scene)]
        for one in ones:
            said = things_of({claim.kind for claim in parse(one.turn.answer)}, scene)
            named += [(one.answer, said)] if said else []
        naming.append(named)
        asking.append(
            [
                (one.start + token, things_of({kind}, scene))
                for one in ones
                for token, kind in names.find(tokenizer.question(one.turn.question))
            ]
        )
    seen = [regions_of(scene, shape) for scene in scenes]
    return _pointers(NAMING, naming, seen), _pointers(ASKING, asking, seen)


def _pointers(
    lesson: Lesson,
    told: list[list[tuple[int, list[int]]]],
    seen: list[np.ndarray[tuple[int, int], np.dtype[np.bool_]]],
) -> Pointers:
    most = max(1, *(len(pairs) for pairs in told))
    queries = np.full((len(told), most), -1)
    regions = np.zeros((len(told), most, 1 + seen[0].shape[1]), bool)
    for row, pairs in enumerate(told):
        for place, (token, things) in enumerate(pairs):
            queries[row, place] = token
            regions[row, place, 0] = not things
            regions[row, place, 1:] = seen[row][things].any(0)
    return Pointers(lesson, torch.from_numpy(queries), torch.from_numpy(regions))


def pointing_loss(q: Tensor, k: Tensor, told: Pointers, image: int, bounds: list[int]) -> Tensor:
    """How far the heads look elsewhere: minus the logarithm of their attention on the thing's patches.

    Args:
        q: queries of a layer (batch, heads, tokens, head width), as attention takes them.
        k: its keys (batch, key heads, tokens, head width).
        told: where they should look.
        image: first image token.
        bounds: of the prefix, of the descriptions, of what follows (see `sequences.collate`).
    """
    n_keys, group = bounds[2], q.shape[1] // k.shape[1]
    first = told.lesson.key_head
    is_answer = told.queries >= n_keys
    asked = told.queries.clamp(min=0)
    index = asked[:, None, :, None].expand(-1, group, -1, q.shape[3])
    taught = q[:, first * group : (first + 1) * group].gather(2, index)
    scores = taught @ k[:, first : first + 1, :n_keys].mT / q.shape[3] ** 0.5
    keys = torch.arange(n_keys)
    # Of an answer's own words nothing is compared, and a description's words it does not see.
    hidden = (keys > asked[..., None]) | (is_answer[..., None] & (keys >= bounds[1]))
    shares = scores.float().masked_fill(hidden[:, None], -torch.inf).log_softmax(-1)
    patches = told.regions.shape[2] - 1
    offered = torch.cat((shares[..., :1], shares[..., image : image + patches]), -1)
    on_thing = offered.masked_fill(~told.regions[:, None], -torch.inf).logsumexp(-1)
    return -on_thing.transpose(1, 2)[told.queries >= 0].mean()
