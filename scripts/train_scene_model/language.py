"""What the model says about a scene: detailed and brief descriptions in plain English.

Which of several phrasings is used depends on the scene alone, so that a model which answers greedily
still varies its language, and learns it with little doubt.
"""

from __future__ import annotations

from .kinds import KIND_BY_NAME
from .settings import SETTING_BY_NAME, SETTING_INDEX
from .world import Scene, Thing

PLACES = (
    "at the top left",
    "at the top in the middle",
    "at the top right",
    "on the left",
    "in the middle",
    "on the right",
    "at the bottom left",
    "at the bottom in the middle",
    "at the bottom right",
)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NEARER = 0.03
_BRIEF_MOST = 5
_FEW = 8


def with_article(words: str) -> str:
    """`words` with "a" or "an" before them."""
    return ("an " if words[0] in "aeio" or words.startswith("um") else "a ") + words


def joined(parts: list[str]) -> str:
    """List parts as English does: a, b and c."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def sentence(text: str) -> str:
    """`text` with a capital and a full stop."""
    return text[0].upper() + text[1:] + "."


def named(thing: Thing) -> str:
    """Return the thing by its colour and kind, without an article: "red car"."""
    return f"{thing.colour} {thing.kind}".strip()


def noun_phrase(thing: Thing, is_again: bool = False) -> str:
    """Return the thing with its size (medium goes without saying), colour and words: "a large red car"."""
    size = f"{thing.size} " if thing.size != "medium" else ""
    text = f"{size}{named(thing)}"
    if thing.word:
        text += f' that says "{thing.word}"'
    return f"another {text}" if is_again else with_article(text)


def counted(kind: str, number: int) -> str:
    """Return a kind with its number, as in "a dog" or "two dogs"."""
    known = KIND_BY_NAME[kind]
    return with_article(known.name) if number == 1 else f"{NUMBERS[number]} {known.plural}"


def style_of(scene: Scene) -> int:
    """Which of the phrasings a scene has."""
    return SETTING_INDEX[scene.setting] % 4


def brief(scene: Scene) -> str:
    """One sentence: the setting and its large things, or where none is large its medium ones."""
    things = scene.in_reading_order()
    shown = [t for t in things if t.size == "large"] or [t for t in things if t.size == "medium"]
    names = [noun_phrase(thing) for thing in (shown or list(things))[:_BRIEF_MOST]]
    return sentence(f"{SETTING_BY_NAME[scene.setting].phrase} with {joined(names)}")


def detailed(scene: Scene, *, has_farthest: bool = False) -> str:
    """Return the setting, every thing place by place with size and colour, and what is nearest.

    With `has_farthest` also what is farthest away: the vocabulary was made of such texts. The model is not taught
    it, because one that was often told it wrongly, of things that were not there too.
    """
    style = style_of(scene)
    sentences = [_opening(scene, style)]
    things = scene.in_reading_order()
    told: set[str] = set()
    for cell in range(9):
        here = [thing for thing in things if thing.cell == cell]
        if here:
            sentences.append(_cell(here, told, (style + cell) % 4))
    sentences += _closing(scene, has_farthest)
    if len(things) <= _FEW:
        sentences += _empty(scene)
    return " ".join(sentences)


def _opening(scene: Scene, style: int) -> str:
    place = SETTING_BY_NAME[scene.setting].phrase
    return (
        f"This picture shows {place}.",
        f"This is {place}.",
        f"We are looking at {place}.",
        f"Here is {place}.",
    )[style]


def _cell(things: list[Thing], told: set[str], style: int) -> str:
    """Return the things of one place, from left to right."""
    nouns = []
    for thing in things:
        nouns.append(noun_phrase(thing, thing.kind in told))
        told.add(thing.kind)
    place = PLACES[things[0].cell]
    if style == 0:
        return sentence(f"{place} there is {_beside(nouns)}")
    if style == 1:
        return sentence(f"{nouns[0]} is {place}{_next_to(nouns)}")
    if style == 2:
        return sentence(f"{place} I can see {joined(nouns)}")
    return sentence(f"{place} we find {_beside(nouns)}")


def _beside(nouns: list[str]) -> str:
    first, *others = nouns
    return first + (f" with {joined(others)} beside it" if others else "")


def _next_to(nouns: list[str]) -> str:
    return f", next to {joined(nouns[1:])}" if len(nouns) > 1 else ""


def nearest_and_farthest(scene: Scene) -> tuple[Thing | None, Thing | None]:
    """Return the standing things that are clearly nearest and farthest, if they are alone of their kind."""
    standing = sorted((t for t in scene.things if t.is_standing), key=lambda thing: thing.foot)
    if len(standing) < 2:
        return None, None
    far, near = standing[0], standing[-1]
    is_near = near.foot - standing[-2].foot > NEARER and scene.count(near.kind) == 1
    is_far = standing[1].foot - far.foot > NEARER and scene.count(far.kind) == 1
    return (near if is_near else None), (far if is_far else None)


def _closing(scene: Scene, has_farthest: bool) -> list[str]:
    """Say what is nearest (and farthest), and how many there are of what there are several of."""
    near, far = nearest_and_farthest(scene)
    if not has_farthest:
        far = None
    sentences = []
    if near and far:
        sentences.append(f"The {near.kind} is nearest, and the {far.kind} is farthest away.")
    elif near or far:
        one, word = (near, "nearest") if near else (far, "farthest away")
        assert one is not None
        sentences.append(f"The {one.kind} is {word}.")
    several = sorted({t.kind for t in scene.things if scene.count(t.kind) > 1})
    sentences += [f"In all there are {counted(kind, scene.count(kind))}." for kind in several]
    return sentences


def _empty(scene: Scene) -> list[str]:
    """Said of a picture with few things: which places are empty."""
    taken = {thing.cell for thing in scene.things}
    free = [place for cell, place in enumerate(PLACES) if cell not in taken]
    return [sentence(f"there is nothing {joined(free)}")] if free else []
