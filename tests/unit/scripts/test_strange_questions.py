"""Questions that the embedded model is taught to refuse: about nothing that it knows, and some kept for testing."""

from __future__ import annotations

import numpy as np
import pytest

from scripts.train_scene_model.kinds import KINDS
from scripts.train_scene_model.prompts import BRIEF_REQUESTS, DETAILED_REQUESTS
from scripts.train_scene_model.questions import (
    CANNOT_TELL,
    UNANSWERABLE,
    VOCABULARY_MIX,
    Mix,
    strange,
    training_turns,
)
from scripts.train_scene_model.strange import NOUNS, OF_A_THING, OF_NOTHING, strange_question
from scripts.train_scene_model.world import make_scene

NAMES = {name for kind in KINDS for name in (kind.name, kind.plural)}


def forms(*, is_taught: bool) -> set[str]:
    rng = np.random.default_rng(1)
    asked = (strange_question("THING", rng, is_taught=is_taught) for _ in range(12_000))
    return {question.replace("THING", "{}") for question in asked}


def test_what_is_kept_for_testing_is_never_taught() -> None:
    taught, kept = forms(is_taught=True), forms(is_taught=False)
    assert not taught & kept
    fixed = {*OF_A_THING, *OF_NOTHING}
    assert fixed <= taught | kept
    assert len(fixed & kept) == len(fixed) // 4
    for _, several in NOUNS:
        forms_of = {f"Are there any {several}?", f"How many {several} are there?"}
        assert bool(forms_of & taught) != bool(forms_of & kept), several


def test_no_noun_is_of_this_world() -> None:
    assert not NAMES & {name for pair in NOUNS for name in pair}
    assert not {*DETAILED_REQUESTS, *BRIEF_REQUESTS, *UNANSWERABLE} & {*OF_A_THING, *OF_NOTHING}


@pytest.mark.parametrize(("mix", "some"), [(Mix(), True), (VOCABULARY_MIX, False)])
def test_training_asks_them_and_the_vocabulary_was_made_without(mix: Mix, some: bool) -> None:
    asked = [
        turn
        for index in range(60)
        for turn in training_turns(make_scene("train", index), np.random.default_rng(index), mix)
    ]
    assert any(turn.question in OF_NOTHING for turn in asked) == some
    yes_or_no = [turn for turn in asked if turn.answer.startswith(("Yes,", "No,"))]
    assert len(yes_or_no) == 60 * len(mix.presences)


def test_the_answer_is_that_it_cannot_tell() -> None:
    scene = make_scene("dev", 3)
    assert strange(scene, np.random.default_rng(0)).answer == CANNOT_TELL
