"""What every ``Glancer`` promises: the real process and the public fake alike."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from assistant.core.events import ImageRgb
from assistant.core.findings import Found, Part
from assistant.core.ports import Glancer
from assistant.errors import GlanceError
from assistant.glance.process import GlanceProcess
from assistant.testing import ScriptedGlancer
from tests.support.glance_worker import GOOD, HANGS, LIGHT, LINES, WITHOUT_WEIGHTS
from tests.support.waiting import wait_until

FOUND = [
    Found(Part.LIGHT, LIGHT),
    Found(Part.LIGHT, None),
    Found(Part.CODES, None),
    Found(Part.THINGS, None),
    Found(Part.TEXT, LINES[0]),
    Found(Part.TEXT, LINES[1]),
    Found(Part.TEXT, None),
]


def picture(number: int = GOOD) -> ImageRgb:
    return np.full((40, 30, 3), number, np.uint8)


def script(image_rgb: ImageRgb) -> list[Found | GlanceError | float]:
    without_codes = [found for found in FOUND if found.part is not Part.CODES]
    match int(image_rgb[0, 0, 0]):
        case number if number == WITHOUT_WEIGHTS:
            return [*without_codes, GlanceError("Codes cannot be read.", "Install them.")]
        case number if number == HANGS:
            return [*FOUND[:2], 600.0, *FOUND[2:]]
    return list(FOUND)


@pytest.fixture(params=["fake", "process"])
def glancer(request: pytest.FixtureRequest) -> Iterator[Glancer]:
    if request.param == "fake":
        yield ScriptedGlancer(script)
        return
    with closing(GlanceProcess(module="tests.support.glance_worker")) as process:
        yield process


def test_it_is_a_glancer(glancer: Glancer) -> None:
    assert isinstance(glancer, Glancer)


@pytest.mark.parametrize("is_beside", [False, True])
def test_what_is_found_comes_part_by_part_in_order(glancer: Glancer, is_beside: bool) -> None:
    glancer.warm()
    for _ in range(2):
        assert list(glancer.glance(picture(), is_beside=is_beside)) == FOUND


def test_only_what_was_asked_for_is_looked_for(glancer: Glancer) -> None:
    found = list(glancer.glance(picture(), (Part.TEXT,)))
    assert found == FOUND[4:]


def test_a_part_that_is_missing_is_said_after_all_else(glancer: Glancer) -> None:
    found: list[Found] = []
    finds = glancer.glance(picture(WITHOUT_WEIGHTS))
    with pytest.raises(GlanceError, match=r"^Codes cannot be read\. Install them\.$") as raised:
        found.extend(finds)
    assert found == [each for each in FOUND if each.part is not Part.CODES]
    assert raised.value.hint == "Install them."


def test_a_cancel_ends_the_glance_without_trouble_and_the_next_is_whole(glancer: Glancer) -> None:
    found: list[Found] = []

    def glance() -> None:
        for each in glancer.glance(picture(HANGS)):
            found.append(each)
        found.append(Found(Part.TEXT, None))

    thread = threading.Thread(target=glance)
    thread.start()
    wait_until(lambda: len(found) == 2, lambda: found)
    glancer.cancel()
    thread.join(30.0)
    assert not thread.is_alive()
    assert found == [*FOUND[:2], Found(Part.TEXT, None)]
    assert list(glancer.glance(picture())) == FOUND


def test_a_cancel_before_a_glance_does_nothing(glancer: Glancer) -> None:
    glancer.cancel()
    assert list(glancer.glance(picture())) == FOUND


def test_a_glance_that_is_left_ends_and_the_next_is_whole(glancer: Glancer) -> None:
    with closing(glancer.glance(picture(HANGS))) as finds:
        assert next(finds) == FOUND[0]
    assert list(glancer.glance(picture())) == FOUND


def test_it_closes_twice_and_in_the_middle_of_a_glance(glancer: Glancer) -> None:
    found: list[Found] = []
    thread = threading.Thread(target=lambda: found.extend(glancer.glance(picture(HANGS))))
    thread.start()
    time.sleep(0.3)  # wherever it is by then
    glancer.close()
    glancer.close()
    thread.join(30.0)
    assert not thread.is_alive()
    assert len(found) <= 2
