"""Typed keys, a keypad and buttons on wires: the same actions, and the same words come of them."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.core.actions import Action, Keymap
from assistant.fronts.console import Console
from assistant.fronts.headless.bindings import KEYPAD_KEYS, Binding, Special
from assistant.fronts.headless.evdev_devices import WantedDevices
from assistant.fronts.headless.gpio_buttons import GpioButtons, gpio_key
from assistant.fronts.headless.keypad_reader import KeypadReader
from assistant.fronts.plain import PlainFront, PlainMode
from assistant.testing import ScriptedDescriber, answer_events
from tests.support.headless_parts import HOLD_MS, LONG_PRESS_MS, RunningHeadless, run_headless
from tests.support.key_streams import PipedKeypad
from tests.support.session_parts import make_session
from tests.support.waiting import wait_until

ANSWER = "A red car. A green tree."
PRESSED = (
    Action.STOP,
    Action.STATUS,
    Action.REPEAT,
    Action.DESCRIBE,
    Action.REPEAT,
    Action.NEXT,
    Action.PREVIOUS,
    Action.SPELL,
    Action.CHECK,
    Action.FASTER,
    Action.SLOWER,
    Action.PAUSE,
    Action.PAUSE,
    Action.BRIEF,
    Action.CAMERA,
)
WIRES: dict[int, Binding] = {
    **dict(enumerate(dict.fromkeys(PRESSED), start=2)),
    27: Special.BUTTON,
}


@dataclass
class Source:
    """A running headless mode, and how to press and release what does something."""

    running: RunningHeadless
    down: Callable[[Binding], None]
    up: Callable[[Binding], None]

    def press(self, binding: Binding, held_s: float = 0.0) -> None:
        self.down(binding)
        time.sleep(held_s)
        self.up(binding)


def typed() -> list[str]:
    """What is said when the same keys are typed in the line mode."""
    parts = make_session(
        ScriptedDescriber(lambda _request: answer_events(ANSWER)),
        PlainFront(Console(io.StringIO(), io.StringIO())),  # type: ignore[arg-type]
    )
    mode = PlainMode(parts.session, io.StringIO())
    for action in PRESSED:
        said = len(parts.speaker.spoken)
        mode.take(Keymap.from_rebindings().keys[action][0].replace("space", " "))
        wait_until(lambda said=said: len(parts.speaker.spoken) > said, lambda action=action: action)  # type: ignore[misc]
        parts.settle()
    parts.session.close()
    return parts.speaker.spoken


def keypad_key(binding: Binding) -> str:
    return next(key for key, bound in KEYPAD_KEYS.items() if bound is binding)


@pytest.fixture
def piped(tmp_path: Path) -> Iterator[Source]:
    """Recorded events through a named pipe."""
    running = run_headless(ANSWER)
    keypad = PipedKeypad(tmp_path / "keypad")
    reader = KeypadReader(WantedDevices(str(keypad.path)), running.mode.put, rescan_s=0.05)
    keypad.plug_in()
    running.hear("Using the keys of ")  # else it is said between two keys
    yield Source(running, lambda b: keypad.down(keypad_key(b)), lambda b: keypad.up(keypad_key(b)))
    reader.close()
    running.close()


@pytest.fixture
def virtual() -> Iterator[Source]:
    """A device that the kernel makes of what a program writes."""
    import evdev

    if not os.access("/dev/uinput", os.W_OK):
        pytest.skip("/dev/uinput cannot be written here: the kernel makes no virtual keypad")
    codes = [evdev.ecodes.ecodes[f"KEY_{key.upper()}"] for key in KEYPAD_KEYS]
    name = f"Test keypad {os.getpid()}"
    device = evdev.UInput({evdev.ecodes.EV_KEY: codes}, name=name)
    running = run_headless(ANSWER)
    reader = KeypadReader(WantedDevices(name), running.mode.put, rescan_s=0.05)
    running.hear("Using the keys of ")

    def write(binding: Binding, value: int) -> None:
        code = evdev.ecodes.ecodes[f"KEY_{keypad_key(binding).upper()}"]
        device.write(evdev.ecodes.EV_KEY, code, value)
        device.syn()

    yield Source(running, lambda b: write(b, 1), lambda b: write(b, 0))
    reader.close()
    device.close()
    running.close()


@pytest.fixture
def wired() -> Iterator[Source]:
    """Buttons on wires that gpiozero imagines."""
    from gpiozero import Device
    from gpiozero.pins.mock import MockFactory

    Device.pin_factory = MockFactory()
    running = run_headless(ANSWER, {gpio_key(pin): bound for pin, bound in WIRES.items()})
    buttons = GpioButtons(sorted(WIRES), running.mode.put)
    pins = {bound: Device.pin_factory.pin(pin) for pin, bound in WIRES.items()}
    yield Source(running, lambda b: pins[b].drive_low(), lambda b: pins[b].drive_high())
    buttons.close()
    running.close()
    Device.pin_factory.close()
    Device.pin_factory = None


@pytest.fixture(params=["piped", "virtual", "wired"])
def source(request: pytest.FixtureRequest) -> Source:
    made: Source = request.getfixturevalue(request.param)
    made.running.hear("Ready.")
    made.running.parts.settle()
    return made


def test_every_source_says_what_typed_keys_say(source: Source) -> None:
    running = source.running
    before = len(running.spoken)
    for action in PRESSED:
        said = len(running.spoken)
        source.press(action)
        running.until(lambda said=said: len(running.spoken) > said)  # type: ignore[misc]
        running.parts.settle()
    assert running.spoken[before:] == typed()


def test_the_button_is_brief_long_and_held(source: Source) -> None:
    running = source.running
    source.press(Special.BUTTON)
    running.hear("Done.")
    source.press(Special.BUTTON, (LONG_PRESS_MS + HOLD_MS) / 2000)
    running.until(lambda: len(running.parts.describer.requests) == 2)
    running.parts.settle()
    source.press(Special.BUTTON, HOLD_MS / 1000 + 0.1)
    running.hear("Nothing was started.")
    questions = [request.question for request in running.parts.describer.requests]
    assert len(questions) == 2
    assert questions[0] != questions[1]
    signs = [str(sign) for sign in running.parts.earcons.played]
    assert [sign for sign in signs if sign in ("long_press", "held")] == [
        "long_press", "long_press", "held",
    ]  # fmt: skip
