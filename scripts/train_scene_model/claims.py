"""Reads a description back into claims (kind, colour, place …), to score it against the truth.

Works on free text: unknown words are passed over. A thing counts as claimed where it is introduced
("a dog", "another large red car", "two apples"), not where it is referred to ("the dog").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .kinds import COLOUR_NAMES, KIND_BY_NAME, KINDS
from .language import NUMBERS, PLACES
from .world import Scene


@dataclass(frozen=True)
class Claim:
    """One thing that a text says is there.

    Attributes:
        kind: name of the kind.
        colour: colour word, or "" where none is said.
        size: "small", "medium" (also when nothing is said) or "large".
        cell: 0 to 8 in reading order, or None when no place is named.
        word: what it is said to have printed on it, or "".
        start: where in the text its noun begins, in characters.
    """

    kind: str
    colour: str
    size: str
    cell: int | None
    word: str = ""
    start: int = field(default=-1, compare=False)


_KIND_OF_NOUN = {kind.name: kind.name for kind in KINDS} | {k.plural: k.name for k in KINDS}
_NOUN = "|".join(sorted(map(re.escape, _KIND_OF_NOUN), key=len, reverse=True))
_DETERMINER = "a|an|another|" + "|".join(NUMBERS[1:])
_BETWEEN = rf"(?!(?:{_DETERMINER}|the|with|and|of|in|on|at|is|are|there)\b)[a-z-]+"
_MENTION = re.compile(
    rf"\b(?P<determiner>{_DETERMINER})\s+(?P<words>(?:{_BETWEEN}\s+){{0,3}}?)(?P<noun>{_NOUN})\b"
    r'(?: that says "(?P<print>[^"]*)")?'
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
_RELATION = re.compile(r"\bto the (?:left|right) of\b")
_SUMMARY = re.compile(r"\b(?:in all|in total|altogether)\b")
_PART = re.compile(r"[^.!?;\n]+")


def parse(text: str) -> list[Claim]:
    """All claims of a text, in its order; sentences that only sum up are left out."""
    claims: list[Claim] = []
    for part in _PART.finditer(text.lower()):
        if not _SUMMARY.search(part.group()):
            hidden = _RELATION.sub(lambda m: "~" * len(m.group()), part.group())
            claims += _parse_sentence(hidden, part.start())
    return claims


def _parse_sentence(text: str, offset: int) -> list[Claim]:
    mentions = list(_MENTION.finditer(text))
    places = list(_PLACE.finditer(text))
    claims = []
    for mention in mentions:
        words = mention["words"].split()
        sizes = [_SIZES[word] for word in words if word in _SIZES]
        colours = [word for word in words if word in COLOUR_NAMES]
        claim = Claim(
            kind=_KIND_OF_NOUN[mention["noun"]],
            colour=colours[0] if colours else "",
            size=sizes[0] if sizes else "medium",
            cell=_nearest(mention, places),
            word=(mention["print"] or "").upper(),
            start=offset + mention.start("noun"),
        )
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
    """Return the claims of a perfect description."""
    return [Claim(t.kind, t.colour, t.size, t.cell, t.word) for t in scene.in_reading_order()]


@dataclass
class Score:
    """Sums over descriptions. A kind claimed twice needs two things of it to be right twice.

    Attributes:
        claimed: things that were said to be there.
        present: things that are there.
        right: claims that meet a thing of their kind.
        placed: of these, those in the right place.
        sized: of these, those of the right size.
        coloured: of these, the recoloured ones of the right colour.
        colourable: of these, the recoloured ones.
        read: signs whose word is right.
        readable: signs that were rightly named.
    """

    claimed: int = 0
    present: int = 0
    right: int = 0
    placed: int = 0
    sized: int = 0
    coloured: int = 0
    colourable: int = 0
    read: int = 0
    readable: int = 0

    def add(self, claims: list[Claim], scene: Scene) -> None:
        """Count one description."""
        left = truth(scene)
        self.claimed += len(claims)
        self.present += len(left)
        # The closest matches first, so that of two dogs each claim meets the one it speaks of.
        waiting = list(claims)
        for closeness in (2, 1, 0):
            unmatched = []
            for claim in waiting:
                match = next((t for t in left if _closeness(t, claim) >= closeness), None)
                if match is None:
                    unmatched.append(claim)
                else:
                    left.remove(match)
                    self._count(claim, match)
            waiting = unmatched

    def _count(self, claim: Claim, match: Claim) -> None:
        self.right += 1
        self.placed += match.cell == claim.cell
        self.sized += match.size == claim.size
        if KIND_BY_NAME[match.kind].is_recoloured:
            self.colourable += 1
            self.coloured += match.colour == claim.colour
        if match.word:
            self.readable += 1
            self.read += match.word == claim.word

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
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / max(self.claimed + self.present, 1)

    @property
    def place(self) -> float:
        """In the right one of nine places, of the rightly named."""
        return self.placed / max(self.right, 1)

    @property
    def size(self) -> float:
        """With the right size, of the rightly named."""
        return self.sized / max(self.right, 1)

    @property
    def colour(self) -> float:
        """With the right colour, of the rightly named recoloured ones."""
        return self.coloured / max(self.colourable, 1)

    @property
    def word(self) -> float:
        """With the right word, of the rightly named signs."""
        return self.read / max(self.readable, 1)


def _closeness(thing: Claim, claim: Claim) -> int:
    """-1 another kind, 0 the kind, 1 in its place, 2 with its colour too."""
    if thing.kind != claim.kind:
        return -1
    if thing.cell != claim.cell:
        return 0
    return 1 + (thing.colour == claim.colour)
