"""Whatever happens on the full screen is one sentence, and the next key works."""

from __future__ import annotations

import logging
import os
import pty
import random
import subprocess
import sys
from pathlib import Path

import pytest
from textual import events

from assistant.core.session import Session
from assistant.core.session_ports import Front, Kind, Line
from assistant.errors import AssistantError, ModelError
from assistant.fronts.tui.app import AssistantApp
from assistant.fronts.tui.front import QueuedFront
from assistant.fronts.tui.terminal import only_the_screen
from assistant.messages import tui as words
from assistant.testing import ScriptedDescriber, answer_events
from tests.tui.screen import ANSWER, TEXT, open_screen, run

ROOT = Path(__file__).resolve().parents[2]
KEYS = [
    *"abcdfghijklmnoprstuvwxyzABCN012456789", "space", "escape", "enter", "tab", "up", "down",
    "home", "end", "pageup", "pagedown", "left", "right", "backspace", "delete", "plus", "minus",
    "comma", "question_mark", "f1", "f12", "ctrl+a", "ctrl+x", "ctrl+p", "ctrl+z", "shift+tab",
]  # fmt: skip

CHARACTERS = {"space": " ", "plus": "+", "minus": "-", "comma": ",", "question_mark": "?"}


@pytest.mark.slow
def test_a_thousand_random_keys_survive() -> None:
    async def test() -> None:
        chosen = random.Random(4)
        async with open_screen() as screen:
            for number in range(1000):
                # Without waiting for what a key does, as keys are when they are mashed.
                key = chosen.choice(KEYS)
                screen.app.post_message(
                    events.Key(key, CHARACTERS.get(key, key if len(key) == 1 else None))
                )
                if number % 20 == 0:
                    await screen.pilot.pause()
                if number % 100 == 0:
                    await screen.pilot.resize_terminal(
                        chosen.choice([20, 80]), chosen.choice([5, 24])
                    )
            await screen.settle()
            for _ in range(3):
                await screen.press("escape")
            assert screen.app.is_running
            assert screen.name == "MainScreen"
            await screen.press("d")
            assert screen.shown[-2 - len(ANSWER) :][0] in (*ANSWER, "Looking.")
            assert ANSWER[1] in screen.spoken
            assert set(screen.shown) - {t for t in screen.shown if t in ANSWER} <= {
                text for kind, text in screen.parts.speaker.log if kind == "say"
            }

    # No key quits here, and no number does: that is another test.
    run(test())


@pytest.mark.parametrize("opener", ["", "d", "a", "h", "m", "comma", "question_mark"])
def test_a_tiny_terminal_and_back(opener: str) -> None:
    async def test() -> None:
        async with open_screen() as screen:
            await screen.press("d")
            if opener:
                await screen.press(opener)
            for size in ((20, 5), (1, 1), (200, 60), (80, 24)):
                await screen.pilot.resize_terminal(*size)
                await screen.press("down")
            await screen.press("escape", "s")
            assert screen.shown[-1] == screen.spoken[-1]

    run(test())


def test_the_line_that_is_read_is_on_a_tiny_screen() -> None:
    async def test() -> None:
        async with open_screen(size=(20, 5)) as screen:
            await screen.press("d", "home")
            for _ in range(len(screen.shown) - 1):
                await screen.press("down")
                row = screen.list.children[screen.list.index or 0]
                assert row.region.y >= 0
                assert screen.app.cursor_position.y < 5

    run(test())


def test_lines_are_kept_in_bounds_and_the_sentences_are_still_found() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            for number in range(230):
                screen.parts.session.tell(f"Line {number}.")
            await screen.press("d")
            assert len(screen.shown) == 200
            await screen.press("r")
            index = screen.list.index
            assert index is not None
            assert screen.shown[index] == ANSWER[0]

    run(test())


