"""A signal ends the wait for a line, whichever thread the kernel gives it to."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

PROGRAM = """
import signal, sys, threading, time
from assistant.cli import signals
if sys.argv[1] == "with": signals.interrupt_blocking_calls()
def heard(number, frame): raise SystemExit(7)
signal.signal(signal.SIGTERM, heard)
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # so that the other thread gets it
print("waiting", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("is_started", [True, False])
def test_a_signal_to_another_thread_is_heard_in_a_blocking_read(is_started: bool) -> None:
    arguments = [sys.executable, "-c", PROGRAM, "with" if is_started else "without"]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.2)
        process.terminate()
        try:
            assert process.wait(2.0 if not is_started else 60.0) == 7
            assert is_started
        except subprocess.TimeoutExpired:
            assert not is_started, "this is what it would be like without"
        process.kill()
