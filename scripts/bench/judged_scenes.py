"""Draw scenes for ``sparc-assistant bench quality``: pictures in a folder, and a file that tells their truth.

The figures of docs/quality.md and models/demo/README.md are about such scenes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assistant.bench.scenes import JudgedScene, SceneObject, SceneQuestion, World, write_scenes
from scripts.train_scene_model import questions as ask
from scripts.train_scene_model.kinds import COLOUR_NAMES, KINDS, SIGN
from scripts.train_scene_model.language import PLACES
from scripts.train_scene_model.render import instance_map, render
from scripts.train_scene_model.world import (
    FEWEST,
    FIRST_EXAMPLE,
    MOST,
    Scene,
    make_scene,
    scene_rng,
)

Split = Literal["dev", "test"]
FIRST = 1600
"""Test scenes before this one were read while a model was being trained, so they no longer count."""
PICTURE_PX = 512
# Purpose numbers of the random streams that choose what is asked.
_QUESTIONS = 3
_STRANGE = 6


def draw_scenes(split: Split, first: int, count: int, folder: Path) -> Path:
    """Draw scenes into a folder, and return the file that tells their truth.

    Raises:
        ValueError: a test scene is among those that examples are chosen from.
    """
    if split == "test" and first + count > FIRST_EXAMPLE:
        raise ValueError(f"test scenes from {FIRST_EXAMPLE} on are examples, chosen and not drawn")
    folder.mkdir(parents=True, exist_ok=True)
    scenes = []
    for index in range(first, first + count):
        scene = make_scene(split, index)
        target = folder / f"{index:06d}.png"
        render(scene, PICTURE_PX).save(target)
        scenes.append(JudgedScene(target, objects(scene), questions(scene)))
    path = folder / "scenes.jsonl"
    write_scenes(path, world(split, first), scenes)
    return path


def world(split: Split, first: int) -> World:
    """Return the words of the drawn world."""
    return World(
        f"drawn scenes of {FEWEST} to {MOST} things, {split} split, {first} on",
        {kind.name: (kind.name, kind.plural) for kind in KINDS},
        COLOUR_NAMES,
        {place: place for place in PLACES},
    )


def objects(scene: Scene) -> tuple[SceneObject, ...]:
    """Return what is there, with the box of what is seen of it."""
    marks = instance_map(scene, PICTURE_PX)
    return tuple(
        SceneObject(thing.kind, thing.colour, PLACES[thing.cell], _box_of(marks == number))
        for number, thing in enumerate(scene.things, start=1)
    )


def questions(scene: Scene) -> tuple[SceneQuestion, ...]:
    """Return what is asked about a scene, always the same."""
    rng = scene_rng(scene.seed, _QUESTIONS)
    turns = [
        ("presence", ask.presence(scene, ask.some_kind(scene, rng, is_present)))
        for is_present in (True, False)
    ]
    kind = ask.some_kind(scene, rng, is_present=True)
    turns += [("number", ask.number(scene, kind)), ("place", ask.where(scene, kind))]
    if coloured := [thing.kind for thing in scene.things if thing.colour]:
        turns.append(("colour", ask.colour(scene, coloured[int(rng.integers(len(coloured)))])))
    if scene.count(SIGN.name):
        turns.append(("the sign", ask.reading(scene)))
    if (beside := ask.next_to(scene, kind)) is not None:
        turns.append(("what is beside it", beside))
    found = [SceneQuestion(turn.question, turn.truth, name) for name, turn in turns]
    refused = {
        "what no picture tells": ask.unanswerable(scene, rng),
        "what it was not taught": ask.strange(
            scene, scene_rng(scene.seed, _STRANGE), is_taught=False
        ),
    }
    # The last words of these answers are free: any sentence that says it can't tell is right.
    found += [SceneQuestion(turn.question, "I can't tell", name) for name, turn in refused.items()]
    return tuple(found)


def _box_of(mask: NDArray[np.bool_]) -> tuple[float, float, float, float] | None:
    """Return the box of a thing's visible pixels, as parts of the picture; None where nothing of it is seen."""
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


def main(argv: Sequence[str] | None = None) -> int:
    """Draw the scenes and print the path of the file that tells their truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--first", type=int, default=FIRST, help="number of the first scene")
    parser.add_argument("--count", type=int, default=100, help="scenes")
    args = parser.parse_args(argv)
    print(draw_scenes(args.split, args.first, args.count, args.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