def test_a_fault_of_the_program_ends_in_an_exit_code() -> None:
    async def test() -> None:
        async with open_screen() as screen:

            def fail(typed: str) -> None:
                raise RuntimeError("nobody thought of this")

            screen.parts.session.unknown_key = fail  # type: ignore[method-assign]
            await screen.pilot.press("x")
            await screen.pilot.pause()

    with pytest.raises(RuntimeError):
        run(test())


def test_a_session_that_cannot_be_opened_is_told_of() -> None:
    def refuse(front: Front) -> Session:
        raise ModelError("The model is gone.", "Get it back.")

    async def test() -> None:
        app = AssistantApp(refuse)
        async with app.run_test() as pilot:
            await pilot.pause()
        assert isinstance(app.failure, ModelError)
        assert app.return_code == ModelError.exit_code

    run(test())


def test_what_is_shown_before_and_after_the_screen_blocks_nothing() -> None:
    front, woken = QueuedFront(), []
    front.show(Line(Kind.STATUS, "early"))
    front.attach(lambda: woken.append(1))
    front.show(Line(Kind.STATUS, "later"))
    assert len(woken) == 1
    assert [update.text for update in front.take() if isinstance(update, Line)] == [
        "early",
        "later",
    ]
    front.stage("x")
    assert len(woken) == 2
    front.attach(None)
    front.stage("y")
    assert len(woken) == 2


def test_nothing_else_reaches_the_terminal(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="assistant.fronts.tui.terminal")
    with only_the_screen():
        os.write(1, b"native one\n")
        os.write(2, b"native two\n")
        subprocess.run(["sh", "-c", "echo child >&2"], check=True)
        assert sys.__stderr__ is not None
        sys.__stderr__.write("the screen")
    seen = capfd.readouterr()
    assert seen.out + seen.err == "the screen"
    assert [record.getMessage() for record in caplog.records] == [
        "native one",
        "native two",
        "child",
    ]


CRASH = """
from assistant.fronts.tui.terminal import run_full_screen
from assistant.errors import AssistantError
import sys
def broken(front):
    raise RuntimeError("nobody thought of this")
try:
    run_full_screen(broken)
except AssistantError as error:
    print(error, file=sys.stderr)
"""


def test_a_crash_restores_the_terminal_and_says_one_sentence() -> None:
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-c", CRASH],
        stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    written = b""
    try:
        while chunk := os.read(master, 65536):
            written += chunk
    except OSError:  # the terminal is closed when its last user ends
        pass
    assert process.wait(10) == 0
    os.close(master)
    _, _, after = written.rpartition(b"\x1b[?1049l")
    assert b"\x1b[?1049h" in written
    sentence = str(AssistantError(words.SCREEN_FAILED, words.SCREEN_FAILED_HINT))
    assert sentence in after.decode()
    assert b"Traceback" not in written
    assert b"nobody thought" not in written


def test_textual_is_loaded_by_the_full_screen_alone() -> None:
    code = (
        "import sys, assistant.fronts.plain;"
        "import assistant.fronts.tui.terminal, assistant.fronts.tui.front, assistant.fronts.tui.keys;"
        "print('textual' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == "False\n"


def test_no_colour_is_honoured_and_nothing_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def test() -> None:
        describer = ScriptedDescriber(lambda _request: answer_events(TEXT))
        async with open_screen(describer=describer) as screen:
            assert screen.app.no_color
            assert screen.app.animation_level == "none"
            await screen.press("d")
            styles = [
                segment.style
                for strip in screen.app.screen._compositor.render_strips()
                for segment in strip
                if segment.style is not None
            ]
            assert any(style.reverse for style in styles), "the line of the cursor is marked"
            assert not any(style.color or style.bgcolor for style in styles)

    run(test())


def test_what_comes_while_it_ends_is_left_alone() -> None:
    async def test() -> None:
        async with open_screen() as screen:
            for _ in range(20):
                screen.app.post_message(events.Key("d", "d"))
                screen.app.post_message(events.Key("q", "q"))
                screen.app.post_message(events.Key("x", "x"))
        assert screen.app.return_code == 0

    run(test())
