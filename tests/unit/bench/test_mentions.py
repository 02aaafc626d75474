"""Object words in captions: CHAIR's rules on hand-worked sentences, the awkward ones first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.bench.coco import load_coco_words
from assistant.bench.mentions import ThingWords, pluralize, tokenize


def things(caption: str) -> list[str]:
    return [mention.thing for mention in load_coco_words().find(caption)]


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A hot dog on a plate.", ["hot dog"]),
        ("Two hot dogs and a dog.", ["hot dog", "dog"]),
        ("It is hot, dogs lie in the shade.", ["dog"]),
        ("A baby bear behind its mother.", ["bear", "person"]),
        ("Two baby bears.", ["bear"]),
        ("An adult elephant with a baby elephant.", ["elephant", "elephant"]),
        ("A baby animal drinks.", []),
        ("A baby in a bed.", ["person", "bed"]),
        ("A passenger train at the station.", ["train"]),
        ("Passenger trains wait.", ["train"]),
        ("A passenger jet.", ["airplane"]),
        ("The passenger waits for the train.", ["person", "train"]),
        ("A toilet seat that is up.", ["toilet"]),
        ("The seat of the toilet is up.", ["toilet"]),
        ("A seat at the window.", ["chair"]),
        ("He wears a bow tie.", ["tie"]),
        ("Bow ties and ties.", ["tie", "tie"]),
        ("A teddy bear and a bear.", ["teddy bear", "bear"]),
        ("Train tracks lead away.", []),
        ("He slides to home plate.", []),
        ("A laptop computer on a dining table.", ["laptop", "dining table"]),
        ("Three wine glasses.", ["wine glass"]),
        ("Glasses of water.", []),
        ("A man's dog.", ["person", "dog"]),
        ("Men, women and children.", ["person"] * 3),
        ("Several people with skis.", ["person", "skis"]),
        ("Knives, scissors, mice, geese, oxen, calves.",
         ["knife", "scissors", "mouse", "bird", "cow", "cow"]),
        ("Buses and a bus; sandwiches; couches; benches.",
         ["bus", "bus", "sandwich", "couch", "bench"]),
        ("A group of sheep and cattle.", ["sheep", "cow"]),
        ("Tennis rackets and sports balls.", ["tennis racket", "sports ball"]),
        ("A street light by the stop sign.", ["traffic light", "stop sign"]),
        ("A motor bike and a motorcycle.", ["motorcycle", "motorcycle"]),
        ("A cheesecake.", ["cake"]),
        ("TV, CELL PHONES AND A REMOTE.", ["tv", "cell phone", "remote"]),
        ("A hot-dog stand.", []),
        ("No dog is here.", ["dog"]),
        ("", []),
    ],
)  # fmt: skip
def test_what_a_caption_mentions(caption: str, expected: list[str]) -> None:
    assert things(caption) == expected


def test_words_that_look_like_plurals_stay_what_they_are() -> None:
    # A rule that cuts letters off would find "bus", "glas" or "tenni" in these, or lose them.
    assert things("The bus of the tennis class, a lens, grass, this and his.") == ["bus"]


def test_all_eighty_categories_are_known_by_the_names_that_coco_gives_them() -> None:
    table = load_coco_words()
    assert len(table.things) == 80
    assert all(table.thing(name) == name for name in table.things)
    for name in sorted(table.things):
        assert things(f"There is a {name} here.") == [name]


def test_every_mention_stands_where_it_says() -> None:
    caption = "Two hot dogs, and a baby bear's toilet seat."
    found = load_coco_words().find(caption)
    assert [caption[m.start : m.end] for m in found] == ["hot dogs", "baby bear", "toilet seat"]


def test_the_longest_name_counts() -> None:
    table = ThingWords(
        {"light": ["light"], "lamp": ["traffic light"], "sign": ["red traffic light"]}
    )
    assert [m.thing for m in table.find("light, traffic lights, a red traffic light")] == [
        "light", "lamp", "sign",
    ]  # fmt: skip


def test_what_a_sign_says_is_no_thing() -> None:
    text = 'A red sign that says "TAXI" beside a taxi, and one of “bus”.'
    things = {"taxi": ["taxi"], "bus": ["bus"], "sign": ["sign"]}
    found = ThingWords(things, skips_quoted=True).find(text)
    assert [(m.thing, m.start) for m in found] == [("sign", 6), ("taxi", text.index("taxi,"))]
    assert len(ThingWords(things).find(text)) == 4


@pytest.mark.parametrize(
    ("one", "several"),
    [("knife", "knives"), ("person", "people"), ("sheep", "sheep"), ("bus", "buses"), ("", "")],
)
def test_plurals(one: str, several: str) -> None:
    assert pluralize(one) == several


def test_both_plurals_of_a_person_count() -> None:
    assert things("persons and people") == ["person", "person"]


@given(st.text())
def test_tokens_lie_in_the_text_whatever_it_is(text: str) -> None:
    last = 0
    for token in tokenize(text):
        assert last <= token.start < token.end <= len(text)
        assert len(token.text) == token.end - token.start
        last = token.end
    load_coco_words().find(text)
