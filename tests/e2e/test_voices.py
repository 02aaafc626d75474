"""The list of voices, read and heard."""

from __future__ import annotations

import json
import signal

import pytest

from assistant.errors import ExitCode
from tests.support.assistant_command import Command
from tests.support.fake_player import FakePlayer
from tests.support.waiting import wait_until

ASSISTANT = Command()


def test_all_voices_are_listed_by_language_and_none_speaks(player: FakePlayer) -> None:
    done = ASSISTANT.run("voices")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert "en-us: English (America)." in lines
    assert "de: German." in lines
    names = [line.partition(": ")[2].removesuffix(".") for line in lines]
    assert names == sorted(names)
    assert done.stderr.startswith(f"{len(lines)} voices. ")
    assert player.started == 0


def test_each_voice_that_is_named_is_heard_in_its_turn(player: FakePlayer) -> None:
    done = ASSISTANT.run("voices", "en_US", "en+f3", "German")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["en-us", "en-us-nyc", "en+f3", "de"]
    assert player.finished == len(lines)
    sounds = {path.read_bytes() for path in player.records.glob("*.wav")}
    assert len(sounds) == len(lines), "each with a voice of its own"


def test_control_c_ends_the_listening(player: FakePlayer) -> None:
    player.behave("sleep 30")
    listening = ASSISTANT.start("voices", "--listen")
    wait_until(lambda: player.started == 1)
    listening.send_signal(signal.SIGINT)
    out, err = listening.communicate(timeout=60)
    assert listening.returncode == ExitCode.INTERRUPTED
    assert len(out.splitlines()) == 1
    assert err.splitlines()[-1] == "Stopped."


@pytest.mark.parametrize("name", ["nosuch", "", "en+nosuch", "\x1b[31m"])
def test_an_unknown_voice_is_one_sentence_and_what_to_do(player: FakePlayer, name: str) -> None:
    done = ASSISTANT.run("voices", name)
    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert done.stderr.startswith("There is no voice named")
    assert player.started == 0


def test_variants_and_objects_for_programs(player: FakePlayer) -> None:
    variants = ASSISTANT.run("voices", "de", "--variants", "--json").stdout.splitlines()
    found = [json.loads(line) for line in variants]
    assert {"voice": "de+f3", "name": "German, f3", "languages": ["de"]} in found
    assert player.started == 0
