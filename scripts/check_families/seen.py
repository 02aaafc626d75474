"""What somebody made of a picture and a question: the authors, llama.cpp's helper, or our program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Seen:
    """One answer.

    Attributes:
        prompt: ids of all text in order, without the places of image tokens.
        image: image embeddings, shape (n_image, numbers of a token).
        tokens: the greedy picks.
        logits: shape (n_tokens, n_vocab); each pick is the largest of its row, the first row is the prompt's.
    """

    prompt: tuple[int, ...]
    image: Floats
    tokens: tuple[int, ...]
    logits: Floats


@dataclass(frozen=True)
class Ours:
    """What our program did with one pair of files.

    Attributes:
        plain: without steering.
        helper: what llama.cpp's own helper made of the same; None where it refused.
        encoded: image embeddings of further pictures.
        is_one_same: whether steering with alpha 1 gave the very same logits.
        is_steered: whether steering with a larger alpha changed logits, with gains above 1.
        is_restored: whether the cache and the next answer were the very same after it.
        note: why it was not steered; empty where it was.
    """

    plain: Seen
    helper: Seen | None
    encoded: tuple[Floats, ...]
    is_one_same: bool
    is_steered: bool
    is_restored: bool
    note: str = ""


def relative_error(one: Any, other: Any) -> float:
    """Return the length of the difference over the length of ``other``; infinite for another shape."""
    if one.shape != other.shape:
        return float("inf")
    return float(np.linalg.norm(one - other) / np.linalg.norm(other))
