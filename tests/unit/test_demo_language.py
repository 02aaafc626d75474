"""The demo language: true, readable, and read back without loss."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from assistant.inference import prompts
from scripts.train_demo_model import language
from scripts.train_demo_model.claims import Claim, Score, parse, truth
from scripts.train_demo_model.questions import (
    SIDES,
    number,
    presence,
    side,
    some_kind,
    training_turns,
    where,
)
from scripts.train_demo_model.world import make_scene

SCENES = [make_scene("dev", index) for index in range(400)]


def test_the_prompt_is_the_runtimes_own() -> None:
    assert language.DETAILED_PROMPT == prompts.DETAILED_PROMPT
    assert language.BRIEF_PROMPT == prompts.BRIEF_PROMPT
    built = language.BEFORE_IMAGE + prompts.MEDIA_MARKER + language.after_image("What is it?")
    assert built == prompts.vicuna_v1("What is it?")


def test_a_description_read_back_is_the_truth() -> None:
    for scene in SCENES:
        text = language.detailed(scene)
        assert parse(text) == truth(scene), text
        assert 3 <= text.count(".") <= 8


def test_the_brief_sentence_names_every_thing() -> None:
    for scene in SCENES:
        text = language.brief(scene)
        assert text.count(".") == 1
        assert Counter(claim.kind for claim in parse(text)) == Counter(
            thing.kind for thing in scene.things
        ), text


def test_answers_are_true() -> None:
    rng = np.random.default_rng(0)
    for scene in SCENES[:150]:
        here, away = some_kind(scene, rng, True), some_kind(scene, rng, False)
        assert presence(scene, here).answer.startswith("Yes")
        assert presence(scene, away).answer.startswith("No,")
        assert language.NUMBERS[scene.count(here)] in number(scene, here).answer
        assert number(scene, away).truth == "no"
        assert where(scene, away).truth == "nowhere"
        for words, cells in SIDES.items():
            told = Counter(claim.kind for claim in parse(side(scene, words).answer))
            assert told == Counter(t.kind for t in scene.things if t.cell in cells)
        assert len(training_turns(scene, rng)) == 5


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("", []),
        ("Nothing that I know of, xylophone!", []),
        ("The dog sits near the car.", []),
        ("A big dog!", [Claim("dog", "large", None)]),
        ("There are two tiny apples.", [Claim("apple", "small", None)] * 2),
        (
            "In the top-right corner stands an old palm tree.",
            [Claim("palm tree", "medium", 2)],
        ),
        (
            "To the left of the dog there is a huge red bus, in the centre.",
            [Claim("bus", "large", 4)],
        ),
        ("In all there are three stars.", []),
        ("A dog and a cat, on the left.", [Claim("dog", "medium", 3), Claim("cat", "medium", 3)]),
    ],
)
def test_free_text_is_read_as_far_as_it_goes(text: str, claims: list[Claim]) -> None:
    assert parse(text) == claims


def test_a_score_counts_each_thing_once() -> None:
    scene = SCENES[0]
    perfect, wrong = Score(), Score()
    perfect.add(truth(scene), scene)
    assert (perfect.precision, perfect.recall, perfect.place, perfect.size) == (1, 1, 1, 1)
    kind = scene.things[0].kind
    wrong.add([Claim(kind, "medium", None)] * 20, scene)
    assert wrong.right == scene.count(kind)
    assert wrong.placed == 0
