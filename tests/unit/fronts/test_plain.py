"""The line mode: typed lines in, the same lines shown and spoken out."""

from __future__ import annotations

import io
import os
import pty
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

import pytest

from assistant.fronts.console import Console
from assistant.fronts.plain import PlainFront, PlainMode
from assistant.messages import session as words
from assistant.testing import ScriptedDescriber, answer_events
from tests.support.session_parts import SessionParts, make_session
from tests.support.waiting import wait_until

TEXT = "A red car. A green tree."
ANSWER = ["A red car.", "A green tree."]


@dataclass
class Terminal:
    """A line mode with what it wrote."""

    parts: SessionParts
    mode: PlainMode
    out: io.StringIO
    err: io.StringIO

    def type(self, *lines: str) -> None:
        for line in lines:
            assert self.mode.take(line)
            self.parts.settle()

    @property
    def answers(self) -> list[str]:
        return self.out.getvalue().splitlines()

    @property
    def status(self) -> list[str]:
        return self.err.getvalue().splitlines()


def make_terminal(
    text: str = TEXT, typed: str = "", source: TextIO | None = None, **options: object
) -> Terminal:
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err)
    describer = ScriptedDescriber(lambda _request: answer_events(text))
    parts = make_session(describer, PlainFront(console), **options)  # type: ignore[arg-type]
    return Terminal(parts, PlainMode(parts.session, source or io.StringIO(typed)), out, err)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = make_terminal()
    yield made
    made.parts.session.close()


def run_beside_orca(typed: str) -> Terminal:
    terminal = make_terminal(typed=typed, screen_reader="Orca")
    terminal.mode.run()
    terminal.parts.session.close()
    return terminal


@pytest.mark.parametrize(
    ("typed", "left"), [("1\nq\n", True), (" 2 \nq\n", False), ("\nq\n", None)]
)
def test_who_speaks_is_asked_before_all_else(typed: str, left: bool | None) -> None:
    terminal = run_beside_orca(typed)
    assert terminal.status[:4] == [
        "Orca is running, so you may hear everything twice. Who should speak?",
        "1. Only Orca",
        "2. This program too",
        words.WHO_SPEAKS_TYPED,
    ]
    assert terminal.parts.preferences.left_to_reader is left
    assert words.READY_TYPED in terminal.status
    assert terminal.status[-1] == "Goodbye."


def test_a_command_in_place_of_an_answer_is_not_lost() -> None:
    terminal = run_beside_orca("s\nq\n")
    assert terminal.parts.preferences.left_to_reader is None
    assert any(line.startswith("Nothing is happening.") for line in terminal.status)


def test_the_end_of_input_in_place_of_an_answer_ends_the_program() -> None:
    assert run_beside_orca("").status[-1] == "Goodbye."


@pytest.mark.parametrize("typed", ["d", "1", " d "])
def test_a_key_and_its_number_describe(terminal: Terminal, typed: str) -> None:
    terminal.type(typed)
    assert terminal.answers == ANSWER
    assert terminal.status[0] == "Looking."
    spoken = terminal.parts.speaker.spoken
    assert sorted(spoken) == sorted(terminal.answers + terminal.status)


def test_enter_alone_does_nothing(terminal: Terminal) -> None:
    terminal.type("", "")
    assert terminal.answers == terminal.status == []


@pytest.mark.parametrize("typed", [" ", "space", "esc", "escape", "\x1b", "5"])
def test_a_blank_or_escape_stops(terminal: Terminal, typed: str) -> None:
    terminal.type(typed)
    assert terminal.status == ["There is nothing to stop."]


def test_a_question_in_one_line_or_two_or_after_the_picture(terminal: Terminal) -> None:
    requests = terminal.parts.describer.requests
    terminal.type("a what is there?")
    terminal.type("a", "what is left?")
    terminal.type("a", "", "what is right?")
    assert [request.question for request in requests] == [
        "what is there?",
        "what is left?",
        "what is right?",
    ]
    assert len(terminal.parts.cameras.captured) == 3
    terminal.type("f and behind?", "f", "and above?")
    assert len(terminal.parts.cameras.captured) == 3
    assert requests[-1].question == "and above?"
    assert requests[-1].image_rgb is terminal.parts.cameras.captured[2]


def test_enter_alone_goes_back_from_a_question(terminal: Terminal) -> None:
    terminal.type("d", "f", "")
    assert terminal.status[-1] == "Back."
    terminal.type("s")
    assert terminal.status[-1].startswith("Nothing is happening.")


def test_letters_typed_as_a_question_are_no_keys(terminal: Terminal) -> None:
    terminal.type("a", "q")
    assert terminal.parts.describer.requests[0].question == "q"


def test_a_stop_works_where_a_text_is_expected(terminal: Terminal) -> None:
    terminal.type("a", " ")
    assert terminal.status[-1] == "There is nothing to stop."


def test_history_is_numbered_and_chosen_by_number(terminal: Terminal) -> None:
    terminal.type("d", "b", "h")
    assert terminal.status[-3] == (
        "2 answers, newest first. Type a number and press Enter. Press Enter alone to go back."
    )
    assert terminal.status[-1].startswith("2. ")
    terminal.type("9")
    assert terminal.status[-1] == "9 is not in the list. Type a number from 1 to 2."
    terminal.type("h 2")
    assert terminal.answers[-2:] == ANSWER
    terminal.type("h", "2")
    assert terminal.answers[-2:] == ANSWER


def test_models_and_settings(terminal: Terminal) -> None:
    terminal.type("m", "2")
    wait_until(lambda: terminal.status[-1] == "Model: large model. It is loading.")
    terminal.type(",", "rate 240")
    assert terminal.status[-1] == "rate is now 240."
    terminal.type(", rate 260")
    assert terminal.status[-1] == "rate is now 260."
    assert "rate: 180" in terminal.status


