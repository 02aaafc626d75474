"""The line mode: typed lines in, the same lines shown and spoken out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

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


def make_terminal(text: str = TEXT, typed: str = "", **options: object) -> Terminal:
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err)
    describer = ScriptedDescriber(lambda _request: answer_events(text))
    parts = make_session(describer, PlainFront(console), **options)  # type: ignore[arg-type]
    return Terminal(parts, PlainMode(parts.session, console, io.StringIO(typed)), out, err)


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


@pytest.mark.parametrize("typed", ["x", "describe", "99", "0", "d now", "\u2026"])
def test_unknown_keys_are_named(terminal: Terminal, typed: str) -> None:
    terminal.type(typed)
    assert len(terminal.status) == 1
    assert "does nothing here" in terminal.status[0]


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
