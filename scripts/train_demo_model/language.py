"""What the demo model says about a scene: detailed and brief descriptions in plain English.

Which of several phrasings is used depends on the scene alone (its setting, its count, the row), so
that a model which answers greedily still varies its language, and learns it with little doubt.
"""

from __future__ import annotations

from scripts.train_scene_model.language import PLACES as PLACES
from scripts.train_scene_model.language import joined as joined
from scripts.train_scene_model.language import sentence as sentence
from scripts.train_scene_model.language import with_article as with_article
from scripts.train_scene_model.prompts import BEFORE_IMAGE as BEFORE_IMAGE
from scripts.train_scene_model.prompts import BRIEF_PROMPT as BRIEF_PROMPT
from scripts.train_scene_model.prompts import BRIEF_REQUESTS as BRIEF_REQUESTS
from scripts.train_scene_model.prompts import DETAILED_PROMPT as DETAILED_PROMPT
from scripts.train_scene_model.prompts import DETAILED_REQUESTS as DETAILED_REQUESTS
from scripts.train_scene_model.prompts import after_image as after_image

from .kinds import KIND_BY_NAME, SETTING_BY_NAME, SETTING_INDEX
from .world import Scene, Thing

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def noun_phrase(thing: Thing, again: bool = False) -> str:
    """The thing with its size (medium goes without saying) and colour: "a large red car"."""
    words: list[str] = [thing.size] if thing.size != "medium" else []
    kind = KIND_BY_NAME[thing.kind]
    if kind.adjective:
        words.append(kind.adjective)
    words.append(kind.name)
    text = " ".join(words)
    return f"another {text}" if again else with_article(text)


def counted(kind: str, number: int) -> str:
    """A kind with its number, as in "a dog" or "two dogs"."""
    known = KIND_BY_NAME[kind]
    return with_article(known.name) if number == 1 else f"{NUMBERS[number]} {known.plural}"


def counted_kinds(things: tuple[Thing, ...]) -> list[str]:
    """The kinds of `things` with their counts, in the order in which they first appear."""
    numbers: dict[str, int] = {}
    for thing in things:
        numbers[thing.kind] = numbers.get(thing.kind, 0) + 1
    return [counted(kind, number) for kind, number in numbers.items()]


def brief(scene: Scene) -> str:
    """One sentence: the setting and what is in it."""
    place = SETTING_BY_NAME[scene.setting].phrase
    return sentence(f"{place} with {joined(counted_kinds(scene.in_reading_order()))}")


def detailed(scene: Scene) -> str:
    """Three to eight sentences: setting, count, every thing with size and place, a closing word."""
    style = (SETTING_INDEX[scene.setting] + len(scene.things)) % 4
    sentences = _opening(scene, style)
    things = scene.in_reading_order()
    for row in range(3):
        in_row = [thing for thing in things if thing.row == row]
        if in_row:
            sentences += _row(scene, in_row, (style + row) % 3)
    sentences += _closing(scene, style, len(sentences))
    return " ".join(sentences)


def _opening(scene: Scene, style: int) -> list[str]:
    place, number = SETTING_BY_NAME[scene.setting].phrase, NUMBERS[len(scene.things)]
    if style == 0:
        return [f"This picture shows {place}.", f"There are {number} objects in it."]
    if style == 1:
        return [f"This is {place} with {number} objects."]
    if style == 2:
        return [f"We are looking at {place}.", sentence(f"{number} objects can be seen")]
    return [f"Here is {place}, and {number} objects stand out."]


def _row(scene: Scene, things: list[Thing], style: int) -> list[str]:
    """The things of one row, from left to right."""
    order = scene.in_reading_order()
    nouns = [
        noun_phrase(t, again=any(o.kind == t.kind for o in order[: order.index(t)])) for t in things
    ]
    places = [PLACES[thing.cell] for thing in things]
    if style == 0:
        sentences = [_first_of_row(scene, things[0], nouns[0])]
        for before, noun, place in zip(things, nouns[1:], places[1:], strict=False):
            if len(sentences) == 2:
                start = "further to the right"
            elif scene.count(before.kind) == 1:
                start = f"to the right of the {before.kind}"
            else:
                start = "next to it on the right"
            sentences.append(sentence(f"{start} there is {noun}, {place}"))
        return sentences
    if style == 1:
        text = f"{places[0]} I can see {nouns[0]}"
        if len(things) == 2:
            text += f", and to its right, {places[1]}, {nouns[1]}"
        elif len(things) == 3:
            text += f", then {places[1]} {nouns[1]}, and {places[2]} {nouns[2]}"
        return [sentence(text)]
    parts = [f"{noun} is {place}" for noun, place in zip(nouns, places, strict=True)]
    return [
        sentence(
            ", and ".join(parts) if len(parts) < 3 else f"{parts[0]}, {parts[1]}, and {parts[2]}"
        )
    ]


def _first_of_row(scene: Scene, thing: Thing, noun: str) -> str:
    above = [t for t in scene.things if (t.row, t.column) == (thing.row - 1, thing.column)]
    if above and scene.count(above[0].kind) == 1:
        return sentence(f"below the {above[0].kind}, {PLACES[thing.cell]}, there is {noun}")
    return sentence(f"{PLACES[thing.cell]} there is {noun}")


def _closing(scene: Scene, style: int, so_far: int) -> list[str]:
    things = scene.in_reading_order()
    repeated = [thing for thing in things if scene.count(thing.kind) > 1]
    large = [thing for thing in things if thing.size == "large"]
    if repeated:
        number = counted(repeated[0].kind, scene.count(repeated[0].kind))
        return [f"In all there are {number}."]
    if len(large) == 1:
        name = large[0].kind
        return [f"The {name} looks largest." if style % 2 else f"The largest thing is the {name}."]
    return ["There is nothing else."] if so_far < 3 else []
