"""Reads a description back into claims (kind, place, size), to score it against the truth.

Works on free text: unknown words are passed over. A thing counts as claimed where it is introduced
("a dog", "another large red car", "two apples"), not where it is referred to ("the dog").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .kinds import KINDS
from .language import NUMBERS, PLACES
from .world import Scene


@dataclass(frozen=True)
class Claim:
    """One thing that a text says is there.

    Attributes:
        kind: name of the kind.
        size: "small", "medium" (also when nothing is said) or "large".
        cell: 0 to 8 in reading order, or None when no place is named.
    """

    kind: str
    size: str
    cell: int | None


_KIND_OF_NOUN = {kind.name: kind.name for kind in KINDS} | {k.plural: k.name for k in KINDS}
_NOUN = "|".join(sorted(map(re.escape, _KIND_OF_NOUN), key=len, reverse=True))
_DETERMINER = "a|an|another|" + "|".join(NUMBERS[1:])
_BETWEEN = rf"(?!(?:{_DETERMINER}|the|with|and|of|in|on|at|is|are|there)\b)[a-z-]+"
_MENTION = re.compile(
    rf"\b(?P<determiner>{_DETERMINER})\s+(?P<words>(?:{_BETWEEN}\s+){{0,3}}?)(?P<noun>{_NOUN})\b"
)
_SIZES = {
    "small": "small",
    "little": "small",
    "tiny": "small",
    "large": "large",
    "big": "large",
    "huge": "large",
}

_CELL_OF_PLACE = {place: cell for cell, place in enumerate(PLACES)}
for _row, _rows in ((0, ("top", "upper")), (2, ("bottom", "lower"))):
    for _name in _rows:
        for _column, _columns in enumerate((("left",), ("middle", "centre", "center"), ("right",))):
            for _side in _columns:
                _CELL_OF_PLACE[f"{_name} {_side}"] = 3 * _row + _column
                _CELL_OF_PLACE[f"{_name}-{_side}"] = 3 * _row + _column
_CELL_OF_PLACE |= {"in the centre": 4, "in the center": 4}
_PLACE = re.compile(
    r"\b(?:" + "|".join(sorted(map(re.escape, _CELL_OF_PLACE), key=len, reverse=True)) + r")\b"
)
# "on the right" inside these says how two things stand to each other, not where in the picture.
_RELATION = re.compile(r"\bnext to it on the right\b|\bto the (?:left|right) of\b")
_SUMMARY = re.compile(r"\b(?:in all|in total|altogether)\b")


def parse(text: str) -> list[Claim]:
    """All claims of a text, in its order; sentences that only sum up are left out."""
    claims: list[Claim] = []
    for part in re.split(r"(?<=[.!?;])\s+|\n+", text.lower()):
        if not _SUMMARY.search(part):
            claims += _parse_sentence(_RELATION.sub(lambda m: "~" * len(m.group()), part))
    return claims


def _parse_sentence(text: str) -> list[Claim]:
    mentions = list(_MENTION.finditer(text))
    places = list(_PLACE.finditer(text))
    if not mentions:
        return []
    cells: list[int | None]
    if len(places) == len(mentions):
        cells = [_CELL_OF_PLACE[place.group()] for place in places]
    else:
        cells = [_nearest(mention, places) for mention in mentions]
    claims = []
    for mention, cell in zip(mentions, cells, strict=True):
        sizes = [_SIZES[word] for word in mention["words"].split() if word in _SIZES]
        claim = Claim(_KIND_OF_NOUN[mention["noun"]], sizes[0] if sizes else "medium", cell)
        number = mention["determiner"]
        claims += [claim] * (NUMBERS.index(number) if number in NUMBERS else 1)
    return claims


def _nearest(mention: re.Match[str], places: list[re.Match[str]]) -> int | None:
    if not places:
        return None

    def distance(place: re.Match[str]) -> int:
        return max(place.start() - mention.end(), mention.start() - place.end())

    return _CELL_OF_PLACE[min(places, key=distance).group()]


def truth(scene: Scene) -> list[Claim]:
    """The claims of a perfect description."""
    return [Claim(t.kind, t.size, t.cell) for t in scene.in_reading_order()]


@dataclass
class Score:
    """Sums over descriptions. A kind claimed twice needs two things of it to be right twice."""

    claimed: int = 0
    present: int = 0
    right: int = 0
    placed: int = 0
    sized: int = 0

    def add(self, claims: list[Claim], scene: Scene) -> None:
        """Counts one description."""
        left = truth(scene)
        self.claimed += len(claims)
        self.present += len(left)
        # Exact matches first, so that of two dogs each claim meets the one it speaks of.
        unmatched = []
        for claim in claims:
            match = next((t for t in left if (t.kind, t.cell) == (claim.kind, claim.cell)), None)
            if match is None:
                unmatched.append(claim)
                continue
            left.remove(match)
            self.right += 1
            self.placed += 1
            self.sized += match.size == claim.size
        for claim in unmatched:
            match = next((t for t in left if t.kind == claim.kind), None)
            if match is not None:
                left.remove(match)
                self.right += 1
                self.sized += match.size == claim.size

    @property
    def is_perfect(self) -> bool:
        """Whether every thing was named in its place, and nothing else was."""
        return self.claimed == self.present == self.right == self.placed

    @property
    def precision(self) -> float:
        """Rightly named of all claimed."""
        return self.right / max(self.claimed, 1)

    @property
    def recall(self) -> float:
        """Rightly named of all present."""
        return self.right / max(self.present, 1)

    @property
    def place(self) -> float:
        """In the right one of nine places, of the rightly named."""
        return self.placed / max(self.right, 1)

    @property
    def size(self) -> float:
        """With the right size, of the rightly named."""
        return self.sized / max(self.right, 1)
