"""An espeak that computes all sound before it comes back, as the one for ARM of espeakng-loader does, is heard too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.assistant_command import ROOT
from tests.support.fake_player import FakePlayer

SPOKEN = ("Looking.", "A street with a large orange sign and a bus.", "Done.")
CODE = """
import sys
from assistant.speech import pyttsx3_worker as worker
player = worker.Player()
worker.prepare_espeak()
from pyttsx3.drivers import _espeak
if sys.argv[1] == "synchronous":
    _espeak.AUDIO_OUTPUT_RETRIEVAL = _espeak.AUDIO_OUTPUT_SYNCHRONOUS
voice = worker.Voice(175, 1.0, None)
for text in sys.argv[2:]:
    player.status = player.NOT_CALLED
    print(repr(voice.say(text, 175)), player.status, flush=True)
"""


@pytest.mark.parametrize("mode", ["synchronous", "as it is"])
def test_each_utterance_is_played_once(tmp_path: Path, player: FakePlayer, mode: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, mode, *SPOKEN], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert done.stdout.splitlines() == ["'' 0"] * len(SPOKEN), done.stderr
    assert player.finished == len(SPOKEN)
    short, long, _ = player.durations_s
    assert 0.3 < short < long < 10
