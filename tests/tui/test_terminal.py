"""What goes to and comes from a terminal, byte by byte."""

from __future__ import annotations

import random
import re

import pytest

from assistant.messages import session as session_words
from tests.support.bare_terminal import BareTerminal, open_bare_terminal

PLACES = re.compile(rb"\x1b\[(\d+);(\d+)H")
STYLES = re.compile(rb"\x1b\[([\d;]*)m")
COLOURS = {*range(30, 50), *range(90, 108)}


def drawn_rows(written: bytes) -> set[int]:
    return {int(row) for row, _ in PLACES.findall(written)}


def answers(terminal: BareTerminal) -> None:
    """A key is answered; one that comes in the same moment as what cannot be read may be lost with it."""
    before = len(terminal.written)

    def is_answered() -> bool:
        terminal.type(b"s")
        return b"Nothing is" in terminal.written[before:]

    terminal.wait(is_answered, pause_s=0.3)


@pytest.mark.parametrize(("columns", "rows"), [(20, 5), (40, 12), (80, 24), (120, 40), (200, 60)])
def test_all_rows_of_the_terminal_are_drawn_and_no_more(columns: int, rows: int) -> None:
    with open_bare_terminal(columns, rows) as terminal:
        terminal.wait(lambda: rows in drawn_rows(terminal.written))
        terminal.type(b"q")
        assert terminal.end() == 0
        assert max(drawn_rows(terminal.written)) == rows


def test_a_change_of_size_is_followed() -> None:
    with open_bare_terminal(120, 40) as terminal:
        for columns, rows in ((40, 10), (100, 30), (20, 5), (80, 24)):
            before = len(terminal.written)
            terminal.resize(columns, rows)
            terminal.wait(lambda n=before, r=rows: r in drawn_rows(terminal.written[n:]))  # type: ignore[misc]
            answers(terminal)
            before = len(terminal.written)
            answers(terminal)
            assert max(drawn_rows(terminal.written[before:])) <= rows


def test_the_terminal_is_believed_and_not_old_variables() -> None:
    with open_bare_terminal(100, 30, COLUMNS="80", LINES="24") as terminal:
        terminal.wait(lambda: 30 in drawn_rows(terminal.written))
        terminal.type(b"q")
        assert terminal.end() == 0


@pytest.mark.parametrize(
    "typed",
    [
        b"\xe9", b"\xff", b"\xe2\x82", b"\xf0\x9f\x98", b"\xc3\x28", b"\xed\xa0\x80", b"\x80" * 50,
        b"\x1b[99999999999u", b"\x1b[200~caf\xe9\x1b[201~", b"\x1b[<99999999;0;0M", b"\x1b[;;;R",
    ],
)  # fmt: skip
def test_bytes_that_are_no_text_end_nothing(typed: bytes) -> None:
    with open_bare_terminal() as terminal:
        terminal.type(typed)
        answers(terminal)
        terminal.type(b"q")
        assert terminal.end() == 0
        assert b"ended well" in terminal.written


def test_noise_on_the_line_ends_nothing() -> None:
    chosen = random.Random(11)
    noise = bytes(
        chosen.choice([b for b in range(256) if b not in b"\x03\x11q,23?"]) for _ in range(1000)
    )
    with open_bare_terminal() as terminal:
        for start in range(0, len(noise), 100):
            terminal.type(noise[start : start + 100])
            terminal.read()
        # A paste may be open, and a screen with a line to type in.
        terminal.type(b"\x1b[201~")
        before = len(terminal.written)

        def is_answered() -> bool:
            terminal.type(b"\x1b")
            return terminal.written[before:].count(b"There is nothing to stop.") > 2

        terminal.wait(is_answered, pause_s=0.3)
        answers(terminal)


@pytest.mark.parametrize("keys", [b"sq", b"sssq", b"d\x03", b",\x03"])
def test_keys_typed_just_before_the_end_are_no_fault(keys: bytes) -> None:
    with open_bare_terminal() as terminal:
        terminal.type(keys)
        assert terminal.end() == 0
        assert terminal.written.rstrip().endswith(b"ended well")


def test_a_byte_that_is_no_text_is_told() -> None:
    with open_bare_terminal() as terminal:
        terminal.type(b"\xff")
        terminal.wait_for(b"a character that cannot be read does nothing here.")


def test_no_colour_is_sent_where_none_is_wanted() -> None:
    with open_bare_terminal(NO_COLOR="1") as terminal:
        terminal.type(b"d")
        terminal.wait_for(b"Done.")
        for keys, shown in (
            (b"?", b"keys. Use"),
            (b"\r", b"Back."),
            (b"a", b"Type your"),
            (b"xy", b"xy"),
        ):
            before = len(terminal.written)
            terminal.type(keys)
            terminal.wait_for(shown, before)
        terminal.type(b"\x03")
        assert terminal.end() == 0
    numbers = {int(n) for style in STYLES.findall(terminal.written) for n in style.split(b";") if n}
    assert 7 in numbers, "the line of the cursor is reversed"
    assert not numbers & COLOURS


def test_colours_are_sent_where_they_are_wanted() -> None:
    """Else the test above would prove nothing."""
    with open_bare_terminal() as terminal:
        terminal.type(b"q")
        assert terminal.end() == 0
    assert {38, 48} <= {
        int(n) for style in STYLES.findall(terminal.written) for n in style.split(b";") if n
    }


def test_what_the_model_says_cannot_steer_the_terminal() -> None:
    evil = "A sign \x1b]0;title\x07says \x1b[2J\u202estop\x9b5m. A tree."
    with open_bare_terminal(text=evil) as terminal:
        terminal.type(b"d")
        terminal.wait_for(b"A tree.")
        terminal.type(b"q")
        assert terminal.end() == 0
    for wrong in (b"\x1b]0;", b"title\x07", b"\x1b[2J", "\u202e".encode(), "\x9b".encode()):
        assert wrong not in terminal.written


def test_the_first_line_is_whole_on_the_smallest_terminal() -> None:
    with open_bare_terminal(20, 5) as terminal:
        terminal.wait_for(session_words.READY.rsplit(maxsplit=1)[1].encode())
        assert b"Now:" not in terminal.written[terminal.written.index(b"Ready.") :]
