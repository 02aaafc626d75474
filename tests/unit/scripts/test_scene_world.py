"""The drawn world: scenes and pictures are the same for ever, unambiguous, split cleanly, and tempting."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from scripts.train_scene_model.backdrop import backdrop
from scripts.train_scene_model.kinds import COLOUR_NAMES, KIND_BY_NAME, KINDS, SIGN, WORDS
from scripts.train_scene_model.layout import PER_CELL
from scripts.train_scene_model.render import instance_map, render
from scripts.train_scene_model.settings import PAIRS, SETTING_BY_NAME, SETTINGS
from scripts.train_scene_model.sprites import glyph
from scripts.train_scene_model.world import (
    BACKDROPS,
    FEWEST,
    MOST,
    SPLIT_OFFSET,
    Scene,
    Split,
    make_scene,
)

SPLITS: tuple[Split, ...] = ("train", "dev", "test")
SIDE = 224


def scenes(split: Split, count: int = 250) -> list[Scene]:
    return [make_scene(split, index) for index in range(count)]


def test_enough_kinds_in_categories_with_names_of_their_own() -> None:
    assert len(KINDS) >= 120
    assert (
        len({kind.name for kind in KINDS} | {kind.plural for kind in KINDS}) >= 2 * len(KINDS) - 2
    )
    sizes = Counter(kind.category for kind in KINDS)
    assert {"animal", "food", "furniture", "vehicle", "tool", "clothes", "plant"} <= set(sizes)
    assert all(name in KIND_BY_NAME for setting in SETTINGS for name in setting.usual)
    assert all(name in KIND_BY_NAME for pair in PAIRS.items() for name in pair)


@pytest.mark.parametrize("split", SPLITS)
def test_scenes_keep_to_their_rules(split: Split) -> None:
    for index, scene in enumerate(scenes(split)):
        assert scene == make_scene(split, index)
        assert scene.seed == SPLIT_OFFSET[split] + index
        assert FEWEST <= len(scene.things) <= MOST
        assert max(Counter(thing.cell for thing in scene.things).values()) <= PER_CELL
        assert len({(thing.kind, thing.cell) for thing in scene.things}) == len(scene.things)
        for thing in scene.things:
            assert (thing.colour in COLOUR_NAMES) == KIND_BY_NAME[thing.kind].is_recoloured
            assert (thing.word in WORDS) == (thing.kind == SIGN.name)
            left, top, right, bottom = thing.box
            assert 0 < left < right < 1
            assert 0 < top < bottom < 1
            for border in (1 / 3, 2 / 3):
                assert min(abs(thing.x - border), abs(thing.y - border)) > 0.02


def test_every_number_of_things_and_every_place_is_met() -> None:
    some = scenes("train", 500)
    assert {len(scene.things) for scene in some} == set(range(FEWEST, MOST + 1))
    assert {thing.cell for scene in some for thing in scene.things} == set(range(9))
    assert {thing.kind for scene in some for thing in scene.things} == set(KIND_BY_NAME)


def test_what_stands_lower_on_the_floor_is_nearer_and_larger() -> None:
    feet: dict[bool, list[float]] = {True: [], False: []}
    for scene in scenes("dev"):
        standing = [thing for thing in scene.things if thing.is_standing]
        assert [thing.foot for thing in standing] == sorted(thing.foot for thing in standing)
        for thing in standing:
            assert thing.foot > scene.horizon
            depth = (thing.foot - scene.horizon) / (1 - scene.horizon)
            longer = max(thing.width, thing.height) / KIND_BY_NAME[thing.kind].scale
            feet[depth > 0.5].append(longer)
    assert np.mean(feet[True]) > 1.3 * np.mean(feet[False])


def test_splits_share_no_seed() -> None:
    with pytest.raises(ValueError, match="out of range"):
        make_scene("train", 1_000_000_000)
    seeds = [make_scene(split, index).seed for split in SPLITS for index in (0, 999_999_999)]
    assert len(set(seeds)) == len(seeds)


def _kept_pairs(split: Split) -> float:
    """How often the second of a pair is there, of the scenes that have the first."""
    firsts = seconds = 0
    for scene in scenes(split, 600):
        for first, second in PAIRS.items():
            if scene.count(first):
                firsts += 1
                seconds += scene.count(second) > 0
    return seconds / firsts


def _at_home(split: Split) -> float:
    """How many things are usual where they are."""
    things = [(s, t) for s in scenes(split, 600) for t in s.things]
    return sum(t.kind in SETTING_BY_NAME[s.setting].usual for s, t in things) / len(things)


def test_training_scenes_tempt_and_the_others_break_the_habit() -> None:
    kept = {split: _kept_pairs(split) for split in SPLITS}
    assert kept["train"] > 0.5
    assert max(kept["dev"], kept["test"]) < 0.35
    home = {split: _at_home(split) for split in SPLITS}
    assert home["train"] > max(home["dev"], home["test"]) + 0.1


def test_a_picture_is_the_same_every_time_and_shows_every_thing() -> None:
    hidden = shown = 0
    for scene in scenes("dev", 60):
        first = np.asarray(render(scene, SIDE))
        assert first.shape == (SIDE, SIDE, 3)
        assert np.array_equal(first, np.asarray(render(scene, SIDE)))
        seen = np.bincount(instance_map(scene, SIDE).ravel(), minlength=len(scene.things) + 1)[1:]
        assert (seen > 60).all()
        shown += len(seen)
        hidden += int((seen < 200).sum())
    assert hidden < 0.05 * shown


def test_the_instance_map_is_where_the_things_are() -> None:
    for scene in scenes("test", 40):
        marks = instance_map(scene, SIDE)
        for number, thing in enumerate(scene.things, start=1):
            rows, columns = np.nonzero(marks == number)
            left, top, right, bottom = (edge * SIDE for edge in thing.box)
            assert left - 1.5 <= columns.min()
            assert columns.max() <= right + 1.5
            assert top - 1.5 <= rows.min()
            assert rows.max() <= bottom + 1.5


def test_the_last_thing_drawn_is_whole() -> None:
    for scene in scenes("test", 20):
        marks = instance_map(scene, SIDE)
        rows, columns = np.nonzero(marks == len(scene.things))
        last = scene.things[-1]
        assert abs(columns.max() - columns.min() + 1 - last.width * SIDE) <= 4
        assert abs(rows.max() - rows.min() + 1 - last.height * SIDE) <= 4


@pytest.mark.parametrize("kind", [k.name for k in KINDS if k.is_recoloured and k is not SIGN])
def test_colours_can_be_told_apart(kind: str) -> None:
    """A pixel that one colour changes is changed by all, to colours far from one another."""
    drawn = {name: np.asarray(glyph(kind, name)).astype(int) for name in COLOUR_NAMES}
    changed = (np.abs(drawn["red"] - drawn["blue"]).sum(-1) > 60) & (drawn["red"][..., 3] > 200)
    assert changed.mean() > 0.12
    means = np.array([drawn[name][changed][:, :3].mean(0) for name in COLOUR_NAMES])
    apart = np.abs(means[:, None] - means[None]).sum(-1) + 1000 * np.eye(len(means))
    assert apart.min() > 45


def test_a_sign_shows_its_word() -> None:
    plates = [np.asarray(glyph(SIGN.name, "blue", word)) for word in WORDS]
    assert len({plate.tobytes() for plate in plates}) == len(WORDS)
    assert len({plate.shape for plate in plates}) == 1


def test_every_background_is_drawn_and_another() -> None:
    for setting in SETTINGS:
        drawn = {backdrop(setting.name, number, 64).tobytes() for number in range(BACKDROPS)}
        assert len(drawn) == BACKDROPS
    with pytest.raises(ValueError, match="no background"):
        backdrop("street", BACKDROPS, 64)


def test_a_large_picture_scaled_down_is_the_small_one() -> None:
    differences = []
    for scene in scenes("dev", 12):
        small = np.asarray(render(scene, SIDE).resize((28, 28)), np.float64)
        large = np.asarray(render(scene, 2 * SIDE).resize((28, 28)), np.float64)
        differences.append(np.abs(small - large).mean())
    assert max(differences) < 9


def test_the_truth_is_plain_data() -> None:
    scene = make_scene("test", 7)
    truth = json.loads(json.dumps(scene.to_json()))
    assert truth["seed"] == scene.seed
    assert [thing["kind"] for thing in truth["things"]] == [t.kind for t in scene.things]
    assert truth["things"][0]["box"] == list(scene.things[0].box)
