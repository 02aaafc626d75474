"""The world of scripts/train_scene_model: six to sixteen things that overlap, printed signs, faults of a photograph."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PIL import Image

from assistant.judging.scenes import SceneObject, SceneQuestion, World
from scripts.judged_worlds.demo import box_of

if TYPE_CHECKING:
    from scripts.judged_worlds import Split

_PICTURE_PX = 512
_QUESTIONS = 3  # purpose number of the random stream that chooses what is asked
_PACKAGE = "scripts.train_scene_model"


def is_here() -> bool:
    """Whether the world's code is in this checkout."""
    return importlib.util.find_spec(_PACKAGE) is not None


def world(split: Split) -> World:
    """Its words."""
    kinds, language = _part("kinds"), _part("language")
    return World(
        f"drawn scenes of six to sixteen things, {split} split",
        {kind.name: (kind.name, kind.plural) for kind in kinds.KINDS},
        tuple(kinds.COLOUR_NAMES),
        {place: place for place in language.PLACES},
    )


def draw(
    split: Split, index: int
) -> tuple[Image.Image, Sequence[SceneObject], Sequence[SceneQuestion]]:
    """Scene number ``index`` of a split; the same for ever."""
    render, language = _part("render"), _part("language")
    scene = _part("world").make_scene(split, index)
    marks = render.instance_map(scene, _PICTURE_PX)
    objects = [
        SceneObject(thing.kind, thing.colour, language.PLACES[thing.cell], box_of(marks == k))
        for k, thing in enumerate(scene.things, start=1)
    ]
    return render.render(scene, _PICTURE_PX), objects, _questions(scene)


def _questions(scene: Any) -> list[SceneQuestion]:
    ask, kinds = _part("questions"), _part("kinds")
    rng = _part("world").scene_rng(scene.seed, _QUESTIONS)
    turns = [
        ("presence", ask.presence(scene, ask.some_kind(scene, rng, is_present)))
        for is_present in (True, False)
    ]
    kind = ask.some_kind(scene, rng, is_present=True)
    turns += [("number", ask.number(scene, kind)), ("place", ask.where(scene, kind))]
    if coloured := [thing.kind for thing in scene.things if thing.colour]:
        turns.append(("colour", ask.colour(scene, coloured[int(rng.integers(len(coloured)))])))
    if scene.count(kinds.SIGN.name):
        turns.append(("the sign", ask.reading(scene)))
    if (beside := ask.next_to(scene, kind)) is not None:
        turns.append(("what is beside it", beside))
    found = [SceneQuestion(turn.question, turn.truth, name) for name, turn in turns]
    unknown = ask.unanswerable(scene, rng)
    return [*found, SceneQuestion(unknown.question, "I can't tell", "what no picture tells")]


def _part(name: str) -> Any:
    return importlib.import_module(f"{_PACKAGE}.{name}")
