"""The doctor has a sentence spoken, by the voice that speaks everything else."""

from __future__ import annotations

import subprocess

import pytest

from assistant.doctor.findings import State
from assistant.doctor.sound import check_speech, speak_once
from tests.support.fake_player import FakePlayer
from tests.support.strict_settings import load_settings


def test_a_sentence_is_spoken_once(player: FakePlayer) -> None:
    environment = {"PATH": str(player.folder)}
    (finding,) = check_speech(load_settings({}, {}, None), environment, speak_once)
    assert finding.state is State.OK
    assert finding.text.startswith("The voice said: This is the voice of the assistant.")
    (duration_s,) = player.durations_s
    assert 1.0 < duration_s < 5.0
    assert player.finished == 1


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        ("echo 'aplay: main:850: audio open error: No such device' >&2; exit 1", "No such device"),
        ("sleep 60", "in 2 seconds"),
    ],
)
def test_a_sound_that_does_not_come_is_told_with_its_remedy(
    player: FakePlayer, behaviour: str, told: str
) -> None:
    player.behave(behaviour)
    (problem,) = speak_once(load_settings({}, {}, None), heard_s=2.0)
    assert told in problem.message
    assert problem.hint


def test_what_hangs_is_ended(player: FakePlayer) -> None:
    player.behave("sleep 60; true")  # a shell that waits, under the player's name
    speak_once(load_settings({}, {}, None), heard_s=2.0)
    assert player.started == 1
    left = subprocess.run(["pgrep", "-f", str(player.folder)], capture_output=True, text=True)
    assert left.stdout == ""