def test_help_is_shown_and_spoken(terminal: Terminal) -> None:
    terminal.type("?")
    assert "q: quit. Number 23." in terminal.status
    assert terminal.status[-1].startswith("Before the first use")
    assert terminal.parts.speaker.spoken == terminal.status


def test_moving_shows_the_sentence_again(terminal: Terminal) -> None:
    terminal.type("d", "N")
    assert terminal.answers == [*ANSWER, "A red car."]


@pytest.mark.parametrize(
    "typed", ["x", "descripe", "99", "0", "d now", "describe now", "the left?"]
)
def test_unknown_keys_are_named(terminal: Terminal, typed: str) -> None:
    terminal.type(typed)
    assert len(terminal.status) == 1
    assert "does nothing here" in terminal.status[0]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("D", "capital D does nothing here."),
        ("\u2192", "rightwards arrow does nothing here."),
        ("%", "percent does nothing here."),
        ("_", "underline does nothing here."),
        ("(", "left parenthesis does nothing here."),
        ("7x", "7x does nothing here."),
        ("\x1b[A", "This key does nothing here."),
        ("\x1b[<0;10;5M", "This key does nothing here."),
        ("x\x07y", "x y does nothing here."),
    ],
)
def test_what_does_nothing_is_called_so_that_it_is_heard(
    terminal: Terminal, typed: str, said: str
) -> None:
    terminal.type(typed)
    assert len(terminal.status) == 1
    assert terminal.status[0].startswith(said)
    assert terminal.parts.speaker.spoken == terminal.status


@pytest.mark.parametrize("typed", ["describe", "Describe", "DESCRIBE ", "brief", "d\x00"])
def test_words_are_taken_for_keys(terminal: Terminal, typed: str) -> None:
    terminal.type(typed)
    assert terminal.answers == ANSWER


def test_words_take_a_question_too(terminal: Terminal) -> None:
    terminal.type("ask What is There?", "Follow up and Behind?", "follow_up above?", "ask", "left?")
    assert [request.question for request in terminal.parts.describer.requests] == [
        "What is There?",
        "and Behind?",
        "above?",
        "left?",
    ]
    terminal.type("help")
    assert "q: quit. Number 23." in terminal.status


@pytest.mark.parametrize("typed", ["quit", "exit", "Quit", "q", "23"])
def test_words_end_it(typed: str) -> None:
    terminal = make_terminal(typed=f"{typed}\nd\n")
    terminal.mode.run()
    terminal.parts.session.close()
    assert (terminal.status[-1], terminal.answers) == ("Goodbye.", [])
    assert terminal.parts.speaker.spoken == terminal.status


@pytest.fixture(params=["pipe", "terminal"])
def typing(request: pytest.FixtureRequest) -> Iterator[tuple[int, TextIO]]:
    """What is typed into, and what reads it."""
    read, write = os.pipe() if request.param == "pipe" else reversed(pty.openpty())
    with os.fdopen(read, encoding="utf-8") as source:
        yield write, source
    os.close(write)


@pytest.mark.parametrize(
    ("pasted", "questions"),
    [
        (b"What is on the left\nq\n", ["What is on the left q"]),
        (b"What is on\n\nthe  left?\n", ["What is on the left?"]),
        (b"What is in the caf\xe9?\r\n", ["What is in the caf\u00e9?"]),
    ],
)
def test_all_of_a_pasted_text_is_the_question(
    typing: tuple[int, TextIO], pasted: bytes, questions: list[str]
) -> None:
    write, source = typing
    terminal = make_terminal(source=source)
    running = threading.Thread(target=terminal.mode.run)
    running.start()
    os.write(write, b"a\n")
    wait_until(lambda: any(line.startswith("Type your question") for line in terminal.status))
    os.write(write, pasted)
    wait_until(lambda: "Done." in terminal.status)
    os.write(write, b"s\nd\n")  # where a key is expected, each line is one
    wait_until(lambda: terminal.status.count("Done.") == 2)
    os.write(write, b"quit\n")
    running.join()
    terminal.parts.session.close()
    asked = [request.question for request in terminal.parts.describer.requests]
    assert asked[: len(questions)] == questions
    assert len(terminal.parts.cameras.captured) == 2
    assert terminal.status[-1] == "Goodbye."
    assert not [line for line in terminal.status if "does nothing" in line]


@pytest.mark.parametrize("first", ["d", "describe"])
def test_the_first_key_acknowledges_the_notice_and_is_done(first: str) -> None:
    terminal = make_terminal(typed=f"{first}\n", is_notice_due=True)
    terminal.mode.run()
    terminal.parts.session.close()
    assert not terminal.parts.preferences.is_due
    assert terminal.answers == ANSWER
    assert terminal.status[2] == "Looking.", "it is not said that keys work when one was pressed"


def test_the_first_run_wants_enter_before_it_is_ready() -> None:
    terminal = make_terminal(typed="\nd\n", is_notice_due=True)
    terminal.mode.run()
    terminal.parts.session.close()
    assert terminal.status[0].startswith("Before the first use")
    assert terminal.status[2].startswith("Ready.")
    assert not terminal.parts.preferences.is_due
    assert terminal.answers == ANSWER
    assert terminal.status[-1] == "Goodbye."


def test_q_ends_and_what_follows_is_not_read() -> None:
    terminal = make_terminal(typed="q\nd\n")
    terminal.mode.run()
    terminal.parts.session.close()
    assert terminal.status[-1] == "Goodbye."
    assert terminal.answers == []
