"""Questions about a scene and their true answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .kinds import KIND_BY_NAME, KINDS, SIGN
from .language import NUMBERS, PLACES, counted, joined, noun_phrase, sentence, with_article
from .settings import PAIRS, SETTING_BY_NAME
from .strange import strange_question
from .world import Scene, Thing

# Words after "What is ..." and the cells that they mean.
SIDES: dict[str, tuple[int, ...]] = {place: (cell,) for cell, place in enumerate(PLACES)}
SIDES |= {"at the top": (0, 1, 2), "at the bottom": (6, 7, 8)}

CANNOT_TELL = "I can't tell that from the picture."
NO_PICTURE = "I have not been given a picture."
# What no picture of this world answers; {} is a thing that is there.
UNANSWERABLE = (
    "What is the name of the {}?",
    "How old is the {}?",
    "Who owns the {}?",
    "How much does the {} cost?",
    "How heavy is the {}?",
    "What is behind the {}?",
    "What is inside the {}?",
    "What sound does the {} make?",
    "Does the {} smell good?",
    "What time is it?",
    "What day is it?",
    "Who took this picture?",
    "Which town is this?",
    "How warm is it?",
    "What can you hear?",
    "Is there music?",
    "What will happen next?",
    "What happened before?",
)
_CLEARLY = 1.25


@dataclass(frozen=True)
class Turn:
    """A question and its answer; `truth` is the bare answer for scoring."""

    question: str
    answer: str
    truth: str


@dataclass(frozen=True)
class Mix:
    """What training asks about a scene.

    Attributes:
        presences: whether something is there, with yes or no for an answer.
        strange: share of the unanswerable questions that are of no form and about no thing of this world.
    """

    presences: tuple[bool, ...] = (True, False)
    strange: float = 0.5


# The shipped vocabulary was made of these, and is made again as long as they stay.
VOCABULARY_MIX = Mix((True, False, True, False), 0.0)


def _ask(rng: np.random.Generator | None, *wordings: str) -> str:
    """One of the wordings, the first one most of the time, now and then typed carelessly."""
    if rng is None:
        return wordings[0]
    is_other = len(wordings) > 1 and rng.random() < 0.4
    text = wordings[int(rng.integers(1, len(wordings)))] if is_other else wordings[0]
    careless = rng.random()
    if careless < 0.08:
        text = text[0].lower() + text[1:]
    if 0.04 < careless < 0.12:
        text = text.rstrip("?")
    return text


def some_kind(scene: Scene, rng: np.random.Generator, is_present: bool) -> str:
    """Return a kind that is in the scene, or one that is not but often would be expected there."""
    if is_present:
        return scene.things[int(rng.integers(len(scene.things)))].kind
    expected = [PAIRS[t.kind] for t in scene.things if PAIRS.get(t.kind, t.kind) != t.kind]
    usual = SETTING_BY_NAME[scene.setting].usual
    while True:
        tempts = rng.random()
        names = expected if tempts < 0.25 and expected else usual if tempts < 0.6 else None
        name = (
            names[int(rng.integers(len(names)))]
            if names
            else KINDS[int(rng.integers(len(KINDS)))].name
        )
        if scene.count(name) == 0:
            return name


def presence(scene: Scene, kind: str, rng: np.random.Generator | None = None) -> Turn:
    """Whether the kind is there: "Is there a dog?"."""
    known, things = KIND_BY_NAME[kind], scene.of_kind(kind)
    one = with_article(kind)
    question = _ask(
        rng,
        f"Is there {one}?",
        f"Is there {one} in the picture?",
        f"Can you see {one}?",
        f"Are there any {known.plural}?",
        f"Do you see {one}?",
    )
    if not things:
        return Turn(question, f"No, there is no {kind}.", "no")
    if len(things) == 1:
        answer = f"Yes, there is {noun_phrase(things[0])} {PLACES[things[0].cell]}."
        return Turn(question, answer, "yes")
    return Turn(question, f"Yes, there are {counted(kind, len(things))}.", "yes")


def number(scene: Scene, kind: str, rng: np.random.Generator | None = None) -> Turn:
    """How many there are: "How many apples are there?"."""
    known, count = KIND_BY_NAME[kind], scene.count(kind)
    question = _ask(
        rng,
        f"How many {known.plural} are there?",
        f"How many {known.plural} can you see?",
        f"How many {known.plural} are in the picture?",
    )
    answer = (
        f"There is one {kind}." if count == 1 else f"There are {NUMBERS[count]} {known.plural}."
    )
    return Turn(question, answer, NUMBERS[count])


def where(scene: Scene, kind: str, rng: np.random.Generator | None = None) -> Turn:
    """Where the kind is: "Where is the dog?"."""
    things = scene.of_kind(kind)
    question = _ask(rng, f"Where is the {kind}?", f"Where can I find the {kind}?")
    if not things:
        return Turn(question, f"There is no {kind}.", "nowhere")
    places = joined([PLACES[thing.cell] for thing in things])
    if len(things) == 1:
        return Turn(question, f"The {kind} is {places}.", places)
    return Turn(question, f"There are {counted(kind, len(things))}, {places}.", places)


def colour(scene: Scene, kind: str, rng: np.random.Generator | None = None) -> Turn:
    """Return what colour the kind has: "What colour is the car?"; several are told from left to right."""
    things = sorted(scene.of_kind(kind), key=lambda thing: thing.x)
    question = _ask(rng, f"What colour is the {kind}?", f"Which colour does the {kind} have?")
    if not things:
        return Turn(question, f"There is no {kind}.", "none")
    colours = joined([thing.colour for thing in things])
    if len(things) == 1:
        return Turn(question, f"The {kind} is {colours}.", colours)
    return Turn(question, f"There are {counted(kind, len(things))}: {colours}.", colours)


def neighbour(scene: Scene, thing: Thing) -> Thing | None:
    """Return the thing that is clearly nearest in the picture, if one is."""
    others = [other for other in scene.things if other is not thing]
    ranked = sorted(
        (float(np.hypot(o.x - thing.x, o.y - thing.y)), n) for n, o in enumerate(others)
    )
    if len(ranked) > 1 and ranked[1][0] < _CLEARLY * ranked[0][0]:
        return None
    return others[ranked[0][1]]


def next_to(scene: Scene, kind: str, rng: np.random.Generator | None = None) -> Turn | None:
    """Return what is next to the kind; None where that is a matter of opinion."""
    things = scene.of_kind(kind)
    question = _ask(rng, f"What is next to the {kind}?", f"What is beside the {kind}?")
    if not things:
        return Turn(question, f"There is no {kind}.", "none")
    other = neighbour(scene, things[0]) if len(things) == 1 else None
    if other is None:
        return None
    return Turn(question, f"Next to the {kind} there is {noun_phrase(other)}.", other.kind)


def reading(scene: Scene, rng: np.random.Generator | None = None) -> Turn:
    """Return what the sign says."""
    signs = scene.of_kind(SIGN.name)
    question = _ask(
        rng, "What does the sign say?", "Can you read the sign?", "What is written on the sign?"
    )
    if not signs:
        return Turn(question, "There is no sign.", "none")
    words = joined([f'"{sign.word}"' for sign in signs])
    told = f"The sign says {words}." if len(signs) == 1 else f"The signs say {words}."
    return Turn(question, told, joined([sign.word for sign in signs]))


def side(scene: Scene, words: str, rng: np.random.Generator | None = None) -> Turn:
    """Return what is in one part of the picture: "What is on the left?"."""
    things = [thing for thing in scene.in_reading_order() if thing.cell in SIDES[words]]
    question = _ask(rng, f"What is {words}?", f"What can you see {words}?", f"What's {words}?")
    if not things:
        return Turn(question, f"There is nothing {words}.", "nothing")
    listed = joined([noun_phrase(thing) for thing in things])
    return Turn(question, sentence(f"{words} there is {listed}"), listed)


def setting(scene: Scene, rng: np.random.Generator | None = None) -> Turn:
    """Return the setting: "What kind of place is this?"."""
    place = SETTING_BY_NAME[scene.setting].phrase
    question = _ask(rng, "What kind of place is this?", "What place does the picture show?")
    return Turn(question, f"This is {place}.", place)


def unanswerable(scene: Scene, rng: np.random.Generator) -> Turn:
    """Return a question that the picture does not answer."""
    form = UNANSWERABLE[int(rng.integers(len(UNANSWERABLE)))]
    kind = some_kind(scene, rng, is_present=True)
    return Turn(_ask(rng, form.format(kind)), CANNOT_TELL, "unknown")


def strange(scene: Scene, rng: np.random.Generator, *, is_taught: bool = True) -> Turn:
    """Return a question that the model does not know, of those that training shows or of the others."""
    kind = some_kind(scene, rng, is_present=bool(rng.random() < 0.6))
    question = strange_question(kind, rng, is_taught=is_taught)
    return Turn(_ask(rng if is_taught else None, question), CANNOT_TELL, "unknown")


def training_turns(scene: Scene, rng: np.random.Generator, mix: Mix = Mix()) -> list[Turn]:
    """Six questions on a scene: whether something is there, and of the other sorts."""
    coloured = [thing.kind for thing in scene.things if thing.colour]
    absent = [kind.name for kind in KINDS if kind.is_recoloured and not scene.count(kind.name)]

    def kind() -> str:
        return some_kind(scene, rng, is_present=bool(rng.random() < 0.85))

    def coloured_kind() -> str:
        pool = coloured if coloured and rng.random() < 0.85 else absent
        return pool[int(rng.integers(len(pool)))]

    def refused() -> Turn:
        is_strange = mix.strange > 0 and rng.random() < mix.strange
        return strange(scene, rng) if is_strange else unanswerable(scene, rng)

    sides = list(SIDES)
    sorts: tuple[Callable[[], Turn | None], ...] = (
        lambda: side(scene, sides[int(rng.integers(len(sides)))], rng),
        lambda: number(scene, kind(), rng),
        lambda: where(scene, kind(), rng),
        lambda: colour(scene, coloured_kind(), rng),
        lambda: next_to(scene, kind(), rng),
        refused,
        lambda: reading(scene, rng) if scene.count(SIGN.name) or rng.random() < 0.3 else None,
        lambda: setting(scene, rng) if rng.random() < 0.3 else None,
    )
    turns = [presence(scene, some_kind(scene, rng, here), rng) for here in mix.presences]
    for number_of_sort in rng.permutation(len(sorts)):
        turn = sorts[int(number_of_sort)]()
        if turn is not None and len(turns) < 6:
            turns.append(turn)
    return turns
