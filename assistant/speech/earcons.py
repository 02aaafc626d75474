"""Signs in sound: short tones made here, played beside speech by a player of their own."""

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

SAMPLE_RATE_HZ = 22_050
_FADE_S = 0.008
_LOUDNESS = 0.25

_TONES: dict[Earcon, tuple[tuple[float, float], ...]] = {
    # (pitch in hertz, 0 for a rest; length in seconds). Rhythm alone tells them apart too.
    Earcon.SHUTTER: ((1800.0, 0.02), (0.0, 0.03), (1200.0, 0.03)),
    Earcon.WORKING: ((440.0, 0.06),),
    Earcon.READY: ((523.0, 0.08), (784.0, 0.14)),
    Earcon.ERROR: ((330.0, 0.12), (0.0, 0.05), (247.0, 0.22)),
    # A click: it tells a finger when to let go.
    Earcon.LONG_PRESS: ((1568.0, 0.06),),
    Earcon.HELD: ((196.0, 0.06), (0.0, 0.04), (196.0, 0.06)),
}


@cache
def wav_bytes(earcon: Earcon) -> bytes:
    """The sign as a WAV file in memory: 16 bits, mono."""
    samples = np.concatenate([_tone(pitch_hz, length_s) for pitch_hz, length_s in _TONES[earcon]])
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return data.getvalue()


def _tone(pitch_hz: float, length_s: float) -> npt.NDArray[np.float64]:
    """A sine with soft ends, shape (samples,)."""
    time_s = np.arange(int(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    fade = np.clip(np.minimum(time_s, length_s - time_s) / _FADE_S, 0.0, 1.0)
    return _LOUDNESS * fade * np.sin(2 * np.pi * pitch_hz * time_s)


class PlayedEarcons:
    """Gives signs to the player's standard input, so that no file is written.

    A sign that comes while another sounds replaces it; trouble is never told, because a sign only
    repeats what is said in words too.
    """

    def __init__(self, player: str) -> None:
        self._player = player
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._is_closed = False
        for earcon in _TONES:
            wav_bytes(earcon)  # later there may be no memory for it

    def play(self, earcon: Earcon) -> None:
        """Starts the player and returns at once."""
        with self._lock:
            if self._is_closed:
                return
            self._end()
            with contextlib.suppress(OSError):
                self._process = subprocess.Popen(
                    [self._player, "-q", "-"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
                assert self._process.stdin is not None
                # At most 18 KB, which a pipe takes at once.
                self._process.stdin.write(wav_bytes(earcon))
                self._process.stdin.close()
                # Its end is noted when it comes: a sign is often the last for hours, and a dead process stays listed.
                threads.start(self._process.wait, "sign")

    def cancel(self) -> None:
        """Ends the player."""
        with self._lock:
            self._end()

    def close(self) -> None:
        """Ends the player for good; may be called again."""
        with self._lock:
            self._is_closed = True
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            with contextlib.suppress(OSError):
                self._process.kill()
            self._process.wait()
            self._process = None
