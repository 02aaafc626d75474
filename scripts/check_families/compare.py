"""One family from random weights to a row of the table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scripts.check_families.convert import Converters
from scripts.check_families.family import Family, paint
from scripts.check_families.ours import ask_ours
from scripts.check_families.seen import Seen, relative_error

QUESTION = "what is on the left?"


@dataclass(frozen=True)
class Shape:
    """How the embeddings of a further picture compare.

    Attributes:
        size: width and height in px.
        n_image, n_authors: image tokens, ours and theirs.
    """

    size: tuple[int, int]
    n_image: int
    n_authors: int
    error: float


@dataclass(frozen=True)
class Row:
    """What a comparison gave.

    Attributes:
        embeddings_error: length of the difference over length, of the picture that was asked about.
        against_helper: in words; where it differs from us, how far it is from the authors.
    """

    name: str
    n_image: int
    embeddings_error: float
    is_prompt_same: bool
    n_greedy_same: int
    n_greedy: int
    logits_difference: float
    against_helper: str
    is_one_same: bool
    is_steered: bool
    is_restored: bool
    shapes: tuple[Shape, ...] = ()

    def cells(self) -> tuple[str, ...]:
        """Return the table's cells."""
        return (
            self.name,
            str(self.n_image),
            say_error(self.embeddings_error),
            _yes(self.is_prompt_same),
            f"{self.n_greedy_same} of {self.n_greedy}",
            say_error(self.logits_difference),
            self.against_helper,
            _yes(self.is_one_same),
            _yes(self.is_steered),
            _yes(self.is_restored),
        )


HEADINGS = (
    "family", "image tokens", "embeddings' error", "prompt ids same", "greedy tokens same",
    "logits' largest difference", "against llama.cpp's helper", "alpha 1 = none", "steered", "restored",
)  # fmt: skip


def compare(family: Family, converters: Converters, python: Path, folder: Path) -> Row:
    """Convert a family, and ask its authors, llama.cpp's helper and our program the same."""
    pair = family.convert(converters, folder)
    pictures = [paint(family.size), *(paint(size, 1) for size in family.shapes())]
    asked = {
        "model": str(pair.model),
        "mmproj": str(pair.mmproj),
        "template": family.template,
        "question": QUESTION,
        "prompt": family.prompt(QUESTION),
        "n_ctx": family.n_ctx,
    }
    ours = ask_ours(python, folder, asked, pictures)
    authors = family.look(pictures[0], QUESTION)
    shapes = []
    for size, picture, mine in zip(family.shapes(), pictures[1:], ours.encoded, strict=True):
        theirs = family.features(picture)
        shapes.append(Shape(size, len(mine), len(theirs), relative_error(mine, theirs)))
    plain = ours.plain
    if plain.prompt != authors.prompt:
        print(f"{family.name}: ours   {plain.prompt}\n{family.name}: theirs {authors.prompt}")
    if ours.note:
        print(f"{family.name}: not steered: {ours.note}")
    n_same = _count_same(plain.tokens, authors.tokens)
    # After a pick that differs the two talk of different things.
    n_rows = min(n_same + 1, len(plain.logits), len(authors.logits))
    n_vocab = plain.logits.shape[
        1
    ]  # transformers has a row more where the picture's token is not published
    return Row(
        family.name,
        len(plain.image),
        relative_error(plain.image, authors.image),
        plain.prompt == authors.prompt,
        n_same,
        min(len(plain.tokens), len(authors.tokens)),
        float(np.abs(plain.logits[:n_rows] - authors.logits[:n_rows, :n_vocab]).max()),
        _tell_helper(plain, ours.helper, authors),
        ours.is_one_same,
        ours.is_steered,
        ours.is_restored,
        tuple(shapes),
    )


def _tell_helper(plain: Seen, helper: Seen | None, authors: Seen) -> str:
    if helper is None:
        return "it refused"
    is_same = all(
        np.array_equal(one[: len(other)], other[: len(one)])
        for one, other in ((plain.image, helper.image), (plain.logits, helper.logits))
    )
    if plain.prompt == helper.prompt and plain.image.shape == helper.image.shape and is_same:
        return "bit for bit"
    if helper.image.shape != authors.image.shape:
        return f"it makes {len(helper.image)} image tokens"
    return f"its embeddings are off by {relative_error(helper.image, authors.image):.2f}"


def _count_same(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def say_error(value: float) -> str:
    """Return a difference as the tables have it."""
    return f"{value:.5f}" if np.isfinite(value) else "other shape"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
