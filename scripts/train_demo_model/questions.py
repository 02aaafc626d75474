"""Questions about a scene and their true answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .kinds import KIND_BY_NAME, KINDS, SETTING_BY_NAME
from .language import NUMBERS, PLACES, counted, joined, noun_phrase, sentence, with_article
from .world import Scene, Thing

# Words after "What is ..." and the cells that they mean.
SIDES: dict[str, tuple[int, ...]] = {
    "on the left": (0, 3, 6),
    "on the right": (2, 5, 8),
    "at the top": (0, 1, 2),
    "at the bottom": (6, 7, 8),
    "in the middle": (4,),
    "at the top left": (0,),
    "at the top right": (2,),
    "at the bottom left": (6,),
    "at the bottom right": (8,),
}


@dataclass(frozen=True)
class Turn:
    """A question and its answer; `truth` is the bare answer for scoring."""

    question: str
    answer: str
    truth: str


def _ask(rng: np.random.Generator, *wordings: str) -> str:
    """One of the wordings, the first one most of the time, now and then typed carelessly."""
    other = len(wordings) > 1 and rng.random() < 0.4
    text = wordings[int(rng.integers(1, len(wordings)))] if other else wordings[0]
    careless = rng.random()
    if careless < 0.08:
        text = text[0].lower() + text[1:]
    if 0.04 < careless < 0.12:
        text = text.rstrip("?")
    return text


def _of_kind(scene: Scene, kind: str) -> list[Thing]:
    return [thing for thing in scene.in_reading_order() if thing.kind == kind]


def some_kind(scene: Scene, rng: np.random.Generator, present: bool) -> str:
    """A kind that is in the scene, or one that is not (often one that would be at home there)."""
    if present:
        return scene.things[int(rng.integers(len(scene.things)))].kind
    usual = SETTING_BY_NAME[scene.setting].usual
    every = tuple(kind.name for kind in KINDS)
    while True:
        names = usual if rng.random() < 0.4 else every
        name = names[int(rng.integers(len(names)))]
        if scene.count(name) == 0:
            return name


def presence(scene: Scene, kind: str, rng: np.random.Generator | None = None) -> Turn:
    """Whether the kind is there: "Is there a dog?"."""
    known, things = KIND_BY_NAME[kind], _of_kind(scene, kind)
    one = with_article(kind)
    question = (
        f"Is there {one}?"
        if rng is None
        else _ask(
            rng,
            f"Is there {one}?",
            f"Is there {one} in the picture?",
            f"Can you see {one}?",
            f"Are there any {known.plural}?",
            f"Do you see {one}?",
        )
    )
    places = joined([PLACES[thing.cell] for thing in things]) if things else ""
    if not things:
        return Turn(question, f"No, there is no {kind}.", "no")
    if len(things) == 1:
        return Turn(question, f"Yes, there is {noun_phrase(things[0])} {places}.", "yes")
    return Turn(question, f"Yes, there are {counted(kind, len(things))}, {places}.", "yes")


def number(scene: Scene, kind: str, rng: np.random.Generator | None = None) -> Turn:
    """How many there are: "How many apples are there?"."""
    known, count = KIND_BY_NAME[kind], scene.count(kind)
    question = (
        f"How many {known.plural} are there?"
        if rng is None
        else _ask(
            rng,
            f"How many {known.plural} are there?",
            f"How many {known.plural} can you see?",
            f"How many {known.plural} are in the picture?",
        )
    )
    answer = (
        f"There is one {kind}." if count == 1 else f"There are {NUMBERS[count]} {known.plural}."
    )
    return Turn(question, answer, NUMBERS[count])


def where(scene: Scene, kind: str, rng: np.random.Generator | None = None) -> Turn:
    """Where the kind is: "Where is the dog?"."""
    things = _of_kind(scene, kind)
    question = (
        f"Where is the {kind}?"
        if rng is None
        else _ask(rng, f"Where is the {kind}?", f"Where can I find the {kind}?")
    )
    if not things:
        return Turn(question, f"There is no {kind}.", "nowhere")
    places = joined([PLACES[thing.cell] for thing in things])
    if len(things) == 1:
        return Turn(question, f"The {kind} is {places}.", places)
    return Turn(question, f"There are {counted(kind, len(things))}, {places}.", places)


def side(scene: Scene, words: str, rng: np.random.Generator | None = None) -> Turn:
    """What is in one part of the picture: "What is on the left?"."""
    things = [thing for thing in scene.in_reading_order() if thing.cell in SIDES[words]]
    question = (
        f"What is {words}?"
        if rng is None
        else _ask(
            rng,
            f"What is {words}?",
            f"What can you see {words}?",
            f"What's {words}?",
            f"What is {words} of the picture?",
        )
    )
    if not things:
        return Turn(question, f"There is nothing {words}.", "nothing")
    listed = joined([noun_phrase(thing) for thing in things])
    return Turn(question, sentence(f"{words} there is {listed}"), listed)


def setting(scene: Scene, rng: np.random.Generator | None = None) -> Turn:
    """The setting: "What kind of place is this?"."""
    place = SETTING_BY_NAME[scene.setting].phrase
    question = (
        "What kind of place is this?"
        if rng is None
        else _ask(
            rng,
            "What kind of place is this?",
            "Where is this?",
            "What place does the picture show?",
        )
    )
    return Turn(question, f"This is {place}.", place)


def training_turns(scene: Scene, rng: np.random.Generator) -> list[Turn]:
    """Five questions on a scene: presence twice, number or place of a kind, a side, another."""
    turns = [presence(scene, some_kind(scene, rng, present), rng) for present in (True, False)]
    turns.append(number(scene, some_kind(scene, rng, rng.random() < 0.8), rng))
    sides = list(SIDES)
    turns.append(side(scene, sides[int(rng.integers(len(sides)))], rng))
    if rng.random() < 0.15:
        turns.append(setting(scene, rng))
    else:
        turns.append(where(scene, some_kind(scene, rng, rng.random() < 0.85), rng))
    return turns
