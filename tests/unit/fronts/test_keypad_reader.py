"""Keypads that come and go, that somebody else holds, and whose events were dropped."""

from __future__ import annotations

import os
import queue
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from evdev import ecodes

from assistant.errors import UsageError
from assistant.fronts.headless.evdev_devices import (
    EventStream,
    RawEvent,
    WantedDevices,
    is_forbidden,
    is_stream,
    is_wanted,
    kind_of,
)
from assistant.fronts.headless.keypad_reader import KeypadReader
from assistant.fronts.headless.presses import KeyEvent, SourceFailure, SourceNews
from tests.support.key_streams import PipedKeypad, key_events

Put = KeyEvent | SourceNews | SourceFailure


def text_of(got: Put) -> str:
    assert not isinstance(got, SourceFailure), got
    return got.text


class Reading:
    """A reader of one named pipe, and what it put."""

    def __init__(self, path: Path) -> None:
        self.put: queue.Queue[Put] = queue.Queue()
        self.keypad = PipedKeypad(path)
        self.reader = KeypadReader(WantedDevices(str(path)), self.put.put, rescan_s=0.05)
        self.keypad.plug_in()

    def next(self) -> Put:
        return self.put.get(timeout=60.0)

    def next_key(self) -> KeyEvent:
        got = self.next()
        assert isinstance(got, KeyEvent), got
        return got

    def next_news(self) -> SourceNews:
        got = self.next()
        assert isinstance(got, SourceNews), got
        return got


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    made = Reading(tmp_path / "keypad")
    assert made.next_news().text == "Using the keys of keypad."
    yield made
    made.reader.close()
    made.reader.close()
    made.keypad.unplug()


def test_what_the_kernel_sends_becomes_keys(reading: Reading) -> None:
    reading.keypad.press("KP5")
    down, up = reading.next_key(), reading.next_key()
    assert (down.key, down.is_down, up.key, up.is_down) == ("kp5", True, "kp5", False)
    assert up.at_s - down.at_s == pytest.approx(0.05, abs=0.5)
    assert down.text == ""


def test_letters_with_shift_and_ctrl(reading: Reading) -> None:
    for key in ("LEFTSHIFT", "N"):
        reading.keypad.down(key)
    for key in ("N", "LEFTSHIFT"):
        reading.keypad.up(key)
    reading.keypad.down("LEFTCTRL")
    reading.keypad.press("C")
    texts = [reading.next_key().text for _ in range(7)]
    assert texts == ["", "N", "N", "", "", "", ""]


def test_the_keyboards_own_repetition_is_none(reading: Reading) -> None:
    down = key_events("KP5", is_down=True)
    repeated = [
        RawEvent(0, 0, e.type, e.code, 2 if e.type == ecodes.EV_KEY else e.value) for e in down
    ]
    reading.keypad.send([*down, *repeated, *repeated, *key_events("KP5", is_down=False)])
    assert [reading.next_key().is_down for _ in range(2)] == [True, False]


def test_an_event_in_two_pieces_is_one(reading: Reading) -> None:
    data = b"".join(event.packed() for event in key_events("KP1", is_down=True))
    for piece in (data[:30], data[30:]):
        os.write(reading.keypad._fd, piece)
        time.sleep(0.1)
    assert reading.next_key().key == "kp1"


def test_what_the_kernel_dropped_begins_and_ends_nothing(reading: Reading) -> None:
    dropped = RawEvent(0, 0, ecodes.EV_SYN, ecodes.SYN_DROPPED, 0)
    reading.keypad.send(
        [
            *key_events("KPENTER", is_down=True),
            dropped,
            *key_events("KPENTER", is_down=False),
            *key_events("KP1", is_down=True),
        ]
    )
    assert reading.next_key().key == "kpenter"
    void = reading.next_news()
    assert (void.source, void.text) == (str(reading.keypad.path), "")
    assert reading.next_key().key == "kp1"


def test_a_keypad_that_goes_and_comes_back_is_told_of(reading: Reading) -> None:
    reading.keypad.press("KP1", 0)
    assert [reading.next_key().key for _ in range(2)] == ["kp1", "kp1"]
    reading.keypad.unplug()
    gone = reading.next_news()
    assert gone.text == "keypad was unplugged. Plug it in again."
    assert gone.source == str(reading.keypad.path)
    assert reading.next_news().text == "keypad is plugged in again."
    reading.keypad.plug_in()
    reading.keypad.press("KP2", 0)
    assert reading.next_key().key == "kp2"


class Held(EventStream):
    def grab(self) -> None:
        raise OSError(16, "busy")


def test_a_keypad_that_somebody_else_holds_is_read_and_told_of(tmp_path: Path) -> None:
    keypad, put = PipedKeypad(tmp_path / "pad"), queue.Queue[Put]()
    reader = KeypadReader(
        lambda taken: [] if taken else [Held(str(keypad.path))], put.put, rescan_s=0.05
    )
    keypad.plug_in()
    keypad.press("KP1", 0)
    texts = [text_of(put.get(timeout=60.0)) for _ in range(3)]
    assert texts[1].startswith("Another program is using pad too")
    reader.close()
    keypad.unplug()


