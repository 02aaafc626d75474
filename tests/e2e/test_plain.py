"""The line mode with the real model, the real voice and a fake player: what is typed, shown and spoken."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.assistant_command import STREET, Command
from tests.support.fake_player import FakePlayer
from tests.support.typed_assistant import TypedAssistant
from tests.support.waiting import wait_until

pytestmark = pytest.mark.model


@pytest.fixture
def assistant(embedded: Command, player: FakePlayer, tmp_path: Path) -> Iterator[TypedAssistant]:
    player.behave("sleep 0.05")
    typed = TypedAssistant(
        embedded,
        "--camera", str(STREET), "--notice-acknowledged", "yes", "--save-folder", str(tmp_path / "saved"),
    )  # fmt: skip
    yield typed
    typed.kill()


def test_a_whole_conversation(
    assistant: TypedAssistant, player: FakePlayer, tmp_path: Path
) -> None:
    assistant.hear("Ready.")
    # A key would cut the greeting short.
    wait_until(lambda: player.finished == len(assistant.lines))
    assistant.type("d")
    done = assistant.hear("Done.")
    wait_until(lambda: player.finished >= len(assistant.lines))
    described = list(assistant.answers)  # they come by another pipe than "Done."
    assert len(described) >= 2
    assert "Looking." in assistant.lines
    assert player.finished == len(assistant.lines)  # every line was spoken, and once
    assistant.type("f Is there a dog in the picture?")
    done = assistant.hear("Done.", done)
    assistant.hear_answers(len(described) + 1)
    assert len(assistant.answers) == len(described) + 1
    assistant.type("r")
    assistant.type("N")
    assistant.hear(assistant.answers[len(described)], done)
    assistant.type("h")
    listed = assistant.hear("2. ", done)
    assert described[0] in assistant.lines[listed - 1]
    n_answered = len(assistant.answers)
    assistant.type("2")
    back = assistant.hear("Back to: ", listed)
    assistant.hear_answers(n_answered + len(described))
    assert assistant.answers[n_answered:] == described
    assistant.type("k")
    checked = assistant.hear("Both descriptions mention: ", back)
    assistant.hear("Done.", checked)
    assistant.type("v")
    assistant.hear("Saved in saved in ", checked)
    assert assistant.lines[-1].endswith(", as picture 1.")
    kept = tmp_path / "saved" / "picture 1.txt"
    assert kept.read_text().startswith("Described in detail:\n")
    assert "Answered by SPARC demo LLaVA on " in kept.read_text()
    assert kept.with_suffix(".png").is_file()
    assistant.type(", rate 240")
    assistant.hear("rate is now 240.")
    assistant.type("s")
    assistant.hear("Nothing is happening. Model: SPARC demo LLaVA.")
    assert assistant.quit() == 0
    assistant.hear("Goodbye.")
    assert len(player.signs) >= 1


def test_stop_silences_and_the_next_key_works(
    assistant: TypedAssistant, player: FakePlayer
) -> None:
    player.behave("sleep 30")
    assistant.type("d")
    assistant.hear(lambda line: line in assistant.answers)
    before = len(assistant.lines)
    player.behave("sleep 0.05")
    assistant.type(" ")
    assistant.hear("Stopped.", before)
    time.sleep(0.3)
    stopped = len(assistant.lines)
    assistant.type("b")
    assistant.hear("Done.", stopped)
    assert assistant.quit() == 0


def test_what_is_piped_in_is_done_before_it_ends(embedded: Command, player: FakePlayer) -> None:
    player.behave("sleep 0.01")
    done = embedded.run("plain", "--camera", STREET, "--notice-acknowledged", "yes", stdin=b"b\n")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) >= 1
    assert done.stderr.splitlines()[-1] == "Goodbye."
    assert "Done." in done.stderr


def test_without_a_terminal_the_assistant_is_the_line_mode(embedded: Command) -> None:
    done = embedded.run("start", "--no-speech", stdin=b"\n?\nq\n")
    assert done.returncode == 0
    assert any(line.startswith("Before the first use") for line in done.stderr.splitlines())
    assert "q: quit. Number 23." in done.stderr


def _children(pid: int) -> list[int]:
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(line) for line in done.stdout.split()]


@pytest.mark.alone  # a worker that is stopped for three seconds before it is asked is replaced without a word
def test_a_killed_model_worker_is_told_of_and_the_answer_comes(
    assistant: TypedAssistant,
) -> None:
    assistant.hear("Ready.")
    assistant.type("b")
    assistant.hear("Done.")
    workers = [
        pid
        for pid in _children(assistant.process.pid)
        if b"inference.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    assert len(workers) == 1
    before = len(assistant.lines)
    os.kill(workers[0], signal.SIGSTOP)  # so that it surely dies in the middle of the answer
    assistant.type("d")
    asked = assistant.hear("Looking.", before)
    time.sleep(0.5)
    os.kill(workers[0], signal.SIGKILL)
    assistant.hear("The model stopped", asked)
    assistant.hear("Done.", asked)
    n_answered = len(assistant.answers)
    assert n_answered >= 3
    assert assistant.quit() == 0


def test_a_camera_that_is_not_there_is_one_sentence_and_the_next_key_works(
    embedded: Command, player: FakePlayer
) -> None:
    player.behave(":")
    assistant = TypedAssistant(embedded, "--camera", "/dev/video99", "--notice-acknowledged", "yes")
    try:
        assistant.hear("Ready.")
        assistant.type("d")
        assistant.hear("The webcam 99 is not plugged in.")
        assistant.type("s")
        assistant.hear("Nothing is happening.")
        assert not any("Traceback" in line for line in assistant.lines)
        assert assistant.quit() == 0
    finally:
        assistant.kill()


def test_no_process_is_left_when_the_front_is_killed(assistant: TypedAssistant) -> None:
    assistant.hear("Ready.")
    assistant.type("d")
    assistant.hear("Looking.")
    # The model's and two of the voice.
    wait_until(lambda: len(_children(assistant.process.pid)) >= 3)
    children = _children(assistant.process.pid)
    assistant.process.kill()
    assistant.process.wait()
    wait_until(lambda: not [pid for pid in children if Path(f"/proc/{pid}/stat").exists()])
