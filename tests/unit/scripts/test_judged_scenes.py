"""Drawn scenes for the benchmarks: their truth fits the pictures, and examples are never among them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assistant.bench.details import is_right
from assistant.bench.scenes import read_scenes
from scripts.bench import judged_scenes
from scripts.train_scene_model.language import detailed
from scripts.train_scene_model.questions import CANNOT_TELL
from scripts.train_scene_model.render import render
from scripts.train_scene_model.world import make_scene


def test_what_is_written_is_what_was_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judged_scenes.main([str(tmp_path / "drawn"), "--count", "3"]) == 0
    path = Path(capsys.readouterr().out.strip())
    world, scenes = read_scenes(path)
    assert world == judged_scenes.world("test", judged_scenes.FIRST)
    names = [f"{judged_scenes.FIRST + number:06}.png" for number in range(3)]
    assert [scene.picture.name for scene in scenes] == names
    for index, told in enumerate(scenes, start=judged_scenes.FIRST):
        scene = make_scene("test", index)
        with Image.open(told.picture) as picture:
            assert np.array_equal(np.asarray(picture), np.asarray(render(scene, 512)))
        for read, drawn in zip(told.objects, judged_scenes.objects(scene), strict=True):
            assert replace(read, box=None) == replace(drawn, box=None)
            assert read.box == pytest.approx(drawn.box, abs=1e-4)
        assert told.questions == judged_scenes.questions(scene)


@pytest.mark.parametrize("index", [0, 1100, 1101])
def test_a_scene_is_told_in_words_of_its_world(index: int) -> None:
    scene, world = make_scene("test", index), judged_scenes.world("test", 0)
    objects = judged_scenes.objects(scene)
    assert [thing.name for thing in objects] == [thing.kind for thing in scene.things]
    for thing in objects:
        assert thing.name in world.things
        assert thing.colour in ("", *world.colours)
        assert thing.place in (world.places or {}).values()
        assert thing.box is not None
        left, top, right, bottom = thing.box
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
    named = {found.thing for found in world.thing_words().find(detailed(scene))}
    assert named == {thing.kind for thing in scene.things}


def test_every_sort_of_question_is_asked_and_can_be_answered() -> None:
    asked = [q for index in range(40) for q in judged_scenes.questions(make_scene("test", index))]
    assert {question.kind for question in asked} == {
        "presence", "number", "place", "colour", "the sign", "what is beside it", "what no picture tells",
        "what it was not taught",
    }  # fmt: skip
    presence = [question.answer for question in asked if question.kind == "presence"]
    assert presence.count("yes") == presence.count("no") == 40
    unknown = next(q for q in asked if q.kind == "what no picture tells")
    assert is_right(unknown, CANNOT_TELL)
    assert not is_right(unknown, "Yes.")
