"""Pieces of lines in reading order: bills row by row, columns one after the other, pages turned and askew."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.glance.text.direction import face, find_direction
from assistant.glance.text.nets import Floats
from assistant.glance.text.reading_order import order_rows

HEIGHT = 30.0


def piece(left: float, top: float, width: float, height: float = HEIGHT) -> Floats:
    right, bottom = left + width, top + height
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)


def turn(pieces: list[Floats], degrees: float) -> list[Floats]:
    """Turn clockwise as seen, about a point outside."""
    angle = np.radians(degrees)
    matrix = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    return [((each - 700) @ matrix + 900).astype(np.float32) for each in pieces]


BILL = [
    piece(100, 100, 300),
    *(piece(x, 160 + 50 * i, w) for i in range(5) for x, w in ((100, 200), (800, 80))),
]
BILL_ROWS = [[0], *([i, i + 1] for i in range(1, 10, 2))]
COLUMNS = [piece(x, 100 + 45 * i, 400) for x in (100, 600) for i in range(8)]


def test_a_bill_is_read_across() -> None:
    assert order_rows(BILL, 0.0) == BILL_ROWS


def test_columns_are_read_one_after_the_other() -> None:
    assert order_rows(COLUMNS, 0.0) == [[i] for i in range(16)]


def test_a_heading_and_a_footer_part_columns() -> None:
    page = [piece(100, 20, 900), *COLUMNS, piece(100, 600, 900)]
    assert order_rows(page, 0.0) == [[i] for i in range(18)]


def test_two_lists_that_share_no_lines_are_two_columns() -> None:
    lists = [
        piece(x, 100 + 60 * i + (0 if x < 500 else 25), 120) for x in (100, 700) for i in range(5)
    ]
    assert order_rows(lists, 0.0) == [[i] for i in range(10)]


def test_the_order_in_which_pieces_are_found_does_not_matter() -> None:
    order = np.random.default_rng(1).permutation(len(BILL))
    rows = order_rows([BILL[i] for i in order], 0.0)
    assert [[int(order[i]) for i in row] for row in rows] == BILL_ROWS


@pytest.mark.parametrize("degrees", [0, 5, -5, 15, 44, 90, 133])
def test_a_turned_page_reads_as_it_did(degrees: float) -> None:
    # A detector does not know where a piece starts: here each starts at its other end.
    found = [np.roll(each, 2, 0) for each in turn(BILL, degrees)]
    direction = find_direction(found)
    assert direction == pytest.approx(degrees, abs=0.1)
    faced = [face(each, direction) for each in found]
    for each, wanted in zip(faced, turn(BILL, degrees), strict=True):
        assert np.allclose(each, wanted, atol=0.01)
    assert order_rows(faced, direction) == BILL_ROWS


def test_a_page_on_its_head_reads_from_its_own_top() -> None:
    assert order_rows(turn(BILL, 180), 180.0) == BILL_ROWS


def test_a_page_seen_from_aside_keeps_its_rows() -> None:
    """Lines run together to the right, so that a price stands as high as the next item does."""

    def see(each: Floats) -> Floats:
        x, y = each[:, 0], each[:, 1]
        return np.stack([x, 500 + (y - 600) * (1 - 0.0004 * x)], 1).astype(np.float32)

    assert (
        order_rows([see(each) for each in BILL], find_direction([see(each) for each in BILL]))
        == BILL_ROWS
    )


def test_a_word_across_the_page_keeps_its_own_direction() -> None:
    upright = np.array([(50, 100), (50, 400), (20, 400), (20, 100)], np.float32)
    faced = face(np.roll(upright, 2, 0), find_direction([*BILL, upright]))
    assert np.array_equal(faced, upright)  # read downwards


def test_short_pieces_alone_run_to_the_right() -> None:
    assert find_direction([piece(0, 0, 30), piece(80, 0, 25)]) == 0.0
