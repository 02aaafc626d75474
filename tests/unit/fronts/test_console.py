"""Lines that cannot be written: a result's trouble is raised, and what is spoken too goes on."""

from __future__ import annotations

import errno
import io

import pytest

from assistant.core.session_ports import Kind, Line
from assistant.errors import AssistantError
from assistant.fronts.console import Console
from assistant.fronts.plain import PlainFront


class Unwritable(io.StringIO):
    """A stream whose place has no room, or whose reader is gone."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def flush(self) -> None:
        raise OSError(
            self._number, "No space left on device" if self._number == errno.ENOSPC else ""
        )


def test_a_result_that_has_no_room_is_a_sentence() -> None:
    with pytest.raises(
        AssistantError, match="The output cannot be written: No space left on device"
    ):
        Console(Unwritable(errno.ENOSPC), io.StringIO()).data("A street.")


def test_a_reader_that_went_away_is_told_by_its_own_error() -> None:
    with pytest.raises(BrokenPipeError):
        Console(Unwritable(errno.EPIPE), io.StringIO()).data("A street.")


def test_narration_that_cannot_be_written_ends_nothing() -> None:
    out = io.StringIO()
    console = Console(out, Unwritable(errno.ENOSPC))
    console.status("Looking.")
    console.data("A street.")
    assert out.getvalue() == "A street.\n"


@pytest.mark.parametrize(("number", "n_told"), [(errno.ENOSPC, 1), (errno.EPIPE, 0)])
def test_what_is_spoken_too_goes_on_and_the_trouble_is_told_once(number: int, n_told: int) -> None:
    told = io.StringIO()
    front = PlainFront(Console(Unwritable(number), told))
    for text in ("A street.", "At the left there is a bus."):
        front.show(Line(Kind.SENTENCE, text))
    front.go_to(0)
    assert told.getvalue().count("cannot be written") == n_told
