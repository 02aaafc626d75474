"""Whether a caption puts things in the right place and gives them the right colour, and whether answers are right.

For captions of drawn scenes, whose sentences are plain: the place of a thing is the nearest phrase of place in its
sentence, its colour the word of colour just before its name. A thing that is only referred to ("the dog") is passed
over: "to the left of the dog" says nothing of where the dog is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from assistant.bench.mentions import Mention, tokenize
from assistant.bench.scenes import JudgedScene, SceneQuestion, World
from assistant.bench.yes_no import says

_ENDS = re.compile(r"[.!?;](?:\s|$)|\n")
_NOTHING = re.compile(r"\bnothing\b", re.IGNORECASE)
_NEAR_WORDS = 4
"""Words before a name among which its article and its colour are looked for."""
_REFERRING = frozenset({"the", "this", "that", "its", "their"})
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_INTRODUCING = frozenset(("a", "an", "another", "some", "several", *_NUMBERS))


@dataclass(frozen=True)
class Details:
    """Counts of places and colours that captions give to things that are there, and of places called empty."""

    placed: int = 0
    placed_right: int = 0
    coloured: int = 0
    coloured_right: int = 0
    empty: int = 0
    empty_right: int = 0

    def __add__(self, other: Details) -> Details:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Details(*(a + b for a, b in pairs))


class DetailReader:
    """Reads places and colours out of the captions of a world."""

    def __init__(self, world: World) -> None:
        self._places = {phrase.lower(): place for phrase, place in (world.places or {}).items()}
        longest_first = sorted(map(re.escape, self._places), key=len, reverse=True)
        self._place = re.compile(rf"\b(?:{'|'.join(longest_first)})\b") if longest_first else None
        self._colours = frozenset(colour.lower() for colour in world.colours)

    def read(self, text: str, mentions: Sequence[Mention], scene: JudgedScene) -> Details:
        """Count one caption: every mention that introduces a thing counts, where such a thing is there."""
        found = Details()
        taken = {thing.place for thing in scene.objects}
        for start, end in _sentences(text):
            here = _introduced(text, start, [m for m in mentions if start <= m.start < end])
            places = self._places_in(text, start, end)
            if not here and "" not in taken and _NOTHING.search(text, start, end):
                said = [place for _, place in places]
                found += Details(
                    empty=len(said), empty_right=sum(place not in taken for place in said)
                )
            for number, mention in enumerate(here):
                objects = [o for o in scene.objects if o.name == mention.thing]
                if not objects:
                    continue
                paired = len(places) == len(here)
                place = places[number][1] if paired else _nearest(mention, places)
                before = here[number - 1].end if number else start
                colour = self._colour(text[before : mention.start])
                true_places = {o.place for o in objects} - {""}
                true_colours = {o.colour.lower() for o in objects} - {""}
                found += Details(
                    int(bool(place and true_places)),
                    int(place in true_places),
                    int(bool(colour and true_colours)),
                    int(colour in true_colours),
                )
        return found

    def _places_in(self, text: str, start: int, end: int) -> list[tuple[int, str]]:
        if self._place is None:
            return []
        part = text[start:end].lower()
        return [(start + m.start(), self._places[m.group()]) for m in self._place.finditer(part)]

    def _colour(self, before: str) -> str:
        near = _near(before)
        return next((word for word in reversed(near) if word in self._colours), "")


def is_yes_no(question: SceneQuestion) -> bool:
    """Return whether the right answer is a bare yes or no."""
    return question.answer.strip().lower().rstrip(".") in ("yes", "no")


def is_right(question: SceneQuestion, answer: str) -> bool:
    """Return whether an answer is right: a yes or a no begins with it, others contain the words of the right one."""
    if is_yes_no(question):
        return says(answer) == says(question.answer)
    wanted = [token.text for token in tokenize(question.answer) if token.is_word]
    said = [token.text for token in tokenize(answer) if token.is_word]
    return any(said[i : i + len(wanted)] == wanted for i in range(len(said) - len(wanted) + 1))


def _sentences(text: str) -> list[tuple[int, int]]:
    ends = [match.end() for match in _ENDS.finditer(text)]
    return list(zip([0, *ends], [*ends, len(text)], strict=True))


def _near(before: str) -> list[str]:
    return [token.text for token in tokenize(before)][-_NEAR_WORDS:]


def _introduced(text: str, start: int, mentions: Sequence[Mention]) -> list[Mention]:
    """Return those mentions of a sentence that introduce a thing; the nearest article decides."""
    found = []
    for mention in mentions:
        words = (w for w in reversed(_near(text[start : mention.start])))
        article = next((w for w in words if w in _REFERRING or w in _INTRODUCING), "a")
        if article not in _REFERRING:
            found.append(mention)
        start = mention.end
    return found


def _nearest(mention: Mention, places: Sequence[tuple[int, str]]) -> str:
    if not places:
        return ""
    return min(places, key=lambda place: abs(place[0] - mention.end))[1]
