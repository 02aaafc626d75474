"""The button, the lists that are heard, the notice, and the end."""

from __future__ import annotations

import contextlib
import io
import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.core.actions import Keymap
from assistant.core.findings import Found, Part, TextLine
from assistant.fronts.console import Console
from assistant.fronts.headless.bindings import Bindings, Special, parse_pairs
from assistant.fronts.headless.keypad_reader import text_of
from assistant.fronts.headless.mode import HeadlessFront, HeadlessMode
from assistant.fronts.headless.presses import KeyEvent, Presses, SourceFailure, SourceNews
from assistant.fronts.headless.service_notify import ServiceNotifier
from assistant.testing import ScriptedDescriber, answer_events
from tests.support.headless_parts import RunningHeadless, run_headless
from tests.support.session_parts import make_session


def key(running: RunningHeadless, name: str, text: str = "", held_s: float = 0.0) -> None:
    began_s = time.monotonic()
    running.mode.put(KeyEvent("keypad", name, True, began_s, text))
    time.sleep(held_s)
    running.mode.put(KeyEvent("keypad", name, False, began_s + held_s, text))


@pytest.fixture
def running() -> Iterator[RunningHeadless]:
    made = run_headless()
    made.hear("Ready.")
    yield made
    made.close()


@pytest.fixture
def slow() -> Iterator[RunningHeadless]:
    """One that takes a while to say anything."""
    made = run_headless(seconds_per_utterance=0.4)
    made.until(lambda: ("say", "Ready. Tap the button for one sentence; hold it until the click for "
                        "more.") in made.parts.speaker.log)  # fmt: skip
    yield made
    made.close()


def test_any_press_stops_what_is_said_at_once_and_means_no_more(slow: RunningHeadless) -> None:
    slow.mode.put(KeyEvent("keypad", "kpenter", True, time.monotonic()))
    slow.until(lambda: ("cancel", "") in slow.parts.speaker.log)  # while it is still held
    time.sleep(0.5)
    slow.mode.put(KeyEvent("keypad", "kpenter", False, time.monotonic()))
    slow.parts.settle()
    assert slow.parts.describer.requests == []
    assert slow.parts.earcons.played == []
    assert "Stopped." in slow.spoken


def test_the_press_after_a_stop_begins_something_new(slow: RunningHeadless) -> None:
    key(slow, "kpenter")
    key(slow, "kpenter")  # "Stopped." is still being said
    slow.until(lambda: len(slow.parts.describer.requests) == 1)


def test_the_button_stops_work_too(running: RunningHeadless) -> None:
    running.parts.cameras.gate.clear()  # taking the picture takes for ever
    key(running, "kp5")
    running.hear("Looking.")
    key(running, "kpenter")
    running.hear("Stopped.")
    running.parts.cameras.gate.set()
    running.parts.settle()
    assert running.parts.describer.requests == []


def test_a_device_that_goes_while_its_button_is_held_begins_nothing(
    running: RunningHeadless,
) -> None:
    running.mode.put(KeyEvent("keypad", "kpenter", True, time.monotonic()))
    running.mode.put(SourceNews("keypad", "Keypad is gone."))
    running.hear("Keypad is gone.")
    time.sleep(0.5)
    assert running.parts.earcons.played == []
    assert running.parts.describer.requests == []


def test_questions_are_chosen_by_ear(running: RunningHeadless) -> None:
    key(running, "kpslash")
    running.hear("1 of 7: What is directly in front of me?")
    key(running, "kp4")
    running.hear("There are no more. 1 of 7: ")
    key(running, "kp6")
    key(running, "kp8")
    running.until(lambda: sum(text.startswith("2 of 7") for text in running.spoken) == 2)
    key(running, "kpenter")
    running.until(lambda: len(running.parts.describer.requests) == 1)
    assert running.parts.describer.requests[0].question == "Is there a person in the picture?"
    running.parts.settle()
    key(running, "backspace")
    running.until(lambda: running.spoken.count("1 of 7: What is directly in front of me?") == 2)
    key(running, "kp0")
    running.hear("Back.")
    key(running, "kp1")
    running.hear("Nothing is happening. Model: ")
    assert len(running.parts.describer.requests) == 1


