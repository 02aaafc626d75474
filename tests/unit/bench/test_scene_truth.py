"""The file of scenes, places and colours read out of captions, and answers to questions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.bench.details import DetailReader, Details, is_right
from assistant.bench.scenes import (
    JudgedScene,
    SceneObject,
    SceneQuestion,
    World,
    read_scenes,
    write_scenes,
)
from assistant.errors import UsageError

PLACES = {
    "on the left": "left",
    "at the left": "left",
    "on the right": "right",
    "in the middle": "middle",
}
WORLD = World(
    "a test",
    {"dog": ("dog", "puppy"), "hot dog": ("hot dog",), "car": ("car",)},
    ("red", "blue"),
    PLACES,
)
SCENE = JudgedScene(
    Path("one.png"),
    (
        SceneObject("dog", "", "left", (0.0, 0.25, 0.5, 1.0)),
        SceneObject("car", "red", "right"),
    ),
    (SceneQuestion("Is there a dog?", "yes", "presence"),),
)  # fmt: skip


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "scenes.jsonl"
    scene = JudgedScene(tmp_path / "sub" / "one.png", SCENE.objects, SCENE.questions)
    write_scenes(path, WORLD, [scene])
    world, scenes = read_scenes(path)
    assert world == WORLD
    assert scenes == [scene]
    assert '"sub/one.png"' in path.read_text(), "the folder can be moved"
    assert scenes[0].there == {"dog", "car"}
    assert scenes[0].boxes("dog") == [(0.0, 0.25, 0.5, 1.0)]
    assert scenes[0].boxes("car") == []


HEADER = {"scenes": 1, "things": {"dog": ["dog"]}}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "not a file of scenes"),
        (["{"], "Line 1 of"),
        ([{"things": {}}], "not a file of scenes"),
        ([{"scenes": 1}], "no valid things"),
        ([{"scenes": 1, "things": {"dog": "dog"}}], "no valid dog"),
        ([HEADER], "has no scenes"),
        ([HEADER, {"objects": []}], "Entry 2 of"),
        ([HEADER, {"picture": "a.png", "objects": [{"name": "cat"}]}], "no valid objects"),
        ([HEADER, {"picture": "a.png", "objects": [{"name": "dog", "box": [1]}]}], "no valid box"),
        ([HEADER, {"picture": "a.png", "objects": [], "questions": ["?"]}], "no valid questions"),
    ],
)
def test_a_wrong_file_is_told_in_a_sentence(tmp_path: Path, lines: list[object], told: str) -> None:
    path = tmp_path / "scenes.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
    with pytest.raises(UsageError, match=told):
        read_scenes(path)


def test_a_missing_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read: No such file or directory\."):
        read_scenes(tmp_path / "none.jsonl")


def details(caption: str) -> Details:
    return DetailReader(WORLD).read(caption, WORLD.thing_words().find(caption), SCENE)


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A dog is on the left.", Details(1, 1, 0, 0)),
        ("A dog is at the left and a red car is on the right.", Details(2, 2, 1, 1)),
        ("On the right there is a blue car.", Details(1, 1, 1, 0)),
        ("There is a car in the middle.", Details(1, 0, 0, 0)),
        ("There is a car.", Details()),
        ("A hot dog is on the left.", Details()),
        ("On the left there is a puppy. To the right of the dog there is a red car, on the right.",
         Details(2, 2, 1, 1)),
        ("The dog is on the right.", Details()),
        ("A red dog. A car is on the right!", Details(1, 1, 0, 0)),
        ("There is nothing in the middle.", Details(empty=1, empty_right=1)),
        ("There is nothing on the left and in the middle.", Details(empty=2, empty_right=1)),
        ("Nothing but a dog is on the left.", Details(1, 1, 0, 0)),
        ("There is nothing to see.", Details()),
    ],
)  # fmt: skip
def test_places_and_colours(caption: str, expected: Details) -> None:
    assert details(caption) == expected


def test_where_a_thing_is_at_no_known_place_no_place_is_known_to_be_empty() -> None:
    scene = replace(SCENE, objects=(*SCENE.objects, SceneObject("car", "", "", None)))
    said = "There is nothing in the middle."
    assert DetailReader(WORLD).read(said, [], scene) == Details()


@pytest.mark.parametrize(
    ("truth", "answer", "right"),
    [
        ("yes", "Yes, there is a dog.", True),
        ("yes", "No, there is none.", False),
        ("no", "No.", True),
        ("no", "There is no dog.", False),
        ("yes", "I can't tell.", False),
        ("two", "There are two dogs.", True),
        ("two", "There are twenty-two dogs.", False),
        ("on the left", "The dog is on the left.", True),
        ("on the left", "The dog is on the right, left of it a car.", False),
        ("EXIT", "The sign says exit.", True),
    ],
)
def test_answers(truth: str, answer: str, right: bool) -> None:
    assert is_right(SceneQuestion("?", truth, "any"), answer) is right
