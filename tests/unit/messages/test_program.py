"""Sentences name commands as they can be typed here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.messages.translation import PROGRAM_VARIABLE, find_program
from tests.support.assistant_command import ROOT

PYTHON = "/usr/bin/python3"
MODULE = "/home/a/assistant/__main__.py"


@pytest.mark.parametrize(
    ("environment", "argument", "typed", "program"),
    [
        ({PROGRAM_VARIABLE: "./scripts/run"}, MODULE, PYTHON, "./scripts/run"),
        ({}, MODULE, "python3", "python3 -m assistant"),
        ({}, MODULE, "/a b/python", "'/a b/python' -m assistant"),
        ({}, ".venv/bin/sparc-assistant", PYTHON, ".venv/bin/sparc-assistant"),
        ({}, "/home/a/my own program.py", PYTHON, "sparc-assistant"),
        ({}, "", PYTHON, "sparc-assistant"),
    ],
)
def test_the_program_is_called_as_it_was_started(
    environment: dict[str, str], argument: str, typed: str, program: str
) -> None:
    assert find_program(environment, [argument], [typed]) == program


def test_one_that_is_on_the_path_is_called_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "sparc-assistant"
    script.touch(0o755)
    assert find_program({}, [str(script)], [PYTHON]) == str(script)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program({}, [str(script)], [PYTHON]) == "sparc-assistant"


def test_every_hint_can_be_typed_and_names_of_folders_stay() -> None:
    """What is told in help, lists and errors names no command that is not there."""
    for arguments in (["--help"], ["describe", "--help"], ["models", "list"], ["settings", "x"]):
        done = subprocess.run(
            [sys.executable, "-m", "assistant", *arguments],
            env=os.environ | {PROGRAM_VARIABLE: "./scripts/run"},
            cwd=ROOT, capture_output=True, text=True,
        )  # fmt: skip
        told = done.stdout + done.stderr
        assert "./scripts/run" in told
        assert "sparc-assistant models" not in told
        assert "run among" not in told