def test_text_and_a_glance_have_keys_of_their_own(running: RunningHeadless) -> None:
    running.parts.glancer.script = [
        *(Found(Part.TEXT, TextLine(f"LINE {n}", 0.9, (0, 0, 1, 1))) for n in range(5)),
        Found(Part.TEXT, None),
    ]
    key(running, "kp7")
    running.hear('Text: "LINE 0"')
    heard = running.hear("Done.")
    key(running, "kp3")
    running.hear("LINE 4", heard)
    assert len(running.parts.cameras.captured) == 1
    assert running.parts.describer.requests == []
    lines = running.mode.help_lines()
    assert any(line.startswith("keypad 3: read the text") for line in lines)


def test_history_and_models_are_chosen_by_ear(running: RunningHeadless) -> None:
    key(running, "kp9")
    running.hear("There are no earlier answers yet.")
    key(running, "kp5")
    running.hear("Done.")
    running.parts.settle()
    key(running, "kp9")
    running.hear("1 answer.")
    running.hear("1 of 1: ")
    key(running, "kpenter")
    running.hear("Back to: ")
    running.parts.settle()
    key(running, "m", "m")
    running.hear("2 models.")
    key(running, "n", "n")
    key(running, "enter")
    running.hear("Model: large model.")


def test_a_download_is_chosen_like_a_model(running: RunningHeadless) -> None:
    running.parts.models.offer = "Download huge model: 4 gigabytes"
    key(running, "m", "m")
    running.hear("3 models.")
    key(running, "n", "n")
    key(running, "n", "n")
    running.hear("3 of 3: Download huge model: 4 gigabytes")
    key(running, "enter")
    running.hear("Begun: Download huge model: 4 gigabytes.")
    key(running, "kp5")
    running.hear("Done.")


def test_a_list_is_left_by_holding_the_button_or_by_another_key(running: RunningHeadless) -> None:
    key(running, "kpslash")
    running.hear("1 of 7")
    key(running, "kpenter", held_s=0.5)
    running.hear("Nothing was started.")
    key(running, "kpslash")
    running.until(lambda: sum(text.startswith("1 of 7") for text in running.spoken) == 2)
    key(running, "kp1")
    running.hear("Nothing is happening. Model: ")
    key(running, "kp6")
    running.hear("There is no answer yet.")


def test_letters_of_a_keyboard_are_the_usual_keys(running: RunningHeadless) -> None:
    key(running, "slash", "?")
    running.hear("keypad enter or enter or play: tap for one sentence")
    running.hear("keypad 5: take a picture and describe it in detail.")
    key(running, "x", "x")
    running.hear("x does nothing here.")
    key(running, "comma", ",")
    running.hear("To change settings, use a terminal")
    said = len(running.spoken)
    key(running, "leftctrl")
    key(running, "f5")
    key(running, "kp1")
    assert running.hear("Nothing is happening.", said) == said + 1


def test_quit_wants_to_be_pressed_twice(running: RunningHeadless) -> None:
    key(running, "q", "q")
    running.hear("Press it again to quit.")
    assert running.thread.is_alive()
    key(running, "q", "q")
    running.hear("Goodbye.")
    running.thread.join(5.0)
    assert not running.thread.is_alive()


def test_quit_ends_work_that_would_go_on_for_minutes(running: RunningHeadless) -> None:
    """The loop that tells the watchdog of keys has ended by then."""
    running.parts.cameras.gate.clear()  # taking the picture takes for ever
    key(running, "kp5")
    running.hear("Looking.")
    key(running, "q", "q")
    running.hear("Press it again to quit.")
    key(running, "q", "q")
    running.hear("Goodbye.")
    running.parts.cameras.gate.set()
    running.parts.settle()
    assert running.parts.describer.requests == []


@pytest.mark.parametrize(("name", "held_s"), [("kp0", 0.0), ("kpenter", 0.5)])
def test_stop_stops_the_work_behind_a_list_too(
    running: RunningHeadless, name: str, held_s: float
) -> None:
    running.parts.cameras.gate.clear()
    key(running, "kp5")
    running.hear("Looking.")
    key(running, "kpslash")
    running.hear("1 of 7")
    key(running, name, held_s=held_s)
    running.hear("Stopped.")
    running.parts.cameras.gate.set()
    running.parts.settle()
    assert running.parts.describer.requests == []
    key(running, "kp6")
    running.hear("There is no answer yet.")  # and the list is left


