"""The world of scripts/train_demo_model: three to seven things in nine places."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from assistant.judging.scenes import SceneObject, SceneQuestion, World

if TYPE_CHECKING:
    from scripts.judged_worlds import Split

_PICTURE_PX = 512
_QUESTIONS = 3  # purpose number of the random stream that chooses what is asked


def is_here() -> bool:
    """Whether the world's code is in this checkout."""
    return importlib.util.find_spec("scripts.train_demo_model") is not None


def world(split: Split) -> World:
    """Its words."""
    from scripts.train_demo_model.kinds import KINDS
    from scripts.train_demo_model.language import PLACES

    return World(
        f"drawn scenes of up to seven things, {split} split",
        {kind.name: (kind.name,) for kind in KINDS},
        tuple(sorted({kind.adjective for kind in KINDS} - {""})),
        {place: place for place in PLACES},
    )


def draw(
    split: Split, index: int
) -> tuple[Image.Image, Sequence[SceneObject], Sequence[SceneQuestion]]:
    """Scene number ``index`` of a split; the same for ever."""
    from scripts.train_demo_model.kinds import KIND_BY_NAME
    from scripts.train_demo_model.language import PLACES
    from scripts.train_demo_model.questions import number, presence, some_kind, where
    from scripts.train_demo_model.render import instance_map, render
    from scripts.train_demo_model.world import make_scene, scene_rng

    scene = make_scene(split, index)
    marks = instance_map(scene, _PICTURE_PX)
    objects = [
        SceneObject(
            thing.kind, KIND_BY_NAME[thing.kind].adjective, PLACES[thing.cell], box_of(marks == k)
        )
        for k, thing in enumerate(scene.things, start=1)
    ]
    rng = scene_rng(scene.seed, _QUESTIONS)
    questions = []
    for is_present in (True, False):
        turn = presence(scene, some_kind(scene, rng, is_present))
        questions.append(SceneQuestion(turn.question, turn.truth, "presence"))
    kind = some_kind(scene, rng, True)
    for name, make in (("number", number), ("place", where)):
        turn = make(scene, kind)
        questions.append(SceneQuestion(turn.question, turn.truth, name))
    return render(scene, _PICTURE_PX), objects, questions


def box_of(
    mask: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
) -> tuple[float, float, float, float] | None:
    """The box of a thing's visible pixels, as parts of the picture; None where nothing of it is seen."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    height, width = mask.shape
    return (
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )
