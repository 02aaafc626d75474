"""Drawn worlds as the benchmarks read them: each module draws its scenes and knows their truth.

A world is a module here with three functions: ``world(split)``, ``draw(split, index)`` and ``is_here()``; see ``demo``.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from PIL import Image

from assistant.judging.scenes import (
    JudgedScene,
    SceneObject,
    SceneQuestion,
    World,
    write_scenes,
)

Split = Literal["dev", "test"]
NAMES = ("demo", "scene")
"""Worlds, the one that the embedded model knows first."""


class DrawnWorld(Protocol):
    """What a module of a world offers."""

    def is_here(self) -> bool:
        """Whether the world's code is in this checkout."""
        ...

    def world(self, split: Split) -> World:
        """Its words."""
        ...

    def draw(
        self, split: Split, index: int
    ) -> tuple[Image.Image, Sequence[SceneObject], Sequence[SceneQuestion]]:
        """Scene number ``index`` of a split; the same for ever."""
        ...


def find_world(name: str | None = None) -> tuple[str, DrawnWorld]:
    """The world of that name, else the first that is here.

    Raises:
        LookupError: there is none.
    """
    for one in NAMES if name is None else (name,):
        module: DrawnWorld = importlib.import_module(f"scripts.judged_worlds.{one}")
        if module.is_here():
            return one, module
    raise LookupError(f"no drawn world of the name {name or ' or '.join(NAMES)}")


def draw_scenes(drawn: DrawnWorld, split: Split, first: int, count: int, folder: Path) -> Path:
    """Draws scenes into a folder, and returns the file that tells their truth."""
    path = folder / "scenes.jsonl"
    world = drawn.world(split)
    named = World(f"{world.name}, {first} on", world.things, world.colours, world.places)
    folder.mkdir(parents=True, exist_ok=True)
    scenes = []
    for index in range(first, first + count):
        picture, objects, questions = drawn.draw(split, index)
        target = folder / f"{index:06d}.png"
        picture.save(target)
        scenes.append(JudgedScene(target, tuple(objects), tuple(questions)))
    write_scenes(path, named, scenes)
    return path
