"""A scaffold for learning to look: where a thing is named or asked for, some heads are shown that thing's patches.

Which thing comes next (of its place, from the left, not told yet) is what a small Llama learns last when only the words
teach it. For a while the attention of a few heads is taught too; then the loss is left out, and the words alone decide
where every head looks.
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

LAYERS = (4, 5)
HEADS = 4  # the first ones; with eight heads and two of keys they share one
_WORDS = 3  # of a thing's words, the noun and what stands before it
_COVER = 0.25


@dataclass(frozen=True)
class Pointers:
    """Where a batch speaks of a thing, and where that is in its picture.

    Attributes:
        queries: (batch, most) token whose successor is a word about a thing; -1 fills up.
        regions: (batch, most, patches) True on the thing's patches.
    """

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


def words_asked(
    tokenizer: Tokenizer, names: KindWords, scene: Scene, asked: Asked
) -> list[tuple[int, list[int]]]:
    """(token, numbers of things): a kind's name in the question, and where the answer is to begin.

    Whether a thing is there is to be known before the answer's first word.
    """
    question = tokenizer.question(asked.turn.question)
    told = [(asked.start + token, {kind}) for token, kind in names.find(question)]
    told.append((asked.answer, {claim.kind for claim in parse(asked.turn.answer)}))
    pairs = [(token, things_of(kinds, scene)) for token, kinds in told]
    return [(token, things) for token, things in pairs if things]


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
) -> Pointers:
    """The pointers of a batch.

    Args:
        tokenizer: of the texts.
        names: the kinds as that tokenizer writes them.
        shape: of the pictures.
        scenes: of the batch.
        starts: tokens whose successor is a description's first word.
        questions: of each scene.
    """
    words = [words_about(tokenizer, scene) for scene in scenes]
    asked = [
        [pair for one in ones for pair in words_asked(tokenizer, names, scene, one)]
        for scene, ones in zip(scenes, questions, strict=True)
    ]
    most = max(len(one) + len(more) for one, more in zip(words, asked, strict=True))
    queries = np.full((len(scenes), most), -1)
    regions = np.zeros((len(scenes), most, shape.patches), bool)
    for row, (scene, start, one, more) in enumerate(zip(scenes, starts, words, asked, strict=True)):
        seen = regions_of(scene, shape)
        told = [(start + token, [number]) for token, number in one] + more
        for place, (token, things) in enumerate(told):
            queries[row, place] = token
            regions[row, place] = seen[things].any(0)
    return Pointers(torch.from_numpy(queries), torch.from_numpy(regions))


def pointing_loss(q: Tensor, k: Tensor, told: Pointers, image: int, bounds: list[int]) -> Tensor:
    """How far the heads look elsewhere: minus the logarithm of their attention on the thing's patches.

    Args:
        q: queries of a layer (batch, heads, tokens, head width), as attention takes them.
        k: its keys (batch, key heads, tokens, head width).
        told: where they should look.
        image: first image token.
        bounds: of the prefix, of the descriptions, of what follows (see `sequences.collate`).
    """
    n_keys = bounds[2]
    is_answer = told.queries >= n_keys
    asked = told.queries.clamp(min=0)
    index = asked[:, None, :, None].expand(-1, HEADS, -1, q.shape[3])
    scores = q[:, :HEADS].gather(2, index) @ k[:, :1, :n_keys].mT / q.shape[3] ** 0.5
    keys = torch.arange(n_keys, device=q.device)
    # Of an answer's own words nothing is compared, and a description's words it does not see.
    hidden = (keys > asked[..., None]) | (is_answer[..., None] & (keys >= bounds[1]))
    scores = scores.masked_fill(hidden[:, None], -torch.inf)
    on_image = scores.log_softmax(-1)[..., image : image + told.regions.shape[2]]
    on_thing = on_image.masked_fill(~told.regions[:, None], -torch.inf).logsumexp(-1)
    return -on_thing.transpose(1, 2)[told.queries >= 0].mean()
