"""The language of the drawn world: true, of a good length, and read back without loss."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from assistant.inference import chat_templates as runtime
from scripts.train_scene_model import prompts
from scripts.train_scene_model.claims import Claim, Score, parse, truth
from scripts.train_scene_model.kinds import KINDS, SIGN
from scripts.train_scene_model.language import (
    NUMBERS,
    brief,
    detailed,
    nearest_and_farthest,
)
from scripts.train_scene_model.questions import (
    CANNOT_TELL,
    SIDES,
    colour,
    neighbour,
    next_to,
    number,
    presence,
    reading,
    side,
    some_kind,
    training_turns,
    unanswerable,
    where,
)
from scripts.train_scene_model.settings import PAIRS, SETTING_BY_NAME
from scripts.train_scene_model.world import make_scene

SCENES = [make_scene("dev", index) for index in range(300)]
TOKEN = re.compile(r"\w+(?:'\w+)?|[^\w\s]")


def test_the_prompt_is_the_runtimes_own() -> None:
    built = prompts.BEFORE_IMAGE + runtime.MEDIA_MARKER + prompts.after_image("What is it?")
    assert built == runtime.vicuna_v1("What is it?")
    assert prompts.without_image("What is it?") == runtime.vicuna_v1("What is it?").replace(
        f"{runtime.MEDIA_MARKER}\n", ""
    )


def test_a_description_read_back_is_the_truth() -> None:
    for scene in SCENES:
        assert parse(detailed(scene)) == truth(scene), detailed(scene)


def test_a_description_is_long_enough_to_fade() -> None:
    """Nearly every word, and every mark, is one token of the vocabulary made from these texts."""
    lengths = [(len(s.things), len(TOKEN.findall(detailed(s)))) for s in SCENES]
    assert all(60 <= length <= 250 for _, length in lengths)
    most = [length for count, length in lengths if count >= 14]
    fewest = [length for count, length in lengths if count == 6]
    assert min(most) > max(100.0, float(np.mean(fewest)))


def test_a_claim_tells_where_it_stands_in_the_text() -> None:
    text = detailed(SCENES[0])
    claims = parse(text)
    assert claims
    for claim in claims:
        assert text[claim.start :].startswith(claim.kind)


def test_the_brief_sentence_names_only_what_is_there() -> None:
    for scene in SCENES:
        text = brief(scene)
        assert text.count(".") == 1
        told = Counter(claim.kind for claim in parse(text))
        assert told
        assert not told - Counter(thing.kind for thing in scene.things)
        assert SETTING_BY_NAME[scene.setting].phrase.split()[-1] in text


def test_what_is_called_nearest_is_nearest() -> None:
    named = 0
    for scene in SCENES:
        near, far = nearest_and_farthest(scene)
        feet = [thing.foot for thing in scene.things if thing.is_standing]
        if near is not None:
            named += 1
            assert near.foot == max(feet)
            assert f"The {near.kind} is nearest" in detailed(scene)
        assert far is None or far.foot == min(feet)
        assert "farthest" not in detailed(scene)
        assert ("farthest" in detailed(scene, has_farthest=True)) == (far is not None)
    assert named > 50


def test_answers_are_true() -> None:
    rng = np.random.default_rng(0)
    for scene in SCENES[:150]:
        here, away = (some_kind(scene, rng, is_present) for is_present in (True, False))
        assert presence(scene, here).answer.startswith("Yes")
        assert presence(scene, away).answer.startswith("No,")
        assert NUMBERS[scene.count(here)] in number(scene, here).answer
        assert number(scene, away).truth == "no"
        assert where(scene, away).truth == "nowhere"
        for words, cells in SIDES.items():
            told = Counter(claim.kind for claim in parse(side(scene, words).answer))
            assert told == Counter(t.kind for t in scene.things if t.cell in cells)
        assert unanswerable(scene, rng).answer == CANNOT_TELL
        assert len(training_turns(scene, rng)) == 6


def test_colours_words_and_neighbours_are_true() -> None:
    asked: Counter[str] = Counter()
    for scene in SCENES:
        for thing in scene.things:
            if thing.colour:
                asked["colour"] += 1
                assert thing.colour in colour(scene, thing.kind).truth
            if thing.word:
                asked["word"] += 1
                assert f'"{thing.word}"' in reading(scene).answer
            turn = next_to(scene, thing.kind)
            if turn is not None:
                asked["neighbour"] += 1
                other = neighbour(scene, thing)
                assert other is not None
                assert turn.truth == other.kind
                apart = [
                    ((o.x - thing.x) ** 2 + (o.y - thing.y) ** 2, o.kind)
                    for o in scene.things
                    if o is not thing
                ]
                assert other.kind == min(apart)[1]
        if not scene.count(SIGN.name):
            assert reading(scene).answer == "There is no sign."
    assert min(asked.values()) > 60


def test_questions_about_what_is_away_tempt() -> None:
    """Often the absent thing is the one that usually comes with what is there."""
    rng = np.random.default_rng(1)
    tempting = 0
    for scene in SCENES:
        away = some_kind(scene, rng, is_present=False)
        tempting += any(PAIRS.get(thing.kind) == away for thing in scene.things)
    assert tempting > 0.15 * len(SCENES)


def test_every_kind_can_be_read_back_in_any_number() -> None:
    for kind in KINDS:
        assert [c.kind for c in parse(f"There is a {kind.name} here.")] == [kind.name]
        assert [c.kind for c in parse(f"There are three {kind.plural}.")] == [kind.name] * 3


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("", []),
        ("Nothing that I know of, xylophone!", []),
        ("The dog sits near the car.", []),
        ("A big dog!", [Claim("dog", "", "large", None)]),
        ("There are two tiny apples.", [Claim("apple", "", "small", None)] * 2),
        (
            "In the top-right corner stands an old palm tree.",
            [Claim("palm tree", "", "medium", 2)],
        ),
        (
            "To the left of the dog there is a huge red car, in the centre.",
            [Claim("car", "red", "large", 4)],
        ),
        ("In all there are three stars.", []),
        (
            "A dog and a black cap, on the left.",
            [Claim("dog", "", "medium", 3), Claim("cap", "black", "medium", 3)],
        ),
        ('A red sign that says "STOP".', [Claim("sign", "red", "medium", None, "STOP")]),
    ],
)
def test_free_text_is_read_as_far_as_it_goes(text: str, claims: list[Claim]) -> None:
    assert parse(text) == claims


def test_a_score_counts_each_thing_once() -> None:
    scene = next(s for s in SCENES if any(t.colour for t in s.things))
    perfect, wrong = Score(), Score()
    perfect.add(truth(scene), scene)
    assert perfect.is_perfect
    assert (perfect.f1, perfect.place, perfect.size, perfect.colour) == (1, 1, 1, 1)
    kind = scene.things[0].kind
    wrong.add([Claim(kind, "", "medium", None)] * 20, scene)
    assert wrong.right == scene.count(kind)
    assert wrong.placed == 0
    assert wrong.precision == scene.count(kind) / 20
