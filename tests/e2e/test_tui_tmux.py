"""The full screen in a real terminal, with the embedded model and the real voice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.messages import session as session_words
from assistant.messages import settings as settings_words
from assistant.messages import tui as words
from tests.support.assistant_command import ROOT, STREET, Command
from tests.support.fake_player import FakePlayer
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


@dataclass
class Terminal:
    """A terminal of tmux in which the assistant runs."""

    socket: Path

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self.socket), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def text(self, text: str) -> None:
        self.tmux("send-keys", "-l", text)

    @property
    def screen(self) -> str:
        """What is on the screen; wrapped lines are one line."""
        return " ".join(self.tmux("capture-pane", "-p").split())

    @property
    def cursor_line(self) -> str:
        """The words of the screen's line on which the cursor is."""
        y, is_shown = self.tmux("display", "-p", "#{cursor_y} #{cursor_flag}").split()
        assert is_shown == "1"
        return self.tmux("capture-pane", "-p").splitlines()[int(y)]

    def wait(self, holds: Callable[[], bool]) -> None:
        wait_until(holds, lambda: self.tmux("capture-pane", "-p"), timeout_s=90.0, pause_s=0.05)

    def wait_for(self, text: str) -> None:
        self.wait(lambda: text in self.screen)


@pytest.fixture
def terminal(player: FakePlayer, tmp_path: Path) -> Iterator[Terminal]:
    folder = Path(tempfile.mkdtemp(prefix="tmux"))
    terminal = Terminal(folder / "s")
    home = tmp_path / "home"
    home.mkdir()
    # The log of other parts, were it not kept away, would be seen on the screen.
    command = f'"{sys.executable}" -m assistant --camera "{STREET}"; echo "ended with $?"; sleep 60'
    environment = {**os.environ, "HOME": str(home), "TERM": "xterm-256color"}
    for name in ("TMUX", "ACCESSIBLE", "NO_COLOR"):
        environment.pop(name, None)
    subprocess.run(
        ["tmux", "-S", str(terminal.socket), "-f", "/dev/null", "new-session", "-d",
         "-x", "100", "-y", "40", command],
        cwd=ROOT, env=environment, check=True,
    )  # fmt: skip
    try:
        yield terminal
    finally:
        subprocess.run(
            ["tmux", "-S", str(terminal.socket), "kill-server"], capture_output=True, check=False
        )
        shutil.rmtree(folder, ignore_errors=True)


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
    terminal.tmux("resize-window", "-x", "20", "-y", "5")
    time.sleep(0.3)
    terminal.tmux("resize-window", "-x", "100", "-y", "40")
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
