"""A process that was asked to end does so, though Python may lose the exception."""

from __future__ import annotations

import subprocess
import sys

from assistant.errors import ExitCode
from tests.support.assistant_command import ROOT

_LOSES_IT = """
import os, signal, time
from assistant.cli import main

main.LONGEST_END_S = 0.5
main._listen_to_signals()

class Deleted:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.1)

deleted = Deleted()
del deleted
print("lost", flush=True)
time.sleep(600)
"""


def test_a_request_to_end_that_python_loses_is_kept() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOSES_IT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout == "lost\n"
    assert done.returncode == ExitCode.TERMINATED
