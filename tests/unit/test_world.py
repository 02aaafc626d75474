"""The demo world: scenes and pictures are the same for ever, unambiguous, and split cleanly."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from scripts.train_demo_model.examples import FIRST
from scripts.train_demo_model.kinds import KIND_BY_NAME, KINDS, SETTING_BY_NAME, SETTINGS
from scripts.train_demo_model.render import instance_map, render
from scripts.train_demo_model.world import (
    MAX_LARGE,
    SIZE_BANDS,
    SPLIT_OFFSET,
    Split,
    make_scene,
)

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SPLITS: tuple[Split, ...] = ("train", "dev", "test")


def test_enough_everyday_kinds_with_names_of_their_own() -> None:
    assert len(KINDS) >= 40
    names = {kind.name for kind in KINDS}
    assert len(names) == len(KINDS) == len({kind.plural for kind in KINDS})
    assert all(name in names for setting in SETTINGS for name in setting.usual)


@pytest.mark.parametrize("split", SPLITS)
def test_scenes_keep_to_their_rules(split: Split) -> None:
    for index in range(300):
        scene = make_scene(split, index)
        assert scene == make_scene(split, index)
        assert scene.seed == SPLIT_OFFSET[split] + index
        assert scene.setting in SETTING_BY_NAME
        assert 3 <= len(scene.things) <= 7
        assert len({thing.cell for thing in scene.things}) == len(scene.things)
        assert sum(thing.size == "large" for thing in scene.things) <= MAX_LARGE
        for thing in scene.things:
            assert thing.kind in KIND_BY_NAME
            low, high = SIZE_BANDS[thing.size]
            assert low <= thing.extent <= high
            assert (int(thing.y * 3), int(thing.x * 3)) == (thing.row, thing.column)
            assert thing.extent / 2 <= min(thing.x, 1 - thing.x)


def test_splits_share_no_seed() -> None:
    with pytest.raises(ValueError, match="out of range"):
        make_scene("train", 1_000_000_000)
    seeds = [make_scene(split, index).seed for split in SPLITS for index in (0, 999_999_999)]
    assert len(set(seeds)) == len(seeds)


def test_a_picture_is_the_same_every_time_and_shows_every_thing() -> None:
    for index in range(40):
        scene = make_scene("dev", index)
        first = np.asarray(render(scene, 128))
        assert first.shape == (128, 128, 3)
        assert np.array_equal(first, np.asarray(render(scene, 128)))
        seen = np.bincount(instance_map(scene, 128).ravel(), minlength=len(scene.things) + 1)
        assert (seen[1:] > 40).all()


def test_a_large_picture_scaled_down_is_the_small_one() -> None:
    scene = make_scene("dev", 3)
    small = np.asarray(render(scene, 128).resize((32, 32)), np.float64)
    large = np.asarray(render(scene, 512).resize((32, 32)), np.float64)
    assert np.abs(small - large).mean() < 6


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_truth_beside_an_example_is_its_scene(path: Path) -> None:
    truth = json.loads(path.read_text(encoding="utf-8"))
    index = truth["seed"] - SPLIT_OFFSET["test"]
    assert index >= FIRST
    assert json.loads(json.dumps(make_scene("test", index).to_json())) == truth
    assert path.with_suffix(".png").exists()
    assert path.with_suffix(".txt").exists()
