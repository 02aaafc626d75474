"""What was typed, or what a file is called, never steers the terminal and never breaks a line."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.announcer import Announcer
from assistant.core.questions import Question, Style
from assistant.errors import AssistantError
from assistant.fronts.console import Console, ConsoleTalk
from assistant.system.printable import printable
from assistant.testing import RecordingEarcons, RecordingSpeaker
from tests.support.session_parts import ShownLines

HARMFUL = [
    "no\nsuch\x1b[2Jfile",
    "\x1b[A",
    "a\x1b]0;title\x07b",
    "a\x1b]8;;http://x.y\x1b\\link\x1b]8;;\x1b\\b",
    "a\x9b2Jb",
    "a\x1bPdevice\x1b\\b",
    "\x1b\x1b[2J[2J",
    "unfinished \x1b[",
    "a\u202egnp.exe",
    "a\u2066b\u2069",
    "a\u2028b\u2029c",
    "a\rb\tc\x00d\x7fe\x85f",
    "half \ud83d",
]


def _steers(text: str) -> bool:
    return any(
        ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029\u202e\u2066" for c in text
    )


@pytest.mark.parametrize("text", HARMFUL)
def test_every_writer_keeps_it_from_the_terminal(text: str) -> None:
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err)
    console.data(text)
    console.json({"name": text})
    console.status(text)
    console.error(AssistantError(text, text))
    assert len(out.getvalue().splitlines()) == 2
    assert len(err.getvalue().splitlines()) == 3
    assert not [line for line in (out.getvalue() + err.getvalue()).split("\n") if _steers(line)]
    assert json.loads(out.getvalue().splitlines()[1]) == {"name": text}, "programs get the value"


@pytest.mark.parametrize("text", HARMFUL)
def test_what_is_spoken_is_what_is_shown(text: str) -> None:
    front, speaker, err = ShownLines(), RecordingSpeaker(), io.StringIO()
    Announcer(front, speaker, RecordingEarcons()).tell(f"Here: {text}.")
    ConsoleTalk(Console(io.StringIO(), err), speaker).tell(f"Here: {text}.")
    assert speaker.wait(5.0)
    assert speaker.spoken == [*front.texts, *err.getvalue().splitlines()]
    assert not _steers("".join(speaker.spoken))


@given(st.text())
def test_it_is_one_line_and_stays_as_it_is_when_done_again(text: str) -> None:
    once = printable(text)
    assert not _steers(once)
    assert printable(once) == once


@pytest.mark.parametrize(
    "text", ["Caf\u00e9 \U0001f44d\ufe0f", "\u05e9\u200f!", "\u0928\u094d\u200d", "a  b\u00a0c", ""]
)
def test_words_of_any_language_stay(text: str) -> None:
    assert printable(text) == text


def test_bytes_of_an_older_encoding_are_read() -> None:
    name = b"caf\xe9 \x93x\x94.png".decode("utf-8", "surrogateescape")
    assert printable(name) == "caf\u00e9 \u201cx\u201d.png"
    question = Question(Style.QUESTION, name)
    assert question.text.encode("utf-8").decode() == "caf\u00e9 \u201cx\u201d.png"
