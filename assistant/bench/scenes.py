"""Scenes with their truth, as any drawn world can write them: JSON lines beside the pictures.

The first line is the world's: ``{"scenes": 1, "world": NAME, "things": {THING: [WORD, ...]}, "colours": [WORD, ...],
"places": {PHRASE: PLACE}}``. Words are in the singular; several words are one name. Each further line is a scene:
``{"picture": PATH, "objects": [{"name": THING, "colour": WORD, "place": PLACE, "box": [LEFT, TOP, RIGHT, BOTTOM]}],
"questions": [{"ask": TEXT, "answer": TEXT, "kind": NAME}]}``. Paths are beside the file, boxes are parts of the
picture's width and height, and colour, place, box and questions are optional.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.bench import messages as words
from assistant.bench.data_files import Fields, fingerprint, read_json_lines
from assistant.bench.mentions import ThingWords
from assistant.errors import UsageError

VERSION = 1

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class SceneObject:
    """A thing of a scene; what is not known is empty or None."""

    name: str
    colour: str = ""
    place: str = ""
    box: Box | None = None


@dataclass(frozen=True)
class SceneQuestion:
    """A question and its right answer; ``kind`` is what it is about, for example "presence"."""

    ask: str
    answer: str
    kind: str


@dataclass(frozen=True)
class JudgedScene:
    """A picture and all that is true of it."""

    picture: Path
    objects: tuple[SceneObject, ...]
    questions: tuple[SceneQuestion, ...] = ()

    @property
    def there(self) -> frozenset[str]:
        return frozenset(thing.name for thing in self.objects)

    def boxes(self, thing: str) -> list[Box]:
        """Return where things of that name are, as far as it is known."""
        return [o.box for o in self.objects if o.name == thing and o.box is not None]


@dataclass(frozen=True)
class World:
    """What a world's texts may say.

    Attributes:
        name: of the world and of the split, for reports.
        things: every thing of the world to the words that mean it, those that are in no scene too: only a
            word that is known here can be noticed when it is invented.
        places: phrases to the place that they mean.
    """

    name: str
    things: Mapping[str, tuple[str, ...]]
    colours: tuple[str, ...] = ()
    places: Mapping[str, str] | None = None

    def thing_words(self) -> ThingWords:
        return ThingWords(self.things, skips_quoted=True)


def write_scenes(path: Path, world: World, scenes: Iterable[JudgedScene]) -> None:
    """Write the file; pictures under its folder are named from there."""
    header = {
        "scenes": VERSION, "world": world.name, "colours": list(world.colours),
        "things": {thing: list(names) for thing, names in world.things.items()},
        "places": dict(world.places or {}),
    }  # fmt: skip
    folder = path.resolve().parent
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(header, ensure_ascii=False) + "\n")
        for scene in scenes:
            picture = scene.picture.resolve()
            inside = picture.is_relative_to(folder)
            line = {
                "picture": str(picture.relative_to(folder) if inside else picture),
                "objects": [_object_fields(thing) for thing in scene.objects],
                "questions": [vars(question) for question in scene.questions],
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def read_scenes(path: Path) -> tuple[World, list[JudgedScene]]:
    """Read a file of scenes.

    Raises:
        UsageError: it is missing, unreadable, or no such file.
    """
    lines = read_json_lines(path)
    number, values = next(lines, (1, {}))
    header = Fields(path, number, values)
    if values.get("scenes") != VERSION:
        raise UsageError(words.scenes_no_header(str(path)))
    things = header.take("things", dict)
    world = World(
        str(values.get("world", "")),
        {thing: tuple(Fields(path, number, things).words(thing)) for thing in things},
        tuple(values.get("colours") or ()),
        dict(values.get("places") or {}),
    )
    scenes = [_scene(path, Fields(path, number, values), world) for number, values in lines]
    if not scenes:
        raise UsageError(words.scenes_none(str(path)))
    return world, scenes


def scenes_fingerprint(path: Path, scenes: Sequence[JudgedScene]) -> str:
    """Return what tells versions of the scenes, truth and pictures, apart.

    Raises:
        UsageError: the file or a picture cannot be read.
    """
    parts = [fingerprint(path), *(fingerprint(scene.picture) for scene in scenes)]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _scene(path: Path, fields: Fields, world: World) -> JudgedScene:
    objects = []
    for entry in fields.take("objects", list):
        if not isinstance(entry, dict) or entry.get("name") not in world.things:
            raise fields.wrong("objects")
        box = entry.get("box")
        if box is not None and not _is_box(box):
            raise fields.wrong("box")
        objects.append(
            SceneObject(
                entry["name"],
                str(entry.get("colour") or ""),
                str(entry.get("place") or ""),
                tuple(box) if box is not None else None,
            )
        )
    questions = []
    for entry in fields.take("questions", list) if "questions" in fields else ():
        if not isinstance(entry, dict) or not {"ask", "answer"} <= entry.keys():
            raise fields.wrong("questions")
        kind = str(entry.get("kind", "question"))
        questions.append(SceneQuestion(str(entry["ask"]), str(entry["answer"]), kind))
    picture = path.parent / fields.take("picture", str)
    return JudgedScene(picture, tuple(objects), tuple(questions))


def _is_box(box: Any) -> bool:
    return isinstance(box, list) and len(box) == 4 and all(isinstance(v, int | float) for v in box)


def _object_fields(thing: SceneObject) -> dict[str, Any]:
    box = [round(value, 4) for value in thing.box] if thing.box else None
    fields = {"name": thing.name, "colour": thing.colour, "place": thing.place, "box": box}
    return {name: value for name, value in fields.items() if value}
