"""Short, long and held presses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.fronts.headless.presses import Gesture, KeyEvent, Presses

LONG_MS, HOLD_MS = 600, 1500


def event(at_s: float, *, is_down: bool, source: str = "a", key: str = "kpenter") -> KeyEvent:
    return KeyEvent(source, key, is_down, at_s)


@pytest.fixture
def presses() -> Presses:
    return Presses(LONG_MS, HOLD_MS)


@pytest.mark.parametrize(
    ("lasted_s", "expected"),
    [
        (0.0, Gesture.SHORT),
        (0.599, Gesture.SHORT),
        (0.6, Gesture.LONG),
        (1.499, Gesture.LONG),
        (1.5, Gesture.HELD),
        (60.0, Gesture.HELD),
    ],
)
def test_the_release_decides_by_the_times_of_the_events(
    presses: Presses, lasted_s: float, expected: Gesture
) -> None:
    presses.down(event(0.0, is_down=True))
    assert presses.up(event(lasted_s, is_down=False)) is expected
    assert presses.up(event(lasted_s, is_down=False)) is None
    assert presses.due_s() is None


def test_each_sign_comes_once_and_before_the_meaning_changes(presses: Presses) -> None:
    presses.down(event(10.0, is_down=True))
    assert presses.due_s() == pytest.approx(10.6)
    assert presses.reached(10.59) == []
    assert presses.reached(10.6) == [Gesture.LONG_SIGN]
    assert presses.reached(10.7) == []
    assert presses.due_s() == pytest.approx(11.5)
    assert presses.reached(11.5) == [Gesture.HELD]
    assert presses.due_s() is None
    assert presses.up(event(12.0, is_down=False)) is None


def test_a_press_whose_sign_was_given_is_never_short(presses: Presses) -> None:
    presses.down(event(10.0, is_down=True))
    assert presses.reached(10.601) == [Gesture.LONG_SIGN]
    assert presses.up(event(10.599, is_down=False)) is Gesture.LONG


def test_a_busy_program_skips_the_first_sign(presses: Presses) -> None:
    presses.down(event(10.0, is_down=True))
    assert presses.reached(13.0) == [Gesture.HELD]


def test_a_device_that_goes_takes_its_press_with_it(presses: Presses) -> None:
    presses.down(event(0.0, is_down=True, source="gone"))
    presses.down(event(0.0, is_down=True, source="stays"))
    presses.drop("gone")
    assert presses.up(event(0.1, is_down=False, source="gone")) is None
    assert presses.up(event(0.1, is_down=False, source="stays")) is Gesture.SHORT


def test_the_same_key_of_two_devices_is_two_keys(presses: Presses) -> None:
    presses.down(event(0.0, is_down=True, source="a"))
    presses.down(event(0.5, is_down=True, source="b"))
    assert presses.up(event(0.7, is_down=False, source="b")) is Gesture.SHORT
    assert presses.up(event(0.7, is_down=False, source="a")) is Gesture.LONG


@given(st.lists(st.floats(0.001, 0.4), min_size=1, max_size=12), st.floats(0.0, 2.5))
def test_whenever_one_looks_a_press_has_one_meaning(looks_s: list[float], lasted_s: float) -> None:
    presses = Presses(LONG_MS, HOLD_MS)
    presses.down(event(0.0, is_down=True))
    signs: list[Gesture] = []
    now_s = 0.0
    for step_s in looks_s:
        now_s += step_s
        if now_s > lasted_s:
            break
        signs += presses.reached(now_s)
    meaning = presses.up(event(lasted_s, is_down=False))
    assert (meaning is None) == (Gesture.HELD in signs)
    if Gesture.LONG_SIGN in signs and meaning is not None:
        assert meaning is not Gesture.SHORT
    if not signs:
        assert meaning is not None
