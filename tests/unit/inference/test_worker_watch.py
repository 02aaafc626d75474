"""When a worker is given up, and when it is only slow."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from assistant.inference.worker.watch import (
    IDLE,
    WORKING,
    Judge,
    Patience,
    WorkerWatch,
)
from assistant.system.process_state import ProcessState, state_of

PATIENCE = Patience(stopped_s=3.0, silent_s=60.0, stuck_s=180.0)


def judged(
    letter: str, sign: bytes, *, effort_a_second: int, beats: bool, for_s: int
) -> int | None:
    """After how many seconds it is given up; None if it is not."""
    judge = Judge(PATIENCE, 0.0)
    for now in range(1, for_s + 1):
        judge.hear(sign if beats or now == 1 else b"", float(now))
        if judge.is_hung(ProcessState(letter, effort_a_second * now), float(now)):
            return now
    return None


def test_ten_minutes_of_computing_are_slow_and_not_hung() -> None:
    assert judged("R", WORKING, effort_a_second=190, beats=True, for_s=600) is None


def test_an_hour_without_work_is_no_hang() -> None:
    assert judged("S", IDLE, effort_a_second=0, beats=True, for_s=3600) is None


def test_reading_a_slow_disk_is_no_hang() -> None:
    assert judged("D", WORKING, effort_a_second=3, beats=True, for_s=600) is None


def test_a_stopped_process_is_given_up_soon() -> None:
    assert judged("T", WORKING, effort_a_second=0, beats=False, for_s=600) == 4


def test_a_debugger_may_hold_it_for_a_while() -> None:
    assert judged("t", WORKING, effort_a_second=0, beats=False, for_s=50) is None


def test_a_silent_one_is_given_up_after_a_minute() -> None:
    assert judged("S", WORKING, effort_a_second=0, beats=False, for_s=600) == 61


def test_one_that_has_work_and_does_nothing_is_given_up_after_minutes() -> None:
    assert judged("S", WORKING, effort_a_second=0, beats=True, for_s=600) == 181


def test_a_front_that_slept_gives_its_worker_time() -> None:
    judge = Judge(PATIENCE, 0.0)
    judge.forgive(1000.0)
    assert not judge.is_hung(ProcessState("T", 0), 1001.0)
    assert judge.is_hung(ProcessState("T", 0), 1003.5)


def test_the_kernel_tells_of_a_process() -> None:
    mine = state_of(os.getpid())
    assert mine.letter == "R"
    sum(range(3_000_000))
    assert state_of(os.getpid()).effort >= mine.effort
    assert state_of(2**22 + 1) == ProcessState("", 0)


@pytest.mark.parametrize("code", ["import time; time.sleep(600)", "import os; os.kill(0, 0)"])
def test_the_watch_ends_a_silent_process_and_goes_with_one_that_ends(code: str) -> None:
    life, theirs = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", code], pass_fds=(theirs,))
    os.close(theirs)
    watch = WorkerWatch(process, life, Patience(silent_s=0.5))
    process.wait(60)
    assert watch.has_hung == ("sleep" in code)
