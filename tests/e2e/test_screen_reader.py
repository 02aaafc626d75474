"""Beside a screen reader nobody hears everything twice: it is asked once who speaks, and a key turns speech on."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.messages import session as words
from tests.support.assistant_command import STREET, Command
from tests.support.fake_player import FakePlayer
from tests.support.typed_assistant import TypedAssistant
from tests.support.waiting import wait_until

# What is called as a screen reader is seen by every program that starts meanwhile.
pytestmark = [pytest.mark.model, pytest.mark.alone]

Begin = Callable[[], TypedAssistant]


@contextmanager
def running_orca(folder: Path) -> Iterator[None]:
    """A process that is called as the screen reader is."""
    script = folder / "orca"
    script.write_text("#!/bin/sh\nread line\n")
    script.chmod(0o755)
    with subprocess.Popen([script], stdin=subprocess.PIPE) as process:
        yield
        process.kill()


@pytest.fixture
def begin(
    embedded: Command, player: FakePlayer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Begin]:
    monkeypatch.delenv("SPARC_ASSISTANT_SCREEN_READER")
    begun: list[TypedAssistant] = []

    def start() -> TypedAssistant:
        # Not by --notice-acknowledged alone: the settings file is written, as a person's is.
        begun.append(
            TypedAssistant(
                embedded, "--camera", str(STREET), "--notice-acknowledged", "yes", "--earcons", "no"
            )
        )
        return begun[-1]

    yield start
    for assistant in begun:
        assistant.kill()


def test_the_person_is_asked_once_and_then_hears_only_the_screen_reader(
    begin: Begin, player: FakePlayer, embedded: Command, tmp_path: Path
) -> None:
    with running_orca(tmp_path):
        first = begin()
        asked = first.hear(words.WHO_SPEAKS_TYPED)
        wait_until(lambda: player.finished == asked)  # all that is shown until then is heard too
        first.type("1")
        silent = first.hear("This program is silent from now on. The key u turns its speech on.")
        wait_until(lambda: player.finished == silent)
        first.hear("Ready.")
        first.type("b")
        first.hear("Done.")
        assert first.quit() == 0
        assert player.started == silent, "nothing more was spoken"

        second = begin()
        second.hear("Ready.")
        assert not any(words.WHO_SPEAKS in line for line in second.lines)
        second.type("u")
        second.hear("Speech is on.")
        wait_until(lambda: player.finished == silent + 1)
        second.type("u")
        second.hear("Speech is off.")
        wait_until(lambda: player.finished == silent + 2)
        second.type("s")
        second.hear("Nothing is happening.")
        assert second.quit() == 0
        described = embedded.run("describe", STREET, "--brief")
        assert described.returncode == 0
        assert player.started == silent + 2

    alone = begin()
    ready = alone.hear("Ready.")
    wait_until(lambda: player.finished == silent + 2 + ready)
    assert alone.quit() == 0


def test_both_may_speak_and_it_is_not_asked_again(
    begin: Begin, player: FakePlayer, tmp_path: Path
) -> None:
    with running_orca(tmp_path):
        first = begin()
        first.hear(words.WHO_SPEAKS_TYPED)
        first.type("2")
        first.hear(words.BOTH_SPEAK_NOW)
        first.hear("Ready.")
        assert first.quit() == 0
        # Not those that were started: what the goodbye cut off never finishes.
        before = player.finished
        second = begin()
        ready = second.hear("Ready.")
        assert not any(words.WHO_SPEAKS in line for line in second.lines)
        wait_until(lambda: player.finished >= before + ready)
        assert second.quit() == 0
