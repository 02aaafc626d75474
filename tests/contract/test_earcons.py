"""Every player of signs keeps the port's promises."""

from __future__ import annotations

import contextlib
import io
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.core.ports import Earcon, Earcons
from assistant.speech.earcons import PlayedEarcons, wav_bytes
from assistant.speech.factory import open_earcons
from assistant.speech.silent import SilentEarcons
from assistant.system.process_state import state_of
from assistant.testing import RecordingEarcons
from tests.support.fake_player import FakePlayer
from tests.support.waiting import wait_until


@pytest.fixture(params=["played", "silent", "recording"])
def earcons(request: pytest.FixtureRequest, player: FakePlayer) -> Iterator[Earcons]:
    player.behave("sleep 600")
    opened: Earcons
    match request.param:
        case "played":
            opened = open_earcons(is_on=True)
            assert isinstance(opened, PlayedEarcons)
        case "silent":
            opened = open_earcons(is_on=False)
            assert isinstance(opened, SilentEarcons)
        case _:
            opened = RecordingEarcons()
    assert isinstance(opened, Earcons)
    yield opened
    opened.close()


def test_play_cancel_and_close_do_not_wait_for_the_sound(
    earcons: Earcons, player: FakePlayer
) -> None:
    for earcon in Earcon:
        earcons.play(earcon)
    earcons.cancel()
    earcons.play(Earcon.READY)
    earcons.close()
    earcons.close()
    earcons.play(Earcon.ERROR)
    wait_until(lambda: not _asleep(player))  # each would play for ten minutes


def _asleep(player: FakePlayer) -> list[int]:
    """Players that still play."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and str(player.folder) in (entry / "cmdline").read_text():
                found.append(int(entry.name))
    return found


def test_a_sign_goes_to_the_player_whole(player: FakePlayer) -> None:
    player.behave(":")
    earcons = open_earcons(is_on=True)
    earcons.play(Earcon.READY)
    wait_until(lambda: player.signs == [wav_bytes(Earcon.READY)])
    earcons.close()
    assert player.signs == [wav_bytes(Earcon.READY)]


def test_a_player_that_has_ended_is_not_left_as_a_dead_process(player: FakePlayer) -> None:
    player.behave(":")
    earcons = PlayedEarcons("aplay")
    earcons.play(Earcon.READY)
    assert earcons._process is not None
    pid = earcons._process.pid
    wait_until(lambda: not state_of(pid).letter)
    assert state_of(pid).letter == ""
    earcons.close()


def test_no_player_is_no_trouble(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    opened = open_earcons(is_on=True)
    assert isinstance(opened, SilentEarcons)
    opened.play(Earcon.ERROR)
    played = PlayedEarcons("no-such-player")
    played.play(Earcon.ERROR)
    assert played._process is None


@pytest.mark.parametrize("earcon", Earcon)
def test_signs_are_short_and_do_not_clip(earcon: Earcon) -> None:
    with wave.open(io.BytesIO(wav_bytes(earcon))) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        length_s = file.getnframes() / file.getframerate()
    assert 0.05 <= length_s <= 0.5
    assert 1000 < np.abs(samples).max() < 20000
    assert len(wav_bytes(earcon)) < 65536  # what a pipe takes at once


def test_signs_differ() -> None:
    assert len({wav_bytes(earcon) for earcon in Earcon}) == len(Earcon)
