"""Signs in sound: short tones that are computed here and played beside speech."""

from __future__ import annotations

import contextlib
import io
import subprocess
import threading
import wave
from functools import cache

import numpy as np
import numpy.typing as npt

from assistant.core.ports import Earcon
from assistant.system import threads
from assistant.system.child_process import ChildProcess

SAMPLE_RATE_HZ = 22_050
_FADE_S = 0.008
_LOUDNESS = 0.25

_TONES: dict[Earcon, tuple[tuple[float, float], ...]] = {
    # (pitch in hertz, 0 for a rest; length in seconds). Rhythm alone tells them apart too.
    Earcon.SHUTTER: ((1800.0, 0.02), (0.0, 0.03), (1200.0, 0.03)),
    Earcon.WORKING: ((440.0, 0.06),),
    Earcon.READY: ((523.0, 0.08), (784.0, 0.14)),
    Earcon.ERROR: ((330.0, 0.12), (0.0, 0.05), (247.0, 0.22)),
    # A click, at which the finger lets go.
    Earcon.LONG_PRESS: ((1568.0, 0.06),),
    Earcon.HELD: ((196.0, 0.06), (0.0, 0.04), (196.0, 0.06)),
}


@cache
def wav_bytes(earcon: Earcon) -> bytes:
    """Return the sign as a WAV file: 16 bits, mono."""
    samples = np.concatenate([_tone(pitch_hz, length_s) for pitch_hz, length_s in _TONES[earcon]])
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return data.getvalue()


def _tone(pitch_hz: float, length_s: float) -> npt.NDArray[np.float64]:
    """Compute a sine with soft ends, shape (samples,)."""
    time_s = np.arange(int(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    fade = np.clip(np.minimum(time_s, length_s - time_s) / _FADE_S, 0.0, 1.0)
    return _LOUDNESS * fade * np.sin(2 * np.pi * pitch_hz * time_s)


class PlayedEarcons:
    """A player of signs through a program's standard input, so that no file is written.

    A sign that comes while another sounds replaces it. Failures are ignored, because a sign only repeats what is also
    said in words.
    """

    def __init__(self, player: str) -> None:
        self._player = player
        self._process: ChildProcess | None = None
        self._lock = threading.Lock()
        self._is_closed = False
        for earcon in _TONES:
            wav_bytes(earcon)  # later there may be no memory for it

    def play(self, earcon: Earcon) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._end()
            with contextlib.suppress(OSError):
                self._process = ChildProcess([self._player, "-q", "-"], stdin=subprocess.PIPE)
                # At most 18 KB, which a pipe takes at once.
                self._process.write(wav_bytes(earcon), is_last=True)
                # A sign is often the last for hours, and a dead process stays listed until it is waited for.
                threads.start(self._process.wait, "sign")

    def cancel(self) -> None:
        with self._lock:
            self._end()

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None