@pytest.mark.parametrize(
    ("says_missing", "is_shut", "expected"),
    [
        (True, False, ["No keypad is plugged in. You can plug one in at any time."]),
        (False, False, []),
        (True, True, ["Keypads cannot be read (no permission). Join the group with: sudo usermod -aG input $USER. "
                      "Then start again."]),
    ],
)  # fmt: skip
def test_no_keypad_is_told_of(says_missing: bool, is_shut: bool, expected: list[str]) -> None:
    put = queue.Queue[Put]()
    reader = KeypadReader(
        lambda _taken: [], put.put, says_missing=says_missing, is_forbidden=lambda: is_shut
    )
    reader.close()
    assert [text_of(put.get_nowait()) for _ in range(put.qsize())] == expected


KEYPAD = {ecodes.KEY_KP1, ecodes.KEY_KP5, ecodes.KEY_KPENTER}
LETTERS = {ecodes.KEY_A, ecodes.KEY_Z, ecodes.KEY_SPACE}


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        (KEYPAD, "keypad"),
        (KEYPAD | LETTERS, "keyboard"),
        (LETTERS, "keyboard"),
        ({ecodes.KEY_POWER}, "other"),
    ],
)
def test_kinds_of_devices(keys: set[int], kind: str) -> None:
    assert kind_of(keys) == kind


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        ("auto", {"keypad"}),
        ("any", {"keypad", "keyboard"}),
        ("off", set()),
        ("/dev/input/event3", {"keypad", "keyboard", "other"}),
        ("usb key", {"keypad", "keyboard", "other"}),
        ("/dev/input/event4", set()),
    ],
)
def test_which_devices_are_wanted(wanted: str, kinds: set[str]) -> None:
    found = {
        kind
        for kind in ("keypad", "keyboard", "other")
        if is_wanted(wanted, "/dev/input/event3", "SIGMACHIP USB Keypad", kind)
    }
    assert found == kinds


def test_devices_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_forbidden(tmp_path / "missing")
    (tmp_path / "event0").touch()
    assert not is_forbidden(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert is_forbidden(tmp_path)


def test_only_a_named_pipe_is_a_stream(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not is_stream(str(tmp_path / "file"))
    assert not is_stream("auto")


def test_without_evdev_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "evdev", None)
    with pytest.raises(UsageError, match="evdev is not installed"):
        list(WantedDevices("auto")(set()))


def test_a_device_that_goes_while_devices_are_looked_for_ends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """evdev looks whether a file is there and then at what it is: it may be unplugged between the two."""

    def unplugged(*_: object, **__: object) -> list[str]:
        raise FileNotFoundError(2, "No such file or directory", "/dev/input/event7")

    monkeypatch.setattr("evdev.list_devices", unplugged)
    assert list(WantedDevices("auto")(set())) == []


class FakeDevice:
    """An `evdev.InputDevice` of a plain file, which counts how often it is opened."""

    opened: ClassVar[Counter[str]] = Counter()
    keys: ClassVar[dict[str, list[int]]] = {}

    def __init__(self, path: str, *, readonly: bool) -> None:
        assert readonly
        self.path = path
        self.name = Path(path).name
        self.opened[self.name] += 1

    def capabilities(self) -> dict[int, list[int]]:
        return {ecodes.EV_KEY: self.keys[self.name]} if self.name in self.keys else {}

    def close(self) -> None:
        pass


def test_what_is_not_wanted_is_opened_once_until_it_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keypad = [ecodes.KEY_KP1, ecodes.KEY_KP5, ecodes.KEY_KPENTER]
    for name in ("event0", "event1", "event2"):
        (tmp_path / name).touch()
    monkeypatch.setattr(FakeDevice, "opened", Counter())
    monkeypatch.setattr(FakeDevice, "keys", {"event1": [ecodes.KEY_POWER], "event2": keypad})
    monkeypatch.setattr("evdev.InputDevice", FakeDevice)
    monkeypatch.setattr("evdev.list_devices", lambda **_: sorted(map(str, tmp_path.iterdir())))
    wanted = WantedDevices("auto")
    assert [device.name for device in wanted(set())] == ["event2"]
    assert list(wanted({str(tmp_path / "event2")})) == []
    assert FakeDevice.opened == {"event0": 1, "event1": 1, "event2": 1}
    (tmp_path / "event1").unlink()
    assert [device.name for device in wanted(set())] == ["event2"]
    (tmp_path / "event1").touch()
    FakeDevice.keys["event1"] = keypad
    assert [device.name for device in wanted({str(tmp_path / "event2")})] == ["event1"]
    assert FakeDevice.opened["event0"] == 1


def test_a_reader_that_ends_is_told_of() -> None:
    put, is_first = queue.Queue[Put](), iter([True])

    def find(_taken: object) -> list[EventStream]:
        if next(is_first, False):
            return []
        raise RuntimeError("nobody thought of this")

    reader = KeypadReader(find, put.put, says_missing=False, rescan_s=0.01)
    got = put.get(timeout=60.0)
    assert isinstance(got, SourceFailure)
    assert str(got.error) == "nobody thought of this"
    reader.close()
