"""Which turns go when the context is full."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.inference.prompts import count_turns_to_drop


def test_nothing_goes_while_all_fits() -> None:
    assert count_turns_to_drop([100, 100], 0) == 0
    assert count_turns_to_drop([100, 100], -50, n_before=1) == 0


def test_room_is_made_for_several_questions_and_then_left_as_it_is() -> None:
    assert count_turns_to_drop([100] * 10, 50) == 6
    assert count_turns_to_drop([100] * 11, 150, n_before=6) == 6
    assert count_turns_to_drop([100] * 15, 650, n_before=6) == 11


@given(
    st.lists(st.integers(1, 500), max_size=20),
    st.integers(-100, 5000),
    st.integers(0, 25),
)
def test_what_goes_makes_enough_room_where_that_is_possible(
    lengths: list[int], n_over: int, n_before: int
) -> None:
    n_dropped = count_turns_to_drop(lengths, n_over, n_before)
    assert 0 <= n_dropped <= len(lengths)
    assert sum(lengths[:n_dropped]) >= min(n_over, sum(lengths))
