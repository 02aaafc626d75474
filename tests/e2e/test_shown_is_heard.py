"""Everything that is shown is spoken too, and the reverse, over whole runs: what a screen shows, an ear gets.

A stand-in for ``spd-say`` writes down each text that it is to speak, so words are compared, not sounds.
"""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from assistant.errors import ExitCode
from assistant.speech.utterance_queue import Utterance, UtteranceQueue
from tests.support.assistant_command import BEACH, STREET, Command
from tests.support.fake_spd_say import FakeSpdSay, install_fake_spd_say
from tests.support.typed_assistant import TypedAssistant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.model


@pytest.fixture
def voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSpdSay:
    """The voice that every program of the test speaks with."""
    monkeypatch.setenv("SPARC_ASSISTANT_SPEECH_DRIVER", "spd-say")
    return install_fake_spd_say(tmp_path / "voice", monkeypatch)


def _as_spoken(lines: Iterable[str]) -> Counter[str]:
    """Count the utterances that lines become."""
    queue, parts = UtteranceQueue(), Counter[str]()
    for line in lines:
        queue.put(Utterance(line))
    while (utterance := queue.take(is_paused=False)) is not None:
        parts[utterance.text] += 1
    return parts


def _assert_same(shown: Iterable[str], voice: FakeSpdSay) -> None:
    heard, seen = _as_spoken(voice.spoken), _as_spoken(shown)
    assert seen, "nothing was shown"
    assert not seen - heard, "shown, but not heard"
    assert not heard - seen, "heard, but not shown"


@pytest.mark.parametrize(
    "arguments",
    [
        ("describe", STREET),
        ("describe", STREET, "no\nsuch\x1b[2J.png", BEACH, "--brief"),
        ("describe", "nothing.png"),
        ("ask", STREET, "What is on the left?", "Is there a dog?"),
        ("ask", STREET, "What is on\nthe \x07left?"),
    ],
    ids=["one", "several", "missing", "questions", "strange question"],
)
def test_a_command_line(
    embedded: Command, voice: FakeSpdSay, arguments: tuple[str | Path, ...]
) -> None:
    done = embedded.run(*arguments)
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    # Of several pictures, each has a heading for who reads the output; "Looking at picture 1 of 3" is spoken.
    headings = {f"{STREET}:", f"{BEACH}:", "no such.png:"} if len(arguments) > 4 else set()
    _assert_same([line for line in lines if line not in headings], voice)


@pytest.mark.parametrize(
    "arguments",
    [
        ("describe", "--nonsense"),
        ("nonsense",),
        ("describe", STREET, "--rate", "fast"),
        ("plain", "--model", "nothing.gguf", "--mmproj", "nothing.gguf"),
        ("headless", "--keypad", "off"),
    ],
)
def test_what_ends_the_program_before_it_begins(
    embedded: Command, voice: FakeSpdSay, arguments: tuple[str | Path, ...]
) -> None:
    done = embedded.run(*arguments)
    assert done.returncode in (ExitCode.USAGE, ExitCode.MODEL)
    assert done.stdout == ""
    said = " ".join(done.stderr.splitlines())  # what happened and what to do are one utterance
    _assert_same([said], voice)


@pytest.mark.parametrize("option", ["--no-speech", "--json"])
def test_where_nothing_is_to_be_heard_nothing_is(
    embedded: Command, voice: FakeSpdSay, option: str
) -> None:
    done = embedded.run("describe", "--nonsense", option)
    assert done.returncode == ExitCode.USAGE
    assert done.stderr
    assert voice.begun == []


def test_a_command_for_programs_speaks_at_a_terminal_only(
    embedded: Command, voice: FakeSpdSay
) -> None:
    assert embedded.run("settings", "nonsense").returncode == ExitCode.USAGE
    assert voice.begun == []
    shown = _run_at_terminal(embedded.line("settings", "nonsense"))
    _assert_same([" ".join(shown)], voice)


def test_control_c_is_confirmed_at_a_terminal(embedded: Command, voice: FakeSpdSay) -> None:
    voice.behave('grep -q Stopped "$folder"/text.$$ || sleep 60')
    shown = _run_at_terminal(
        embedded.line("describe", STREET), interrupts=lambda: bool(voice.begun)
    )
    assert shown[-1] == "Stopped."
    assert voice.spoken == ["Stopped."]


def test_control_c_ends_the_last_words(embedded: Command, voice: FakeSpdSay) -> None:
    voice.behave("sleep 60")
    process = subprocess.Popen(
        embedded.line("describe", "--nonsense"), stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: bool(voice.begun))
    process.send_signal(signal.SIGINT)
    _, shown = process.communicate(timeout=120)
    assert process.returncode == ExitCode.USAGE
    assert len(shown.splitlines()) == 2
    assert voice.spoken == []


def test_a_whole_conversation_in_the_line_mode(
    embedded: Command, voice: FakeSpdSay, tmp_path: Path
) -> None:
    assistant = TypedAssistant(
        embedded, "--camera", str(STREET), "--save-folder", str(tmp_path / "saved")
    )

    def settle() -> None:
        wait_until(
            lambda: _as_spoken(voice.spoken) == _as_spoken(list(assistant.lines)),
            lambda: (assistant.lines, voice.spoken),
        )

    try:
        assistant.hear("Press Enter")
        settle()
        for typed, last in (
            ("", "Ready."),
            ("describe", "Done."),
            ("a", "Type your question"),
            ("Is there a dog?", "Done."),
            ("D", "capital D does nothing here."),
            ("\x1b[A", "This key does nothing here."),
            ("s", "Nothing is happening."),
            (", rate 240", "rate is now 240."),
            (", rate fast", ""),
            ("v", "Saved in "),
            ("h 1", "Back to: "),
            (" ", ""),
            ("help", "Before the first use"),
        ):
            assistant.hear(last, after=_type(assistant, typed))
            settle()
        assert assistant.quit() == 0
        wait_until(lambda: assistant.lines[-1] == "Goodbye.")
        _assert_same(assistant.lines, voice)
    finally:
        assistant.kill()


def _type(assistant: TypedAssistant, line: str) -> int:
    before = len(assistant.lines)
    assistant.type(line)
    return before


def _run_at_terminal(line: list[str], interrupts: object = None) -> list[str]:
    """Run a program whose messages go to a terminal; return them. Press Control-C once ``interrupts`` says so."""
    master, slave = pty.openpty()
    process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave)
    os.close(slave)
    if callable(interrupts):
        wait_until(interrupts)
        process.send_signal(signal.SIGINT)
    shown = b""
    while True:
        try:
            got = os.read(master, 65536)
        except OSError:  # the program has ended
            break
        if not got:
            break
        shown += got
    os.close(master)
    process.wait(60)
    return shown.decode().splitlines()
