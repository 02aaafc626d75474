"""The sentence about what a detector saw."""

from __future__ import annotations

import pytest

from assistant.core.findings import Thing
from assistant.core.seen_things import MOST_NAMES, say_things

WIDTH = 900


def _thing(name: str, middle: int, width: int = 100) -> Thing:
    return Thing(name, 0.9, (middle - width // 2, 10, width, 50))


@pytest.mark.parametrize(
    ("things", "sentence"),
    [
        ([], ""),
        ([_thing("cat", 100)], "I may see a cat on the left."),
        ([_thing("animal", 450)], "I may see an animal in the middle."),
        ([_thing("scissors", 850)], "I may see scissors on the right."),
        ([_thing("person", 450, 800)], "I may see a person."),
        (
            [_thing("cat", 100), _thing("person", 800), _thing("person", 100)],
            "I may see a cat on the left and at least two people.",
        ),
        (
            [
                _thing("bus", 450),
                _thing("person", 750),
                _thing("person", 850),
                _thing("person", 860),
                _thing("dog", 1),
            ],
            "I may see a bus in the middle, at least three people on the right and a dog on the left.",
        ),
        (
            [_thing("wine glass", 10 * n) for n in range(9)],
            "I may see several wine glasses on the left.",
        ),
    ],
)
def test_names_numbers_and_places(things: list[Thing], sentence: str) -> None:
    assert say_things(things, WIDTH) == sentence


def test_a_sentence_ends() -> None:
    things = [_thing(name, 450) for name in ("cat", "dog", "bus", "cup", "bed", "car", "tie")]
    assert say_things(things, WIDTH).count("middle") == MOST_NAMES
