"""Threads make way for other programs and come back: every number here is given, none is measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.inference import thread_governor
from assistant.inference.thread_governor import EVERY_S, ThreadGovernor, busy_s


@dataclass
class Machine:
    """A clock, a load by others, and what the governor asked for."""

    n_cores: int = 2
    now_s: float = 100.0
    others_s: float = 50.0
    own: float = 7.0
    applied: list[int] = field(default_factory=list)

    def governor(self, n_max: int) -> ThreadGovernor:
        governor = ThreadGovernor(
            n_max,
            self.applied.append,
            total_s=lambda: self.others_s + self.own,
            own_s=lambda: self.own,
            clock_s=lambda: self.now_s,
        )
        governor._n_cores = self.n_cores
        return governor

    def pass_time(self, governor: ThreadGovernor, load: float, seconds: float = EVERY_S) -> int:
        """Lets others keep ``load`` cores busy while we compute too, then asks."""
        self.now_s += seconds
        self.others_s += load * seconds
        self.own += governor.n_threads * seconds
        governor.adjust()
        return governor.n_threads


@pytest.mark.parametrize(
    ("n_cores", "load", "n_threads"),
    [(2, 0.0, 2), (2, 0.3, 2), (2, 0.5, 1), (2, 1.0, 1), (4, 1.0, 3), (4, 2.0, 2), (4, 9.0, 1)],
)
def test_threads_are_the_cores_that_are_left(n_cores: int, load: float, n_threads: int) -> None:
    machine = Machine(n_cores)
    governor = machine.governor(n_cores)
    governor.start()
    assert machine.pass_time(governor, load) == n_threads


def test_a_thread_comes_back_when_the_core_is_free_and_not_before() -> None:
    machine = Machine()
    governor = machine.governor(2)
    governor.start()
    assert [machine.pass_time(governor, load) for load in (0.6, 1.0, 0.7, 0.3, 0.1)] == [
        1,
        1,
        1,
        1,
        2,
    ]
    assert machine.applied == [1, 2], "told only when the number changes"


def test_threads_that_are_fewer_than_cores_mind_only_what_exceeds_the_rest() -> None:
    machine = Machine(n_cores=8)
    governor = machine.governor(4)
    governor.start()
    assert machine.pass_time(governor, 4.0) == 4
    assert machine.pass_time(governor, 5.0) == 3


def test_nothing_changes_within_half_a_second_nor_by_what_was_before_the_answer() -> None:
    machine = Machine()
    governor = machine.governor(2)
    machine.pass_time(governor, 2.0, seconds=60)
    governor.start()
    assert machine.pass_time(governor, 2.0, EVERY_S / 2) == 2
    assert machine.pass_time(governor, 0.0, EVERY_S) == 1  # 0.67 of a core on average
    governor.start()
    assert machine.pass_time(governor, 0.0) == 2


def test_one_thread_never_looks() -> None:
    def never() -> float:
        raise AssertionError

    governor = ThreadGovernor(1, lambda _n: None, total_s=never, clock_s=never)
    governor.start()
    governor.adjust()
    assert governor.n_threads == 1


def test_where_nobody_tells_the_load_all_threads_stay(tmp_path: Path) -> None:
    governor = ThreadGovernor(
        4, lambda _n: None, total_s=lambda: busy_s(frozenset({0}), tmp_path / "none")
    )
    governor.start()
    governor.adjust()
    assert governor.n_threads == 4


@given(st.lists(st.floats(0, 20), max_size=20), st.integers(1, 8), st.integers(1, 8))
def test_there_is_always_a_thread_and_never_too_many(
    loads: list[float], n_cores: int, n_max: int
) -> None:
    machine = Machine(n_cores)
    governor = machine.governor(n_max)
    governor.start()
    for load in loads:
        assert 1 <= machine.pass_time(governor, load) <= n_max


def test_the_kernels_table_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stat = tmp_path / "stat"
    stat.write_text(
        "cpu  999 9 9 9 9 9 9 9 9 9\n"
        "cpu0 100 20 30 5000 7 1 2 400 50 0\n"
        "cpu1 10 2 3 5000 7 0 0 400 5 0\n"
        "cpu10 70000 0 0 0 0 0 0 0 0 0\n"
        "intr 1 2 3\n"
    )
    monkeypatch.setattr(thread_governor, "_TICKS_S", 0.01)
    assert busy_s(frozenset({0, 1}), stat) == pytest.approx(1.68)
    assert busy_s(frozenset({1}), stat) == pytest.approx(0.15)
    stat.write_text("cpu0 nonsense\n")
    assert busy_s(frozenset({0}), stat) is None
