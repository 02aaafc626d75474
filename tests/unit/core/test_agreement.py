"""What two descriptions of one picture share."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.agreement import (
    Agreement,
    agreement_lines,
    compare,
    same_answer_lines,
    witness_lines,
)
from assistant.core.findings import Thing


def test_things_of_both_and_of_one() -> None:
    found = compare(
        ["A red car stands beside a tree.", "There is a small dog on the left."],
        ["On the left is a red car.", "Behind it stands a tree, and two birds."],
    )
    assert found.both == ("red car", "tree")
    assert found.first_only == ("small dog",)
    assert found.second_only == ("two birds",)
    assert found.differing == ()


def test_one_and_many_are_the_same_thing() -> None:
    assert compare(["Two boxes and cherries."], ["A box, a cherry."]).both == (
        "two boxes",
        "cherries",
    )


def test_what_is_said_of_a_thing_can_differ() -> None:
    assert compare(["A red car."], ["A blue car."]).differing == (("red car", "blue car"),)
    assert compare(["A red car."], ["A car."]).differing == ()  # one says less, not otherwise
    assert compare(["Two cars."], ["2 cars."]).differing == ()


def test_a_difference_is_one_between_what_was_said() -> None:
    """Not between the first mentions of a thing, which may be the same words."""
    first = ["A small carrot.", "An orange carrot."]
    assert compare(first, ["A small carrot.", "A green carrot."]).differing == (
        ("orange carrot", "green carrot"),
    )
    assert compare(first, ["A small carrot.", "A small carrot."]).differing == ()
    assert compare(["A red car.", "The car is old."], ["A blue car."]).differing == (
        ("red car", "blue car"),
    )


def test_what_can_both_be_true_is_no_difference() -> None:
    for ours, theirs in [
        ("A small dog.", "A brown dog."),
        ("Two large balls.", "Two red balls."),
        ("A big grey cat.", "A large gray cat."),
        ("Small carrots.", "A small carrot."),
    ]:
        assert compare([ours], [theirs]).differing == (), (ours, theirs)
    assert compare(["Two dogs."], ["Three dogs."]).differing == (("two dogs", "three dogs"),)
    assert compare(["A wooden table."], ["A glass table."]).differing == (
        ("wooden table", "glass table"),
    )


_THINGS = st.lists(
    st.tuples(
        st.sampled_from(["red", "blue", "small", "two", "wooden", ""]),
        st.sampled_from(["cat", "dog"]),
    ),
    max_size=6,
).map(lambda pairs: [f"{word} {thing}." for word, thing in pairs])


@given(_THINGS, _THINGS)
def test_what_differs_is_never_the_same_words(first: list[str], second: list[str]) -> None:
    for ours, theirs in compare(first, second).differing:
        assert ours != theirs
        assert f"{ours}." not in second
        assert f"{theirs}." not in first


def test_how_many_more_there_are_is_said() -> None:
    things = [f"thing{letter}" for letter in "abcdefghijk"]
    listed = ", ".join(things[:8]) + ", and 3 more."
    every = Agreement(
        tuple(things),
        tuple(things),
        tuple(things),
        tuple((f"red {t}", f"blue {t}") for t in things),
    )
    lines = agreement_lines(every)
    assert lines[0] == f"Both descriptions mention: {listed}"
    assert lines[9] == "They differ in 3 more things."
    assert [line.endswith(listed) for line in lines[10:]] == [True, True]
    eight = agreement_lines(Agreement(tuple(things[:8]), (), (), ()))
    assert "more" not in eight[0]


def test_words_that_only_tell_where_or_how_are_no_things() -> None:
    told = 'On the left we find a sign that says "OPEN". The sign is nearest, and the cat is farthest away.'
    assert compare([told], ["There is nothing in the middle. A cat."]) == Agreement(
        ("cat",), ("sign", "open"), (), ()
    )


def test_the_lines_never_claim_certainty() -> None:
    lines = agreement_lines(compare(["A dog."], ["A dog."]))
    assert lines == [
        "Both descriptions mention: dog.",
        "Both descriptions mention the same things. Both may still be wrong.",
    ]
    assert agreement_lines(compare(["A dog."], ["A cat."])) == [
        "The two descriptions have nothing in common.",
        "Only the first mentions this, so it may be wrong: dog.",
        "Only the second mentions this, so it may be wrong: cat.",
    ]
    assert agreement_lines(Agreement((), (), (), ())) == [
        "There is nothing to compare in the two descriptions."
    ]


@given(st.lists(st.text(max_size=40), max_size=4))
def test_an_answer_agrees_with_itself(sentences: list[str]) -> None:
    found = compare(sentences, sentences)
    assert (found.first_only, found.second_only, found.differing) == ((), (), ())


def test_answers_to_a_question_are_compared_whole() -> None:
    assert same_answer_lines(["No, there is no car."], ["no,  there is no car."]) == [
        "The second answer is the same. Both may still be wrong."
    ]
    assert same_answer_lines(["No, there is no car."], ["Yes, there is a car."]) == [
        "The second answer is different, so either may be wrong: Yes, there is a car."
    ]


def test_a_detector_is_a_witness_for_what_is_named() -> None:
    seen = [
        Thing(name, 0.9, (0, 0, 9, 9))
        for name in ("person", "animal", "person", "cell phone", "bus")
    ]
    sentences = ["Two women with a small dog look at a phone."]
    assert witness_lines(sentences, seen) == [
        "The detector also saw a person, an animal and a cell phone."
    ]
    assert witness_lines(["A red door."], seen) == []
    assert witness_lines(["There is no bus."], seen) == []
