"""The sentry ends a process where this one is kept from running, and only then."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from assistant.inference import worker_watch
from assistant.inference.sentry import Sentry

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pidfd_open(2) is Linux's")

PATIENCE_S = 1.0
ON_TIME_S = 1.0
"""After which the next beat is late."""


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


@contextmanager
def beating(sentry: Sentry) -> Iterator[None]:
    """Beats come twice a second from a thread, as they do while a worker is watched."""
    is_over = threading.Event()

    def beat() -> None:
        while not is_over.wait(0.5):
            sentry.beat()
        sentry.end()

    thread = threading.Thread(target=beat)
    thread.start()
    yield
    is_over.set()
    thread.join()


def is_ended_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        return process.wait(seconds) == -signal.SIGKILL
    except subprocess.TimeoutExpired:
        return False


def hold_pythons_lock(seconds: float) -> None:
    """As a thread does that waits for its code to be read from disk."""
    ctypes.PyDLL(None).usleep(int(seconds * 1e6))


def test_no_thread_of_python_is_needed_to_end_it(worker: subprocess.Popen[bytes]) -> None:
    sentry = Sentry(worker.pid, PATIENCE_S, min_major_faults=0)
    assert sentry.is_standing, "it was not built with the package"
    with beating(sentry):
        hold_pythons_lock(ON_TIME_S + PATIENCE_S + 1.5)
        assert is_ended_within(worker, 0.2), "while the lock was held"


def test_who_runs_is_left_alone(worker: subprocess.Popen[bytes]) -> None:
    with beating(Sentry(worker.pid, PATIENCE_S, min_major_faults=0)):
        assert not is_ended_within(worker, ON_TIME_S + PATIENCE_S + 2.0)


def test_many_short_delays_count_as_a_long_one(worker: subprocess.Popen[bytes]) -> None:
    sentry = Sentry(worker.pid, PATIENCE_S, min_major_faults=0)
    for _ in range(5):
        sentry.beat()
        hold_pythons_lock(ON_TIME_S + 0.8)
    sentry.end()
    assert is_ended_within(worker, 0.2)


def test_where_nothing_is_read_from_disk_it_is_not_memory(
    worker: subprocess.Popen[bytes],
) -> None:
    with beating(Sentry(worker.pid, PATIENCE_S, min_major_faults=1_000_000)):
        hold_pythons_lock(ON_TIME_S + PATIENCE_S + 1.5)
        assert not is_ended_within(worker, 0.2)


def test_after_its_end_it_ends_nobody(worker: subprocess.Popen[bytes]) -> None:
    sentry = Sentry(worker.pid, PATIENCE_S, min_major_faults=0)
    sentry.end()
    sentry.end()
    sentry.beat()
    assert not sentry.is_standing
    assert not is_ended_within(worker, ON_TIME_S + PATIENCE_S + 1.0)


def test_a_pause_of_everything_is_nobodys_delay(worker: subprocess.Popen[bytes]) -> None:
    code = f"""
import time
from assistant.inference.sentry import Sentry
sentry = Sentry({worker.pid}, {PATIENCE_S}, min_major_faults=0)
while True:
    sentry.beat()
    time.sleep(0.1)
"""
    front = subprocess.Popen([sys.executable, "-c", code])
    try:
        time.sleep(1.0)
        front.send_signal(signal.SIGSTOP)
        assert not is_ended_within(worker, ON_TIME_S + PATIENCE_S + 1.0)
        front.send_signal(signal.SIGCONT)
        assert not is_ended_within(worker, 1.5)
        assert front.poll() is None
    finally:
        front.kill()
        front.wait()


@pytest.mark.parametrize("held_s", [0.5, ON_TIME_S + PATIENCE_S + 1.5])
def test_a_watched_worker_is_ended_where_the_front_does_not_run(
    monkeypatch: pytest.MonkeyPatch, held_s: float
) -> None:
    """In the words for memory that ran out: it did not hang."""
    quick = partial(Sentry, patience_s=PATIENCE_S, min_major_faults=0)
    monkeypatch.setattr(worker_watch, "Sentry", quick)
    life, theirs = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], pass_fds=(theirs,)
    )
    os.close(theirs)
    watch = worker_watch.WorkerWatch(process, life)
    time.sleep(0.5)
    hold_pythons_lock(held_s)
    assert is_ended_within(process, 2.0) == (held_s > PATIENCE_S)
    process.kill()
    process.wait()
    watch.join()
    assert not watch.has_hung


def test_a_process_that_is_gone_needs_no_sentry() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    sentry = Sentry(process.pid)
    assert not sentry.is_standing
    sentry.beat()
    sentry.end()
