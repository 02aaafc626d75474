"""The pictures of examples/: each is its scene, drawn anew pixel for pixel, and no benchmark counts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scripts.bench import judged_scenes as judged_scenes
from scripts.bench import quality_check as bench_quality_check
from scripts.train_scene_model.examples import (
    SHOWN,
    SIDE_PX,
    is_right,
    is_right_in_short,
    is_sound,
    truth_text,
    words,
    write_example,
)
from scripts.train_scene_model.language import brief, detailed
from scripts.train_scene_model.render import render
from scripts.train_scene_model.world import FIRST_EXAMPLE, SPLIT_OFFSET, Scene, make_scene

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
ROUNDED_OTHERWISE = 0.005
"""Share of pixels that may differ: the sines of a background may round otherwise on another processor."""
NAMES = [setting.split()[-1] for setting in SHOWN]


def scene_of(truth: Path) -> Scene:
    told: dict[str, Any] = json.loads(truth.read_text(encoding="utf-8"))
    return make_scene("test", told["seed"] - SPLIT_OFFSET["test"])


def test_there_is_one_for_each_setting_shown_and_nothing_else() -> None:
    expected = {f"{name}{suffix}" for name in NAMES for suffix in (".json", ".png", ".txt")}
    assert {path.name for path in EXAMPLES.iterdir()} == expected | {"photographs"}


@pytest.mark.parametrize(("setting", "name"), list(zip(SHOWN, NAMES, strict=True)))
class TestExample:
    def test_it_is_drawn_anew_from_its_truth(self, setting: str, name: str) -> None:
        stem = EXAMPLES / name
        scene = scene_of(stem.with_suffix(".json"))
        assert scene.setting == setting
        assert stem.with_suffix(".json").read_text(encoding="utf-8") == truth_text(scene)
        assert stem.with_suffix(".txt").read_text(encoding="utf-8") == words(scene)
        with Image.open(stem.with_suffix(".png")) as picture:
            assert picture.mode == "RGB"
            different = (np.asarray(picture) != np.asarray(render(scene, SIDE_PX))).any(axis=2)
        assert different.mean() <= ROUNDED_OTHERWISE

    def test_nothing_is_wrong_with_the_picture(self, setting: str, name: str) -> None:
        with Image.open((EXAMPLES / name).with_suffix(".png")) as picture:
            assert is_sound(picture.convert("RGB"))

    def test_no_benchmark_counts_it(self, setting: str, name: str) -> None:
        truth = json.loads((EXAMPLES / name).with_suffix(".json").read_text(encoding="utf-8"))
        assert truth["seed"] - SPLIT_OFFSET["test"] >= FIRST_EXAMPLE


def test_benchmarks_draw_scenes_from_before_the_examples(tmp_path: Path) -> None:
    assert bench_quality_check.FIRST_SCENE + bench_quality_check.N_SCENES <= FIRST_EXAMPLE
    with pytest.raises(ValueError, match="are examples"):
        judged_scenes.draw_scenes("test", FIRST_EXAMPLE - 1, 2, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert judged_scenes.draw_scenes("test", FIRST_EXAMPLE - 1, 1, tmp_path).is_file()


def test_what_is_written_can_be_told_from_any_other_scene(tmp_path: Path) -> None:
    scene, other = (make_scene("test", FIRST_EXAMPLE + number) for number in (0, 1))
    write_example(scene, tmp_path / "one")
    assert {path.name for path in tmp_path.iterdir()} == {"one.json", "one.png", "one.txt"}
    assert scene_of(tmp_path / "one.json") == scene
    assert truth_text(other) != (tmp_path / "one.json").read_text(encoding="utf-8")
    with Image.open(tmp_path / "one.png") as picture:
        assert np.array_equal(np.asarray(picture), np.asarray(render(scene, SIDE_PX)))


def test_only_what_is_right_in_everything_becomes_an_example() -> None:
    for index in range(60):
        scene, other = make_scene("dev", index), make_scene("dev", index + 1)
        text = detailed(scene)
        assert is_right(text, scene)
        assert is_right_in_short(brief(scene), scene)
        assert not is_right(detailed(other), scene)
        assert not is_right_in_short(brief(other), scene)
        first, _, rest = text.partition(". ")
        assert not is_right(rest, scene), "the place is not named"
        assert not is_right(f"{first}.", scene), "nothing is named"
        assert not is_right(f"{text} There is a dog.", scene), "one thing too many"
