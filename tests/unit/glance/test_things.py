"""The detector, on real photographs with the weights that are shipped."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from assistant.core.findings import Thing
from assistant.glance.things import NAMES, ThingFinder, say_as

PHOTOGRAPHS = Path(__file__).parents[3] / "examples" / "photographs"


@pytest.fixture(scope="module")
def finder() -> ThingFinder:
    return ThingFinder()


def _read(name: str) -> np.ndarray:
    with Image.open(PHOTOGRAPHS / name) as opened:
        return np.asarray(opened.convert("RGB"))


def test_it_sees_the_astronaut_and_where_she_is(finder: ThingFinder) -> None:
    (person,) = finder.find(_read("astronaut.jpg"))
    assert person.name == "person"
    left, top, width, height = person.box
    assert left < 224 < left + width  # her face
    assert top < 120 < top + height


def test_nothing_is_said_of_what_it_is_not_sure_of(finder: ThingFinder) -> None:
    coffee = _read("coffee.jpg")
    assert any(thing.name == "cup" for thing in finder.detect(coffee, 0.3))
    assert finder.find(coffee) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 900, 3), (900, 1, 3), (37, 53, 3)])
def test_a_picture_of_any_shape(finder: ThingFinder, shape: tuple[int, int, int]) -> None:
    assert finder.find(np.zeros(shape, np.uint8)) == []


def test_a_picture_on_its_side_has_its_boxes_inside(finder: ThingFinder) -> None:
    picture = np.ascontiguousarray(np.pad(_read("astronaut.jpg"), ((0, 0), (0, 1000), (0, 0))))
    for thing in finder.detect(picture, 0.3):
        left, top, width, height = thing.box
        assert left >= 0
        assert top >= 0
        assert left + width <= picture.shape[1] + 1
        assert top + height <= picture.shape[0] + 1


@pytest.mark.parametrize(
    ("name", "score", "said"),
    [
        ("dog", 0.7, "animal"),
        ("dog", 0.9, "dog"),
        ("truck", 0.7, "vehicle"),
        ("person", 0.66, "person"),
        ("bed", 0.79, None),
        ("bed", 0.81, "bed"),
    ],
)
def test_a_name_is_said_only_when_it_is_sure(name: str, score: float, said: str | None) -> None:
    thing = say_as(Thing(name, score, (0, 0, 1, 1)))
    assert (thing and thing.name) == said


def test_there_are_eighty_names() -> None:
    assert len(set(NAMES)) == 80
    assert (NAMES[0], NAMES[15], NAMES[58], NAMES[79]) == (
        "person",
        "cat",
        "potted plant",
        "toothbrush",
    )


@pytest.mark.parametrize("content", [b"", b"not a model", None])
def test_weights_that_cannot_be_read_are_an_error_at_once(
    tmp_path: Path, content: bytes | None
) -> None:
    weights = tmp_path / "nanodet.onnx"
    if content is not None:
        weights.write_bytes(content)
    with pytest.raises(cv2.error):
        ThingFinder(weights)
