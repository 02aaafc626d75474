"""The full screen in a real terminal, with the embedded model and the real voice."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.messages import session as session_words
from assistant.messages import settings as settings_words
from assistant.messages import tui as words
from tests.support.assistant_command import ROOT, STREET, Command
from tests.support.fake_player import FakePlayer
from tests.support.heard import Heard
from tests.support.tmux_terminal import Terminal, open_terminal
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


@pytest.fixture
def terminal(player: FakePlayer, tmp_path: Path) -> Iterator[Terminal]:
    with open_terminal(tmp_path / "home", "--camera", str(STREET)) as terminal:
        yield terminal


def test_from_the_first_run_to_quitting(
    terminal: Terminal, player: FakePlayer, embedded: Command
) -> None:
    sentence = embedded.run("describe", STREET, "--no-speech").stdout.splitlines()[0]
    assert sentence.endswith(".")
    player.behave("sleep 0.3")
    terminal.wait_for("Press Enter when you have heard this.")
    terminal.wait(lambda: "Before the first use" in terminal.cursor_line)
    terminal.keys("Enter")
    terminal.wait_for("d describe, b briefly")
    terminal.wait(lambda: "Ready." in terminal.cursor_line)

    # Describe, to the end of the reading.
    spoken = player.started
    terminal.keys("d")
    terminal.wait_for(sentence)
    terminal.wait_for("Done.")
    terminal.wait(lambda: player.started > spoken + 3)

    # Stop: the player is gone, and nothing more is played than the word for it.
    player.behave("sleep 20")
    terminal.keys("r")
    before = player.started
    terminal.wait(lambda: player.started > before)
    terminal.keys("Space")
    terminal.wait_for("Stopped.")
    player.behave("sleep 0.1")
    terminal.keys("Space")
    terminal.wait(lambda: terminal.screen.count("Stopped.") == 2)

    # Sentence by sentence, the terminal's cursor with it.
    terminal.keys("r")
    terminal.wait(lambda: sentence in terminal.cursor_line)

    # A further question; a blank is typed there.
    terminal.keys("f")
    terminal.wait_for(session_words.TYPE_QUESTION)
    terminal.text("is there a bus?")
    terminal.wait(lambda: "is there a bus?" in terminal.cursor_line)
    terminal.keys("Enter")
    terminal.wait(lambda: terminal.screen.count("Done.") >= 2)

    # Earlier answers.
    terminal.keys("h")
    terminal.wait_for(session_words.choose_history(2))
    terminal.keys("Down")
    terminal.wait(lambda: terminal.cursor_line.startswith("> 1."))
    terminal.keys("Down", "Enter")
    terminal.wait_for("Back to:")

    # Settings.
    terminal.keys(",")
    terminal.wait_for(words.SETTINGS_KEYS)
    terminal.text("rate 260")
    terminal.keys("Enter")
    terminal.wait_for(settings_words.now("rate", "260"))
    terminal.keys("Enter")
    terminal.wait_for("d describe, b briefly")

    # A terminal made tiny and large again, and a key that is none.
    terminal.resize(20, 5)
    terminal.wait(lambda: "d describe" not in terminal.screen)
    terminal.resize(100, 40)
    terminal.keys("x")
    terminal.wait_for(session_words.unknown_key("x"))

    terminal.keys("q")
    terminal.wait_for("ended with 0")
    assert "d describe, b briefly" not in terminal.screen


def test_an_escape_leaves_a_question_and_control_c_leaves_everything(terminal: Terminal) -> None:
    terminal.wait_for("Press Enter when you have heard this.")
    terminal.keys("Enter")
    terminal.wait_for("d describe, b briefly")
    terminal.keys("a")
    terminal.wait_for(session_words.TYPE_QUESTION_NEW)
    terminal.text("half of")
    terminal.keys("Escape")
    terminal.wait_for(session_words.GONE_BACK)
    terminal.keys("C-c")
    terminal.wait_for("ended with 0")


SIZES = [(20, 5), (40, 12), (80, 24), (120, 40)]


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_terminal_of_any_size_is_used_and_nothing_is_cut(
    tmp_path: Path, columns: int, rows: int
) -> None:
    """The lines are wrapped at the terminal's own width, at the start and after it changed."""
    options = ("--camera", str(STREET), "--no-speech", "--notice-acknowledged", "yes")
    with open_terminal(tmp_path / "home", *options, columns=columns, rows=rows) as terminal:
        for size in ((columns, rows), *SIZES, (columns, rows)):
            terminal.resize(*size)
            terminal.wait(lambda width=size[0]: fits(terminal, session_words.READY, width))  # type: ignore[misc]
        terminal.keys("x")
        unknown = session_words.unknown_key("x")
        terminal.wait(lambda: fits(terminal, unknown, columns))
        assert terminal.cursor_line.startswith("> x does")
        assert ("Now: nothing is happening." in terminal.screen) is (rows >= 12)
        terminal.keys("a")
        terminal.wait_for("Type your question")
        terminal.text("is it red?")
        terminal.wait(lambda: terminal.cursor_line.strip() == "is it red?")
        terminal.resize(60, 8)
        terminal.wait(lambda: fits(terminal, session_words.TYPE_QUESTION_NEW, 60))
        terminal.wait(lambda: terminal.cursor_line.strip() == "is it red?")


def fits(terminal: Terminal, text: str, columns: int) -> bool:
    """Whether a text is on the screen as it is wrapped at a width, two cells being kept for the cursor's sign."""
    wrapped = [line.strip() for line in textwrap.wrap(text, columns - 2)]
    shown = [row.lstrip(">").strip() for row in terminal.rows]
    return any(shown[n : n + len(wrapped)] == wrapped for n in range(len(shown)))


def test_a_key_held_down_ends_with_the_line_that_it_came_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard(tmp_path / "heard")
    for name in ("PATH", "PYTHONPATH"):
        monkeypatch.setenv(name, heard.environment[name])
    options = ("--camera", str(STREET), "--notice-acknowledged", "yes")
    with open_terminal(tmp_path / "home", *options) as terminal:
        wait_until(lambda: any(text.startswith("Ready") for text in heard.texts))
        terminal.keys("?")
        terminal.wait_for("keys. Use the arrow keys")
        # As a keyboard repeats a key that is held: thirty times a second.
        for _ in range(45):
            terminal.keys("Down")
            time.sleep(1 / 30)
        released_s = time.time()
        terminal.wait(lambda: words.LAST_LINE in terminal.screen)
        last = session_words.NOTICE[:40]
        terminal.wait(lambda: heard.texts[-1:] != [] and heard.texts[-1].startswith(last))
        after = [utterance.text for utterance in heard.utterances if utterance.start_s > released_s]
        late = [text for text in after if "Number" in text]
        assert len(late) <= 1, "lines that were passed by are not waiting to be read"


def test_a_terminal_that_is_gone_ends_it_though_no_signal_comes() -> None:
    """As under ``setsid`` or ``nohup``; it would go on for ever with a whole processor core."""
    here, there = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", "start", "--camera", str(STREET), "--no-speech",
         "--notice-acknowledged", "yes"],
        stdin=there, stdout=there, stderr=there, cwd=ROOT, start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(there)
    try:
        written = b""
        while b"Ready" not in written:
            written += os.read(here, 1 << 16)
        os.close(here)
        wait_until(lambda: process.poll() is not None)
    finally:
        process.kill()
        process.wait()
