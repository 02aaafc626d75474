"""A still scene is read before a key is pressed, and only then."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from assistant.core.events import ImageRgb
from assistant.core.look_ahead import FRESH_S, LookAhead
from assistant.testing import ScriptedDescriber
from tests.support.waiting import wait_until


@dataclass
class Scene:
    """What a camera sees, and whether it is still.

    Attributes:
        frame: what ``peek`` gives; None where the camera gives nothing cheaply.
        is_still: what the judge says.
        is_busy: whether an answer is being written.
        n_looks: how often the camera was looked at.
    """

    frame: ImageRgb | None
    is_still: bool = False
    is_busy: bool = False
    n_looks: int = 0
    describer: ScriptedDescriber = field(default_factory=lambda: ScriptedDescriber([]))

    def peek(self) -> ImageRgb | None:
        self.n_looks += 1
        return self.frame

    def feed(self, frame: ImageRgb, now_s: float) -> bool:
        return self.is_still


@pytest.fixture
def scene() -> Scene:
    return Scene(np.zeros((4, 4, 3), np.uint8))


@pytest.fixture
def ahead(scene: Scene) -> Iterator[LookAhead]:
    made = LookAhead(
        scene.peek, lambda: scene, lambda: scene.describer, lambda: scene.is_busy, "What?", 0.005
    )
    yield made
    made.close()


def test_a_moving_scene_is_left_alone(scene: Scene, ahead: LookAhead) -> None:
    wait_until(lambda: scene.n_looks > 5)
    assert scene.describer.prepared == []
    assert ahead.take() is None


def test_a_still_scene_is_read_once_and_given_away_once(scene: Scene, ahead: LookAhead) -> None:
    scene.is_still = True
    wait_until(lambda: bool(scene.describer.prepared))
    looks = scene.n_looks
    wait_until(lambda: scene.n_looks > looks + 5)
    assert len(scene.describer.prepared) == 1
    scene.is_busy = True  # as while a key's work goes on
    taken = ahead.take()
    assert taken is scene.describer.prepared[0]
    assert ahead.take() is None


def test_a_scene_that_moves_again_costs_nothing(scene: Scene, ahead: LookAhead) -> None:
    scene.is_still = True
    wait_until(lambda: len(scene.describer.prepared) == 1)
    scene.is_still = False
    wait_until(lambda: len(scene.describer.prepared) == 2)
    assert scene.describer.prepared[1] is None  # cancelled
    assert ahead.take() is None


def test_nothing_is_looked_at_while_an_answer_is_written(scene: Scene, ahead: LookAhead) -> None:
    scene.is_busy = scene.is_still = True
    wait_until(lambda: scene.n_looks >= 0)
    looks = scene.n_looks
    threading.Event().wait(0.05)
    assert scene.n_looks <= looks + 1  # one may have been under way


def test_what_was_seen_long_ago_is_not_given_away(
    scene: Scene, ahead: LookAhead, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.is_still = True
    wait_until(lambda: bool(scene.describer.prepared))
    scene.is_busy = True
    threading.Event().wait(0.05)
    later = time.monotonic() + FRESH_S + 0.1
    monkeypatch.setattr("assistant.core.look_ahead.time.monotonic", lambda: later)
    assert ahead.take() is None


def test_a_camera_that_gives_nothing_is_no_trouble(scene: Scene, ahead: LookAhead) -> None:
    scene.frame = None
    wait_until(lambda: scene.n_looks > 5)
    assert ahead.take() is None