def test_a_reader_of_keys_that_ended_ends_the_program() -> None:
    parts = make_session(ScriptedDescriber(lambda _request: answer_events("A red car.")))
    mode = HeadlessMode(
        parts.session, Bindings(Keymap.from_rebindings()), Presses(100, 200), ServiceNotifier({})
    )
    mode.put(SourceFailure(RuntimeError("nobody thought of this")))
    with pytest.raises(RuntimeError, match="nobody thought of this"):
        mode.run()
    parts.session.close()


def test_any_key_acknowledges_the_notice() -> None:
    running = run_headless(is_notice_due=True)
    running.hear("Press any key when you have heard this.")
    assert not any(text.startswith("Ready.") for text in running.spoken)
    key(running, "kpenter")
    running.hear("Ready.")
    running.parts.settle()
    running.close()
    assert running.parts.describer.requests == []
    assert not running.parts.preferences.is_due


def test_the_watchdog_is_fed_by_the_turning_loop_alone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5.0)
        environment = {
            "NOTIFY_SOCKET": manager.getsockname(),
            "WATCHDOG_USEC": "200000",
            "WATCHDOG_PID": str(os.getpid()),
        }
        running = run_headless(notifier=ServiceNotifier(environment))
        try:
            assert manager.recv(64) == b"READY=1"
            assert any(text.startswith("Ready.") for text in running.spoken)
            for _ in range(3):
                assert manager.recv(64) == b"WATCHDOG=1"
            # A key that hangs, as no key may: the service manager must hear nothing.
            with running.parts.jobs._changed:
                key(running, "kp0")
                time.sleep(0.2)
                manager.settimeout(0.0)
                with contextlib.suppress(BlockingIOError):
                    while manager.recv(64):
                        pass
                manager.settimeout(0.4)
                with pytest.raises(TimeoutError):
                    manager.recv(64)
            manager.settimeout(5.0)
            assert manager.recv(64) == b"WATCHDOG=1"
        finally:
            running.close()


def test_pairs_of_keys_and_actions() -> None:
    pairs = parse_pairs("kp5=brief, KPENTER=button 17=stop")
    assert pairs["kpenter"] is Special.BUTTON
    bindings = Bindings(Keymap.from_rebindings(), pairs)
    assert bindings.lookup(KeyEvent("k", "kp5", True, 0.0)) == "brief"
    assert bindings.lookup(KeyEvent("k", "kp4", True, 0.0)) == "previous"
    assert bindings.lookup(KeyEvent("k", "1", True, 0.0, "1")) is None
    for wrong in ("kp5", "kp5=dance", "=stop", "kp5=brief;"):  # the message is the wrong part
        with pytest.raises(ValueError, match=re.escape(wrong)):
            parse_pairs(wrong)


@pytest.mark.parametrize(
    ("name", "has_shift", "has_other", "expected"),
    [
        ("d", False, False, "d"),
        ("n", True, False, "N"),
        ("slash", True, False, "?"),
        ("slash", False, False, "/"),
        ("equal", True, False, "+"),
        ("esc", False, False, "escape"),
        ("space", False, False, "space"),
        ("c", False, True, ""),
        ("f1", False, False, ""),
        ("kp5", False, False, ""),
        ("esc", True, False, ""),
    ],
)
def test_what_a_key_types(name: str, has_shift: bool, has_other: bool, expected: str) -> None:
    assert text_of(name, has_shift=has_shift, has_other=has_other) == expected


def test_with_lines_all_that_is_spoken_is_printed_and_the_reverse() -> None:
    out, err = io.StringIO(), io.StringIO()
    front = HeadlessFront(Console(out, err), shows_all=True)
    running = run_headless(front=front, is_notice_due=True)
    running.hear("Press any key")
    seen = 0
    for typed in ("enter", "d", "N", "w", "s", "h", "d", "?", ",", "x", "q", "q"):
        running.parts.settle()
        key(running, typed, typed if len(typed) == 1 else "")
        running.until(lambda seen=seen: len(running.spoken) > seen)  # type: ignore[misc]
        running.parts.settle()
        seen = len(running.spoken)
    running.thread.join()
    running.parts.settle()
    running.close()
    printed = [*out.getvalue().splitlines(), *err.getvalue().splitlines()]
    assert set(printed) == set(running.spoken)  # what is read again is not printed again
    assert running.spoken[-1] == "Goodbye."
