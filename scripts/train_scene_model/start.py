"""Where stage 2 starts from: words lie where the picture's features for them lie.

Stage 1 has learned a direction for every kind, colour and word in the space of the image tokens. The
tokens of these words take it for their embeddings, in and out, so that naming what a patch shows is,
to begin with, a matter of looking at it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .kinds import COLOUR_NAMES, KINDS, WORDS
from .llama import EMBEDDING_STD, Llama
from .tokenizer import Tokenizer
from .vision import DenseHeads, VisionTower

_IMAGE_SCALE = 0.5


@torch.no_grad()
def scale_image_tokens(tower: VisionTower, pictures: Tensor) -> None:
    """Brings the image tokens of some pictures to the size of word embeddings, by the last layer."""
    size = tower(pictures).square().mean().sqrt()
    tower.mm_2.weight *= _IMAGE_SCALE / size
    tower.mm_2.bias *= _IMAGE_SCALE / size


@torch.no_grad()
def take_words(llama: Llama, heads: DenseHeads, tokenizer: Tokenizer) -> int:
    """Give the tokens of kinds, colours and printed words the heads' directions; return how many it found."""
    taken = 0
    names = [kind.name for kind in KINDS]
    for words, head, first in (
        (names, heads.kind, 1),
        ([kind.plural for kind in KINDS], heads.kind, 1),
        (list(COLOUR_NAMES), heads.colour, 0),
        (list(WORDS), heads.word, 0),
    ):
        for number, word in enumerate(words, start=first):
            direction = head.weight[number] * heads.norm.weight
            unit = direction / direction.norm()
            for token in _tokens(tokenizer, word):
                llama.embed.weight[token] = unit * EMBEDDING_STD * llama.shape.width**0.5
                llama.head.weight[token] = unit
                taken += 1
    return taken


def _tokens(tokenizer: Tokenizer, word: str) -> list[int]:
    """Return the word's own token: with a space before it, and for a printed word after a quotation mark."""
    found = [tokenizer.piece(word)]
    if word in WORDS:
        inner = tokenizer.model.piece_to_id(word)
        found = [None if inner == tokenizer.model.unk_id() else inner]
    return [token for token in found if token is not None]
