"""A stand-in for ``aplay`` that records what it is given, and when it started and ended."""

from __future__ import annotations

import os
import wave
from dataclasses import dataclass
from pathlib import Path

import pytest

_SCRIPT = """#!/bin/sh
folder={folder}
behaviour=$(cat "$folder/behaviour")  # before anybody can see that it started, and change it
if [ "$1" = -q ]; then cat > "$folder/sign.$$"; eval "$behaviour"; exit; fi
number=$(ls "$folder" | grep -c '\\.start$')
cp "$1" "$folder/$(printf %03d $number).wav"
date +%s.%N > "$folder/$(printf %03d $number).start"
eval "$behaviour"
date +%s.%N > "$folder/$(printf %03d $number).end"
"""


def replace_text(path: Path, text: str) -> None:
    """Writes a file that another process may be reading: all of the old text is there, or all of the new."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text)
    new.replace(path)


@dataclass
class FakePlayer:
    """The recordings of the fake player.

    Attributes:
        folder: first folder of the PATH.
        records: where the WAVs and times are kept.
    """

    folder: Path
    records: Path

    def behave(self, shell: str) -> None:
        """Sets what playing does, as a line of shell: ``sleep 5``, ``exit 1``."""
        replace_text(self.records / "behaviour", shell + "\n")

    @property
    def durations_s(self) -> list[float]:
        """Length of each WAV it was given, in order."""
        found = []
        for path in sorted(self.records.glob("*.wav")):
            with wave.open(str(path)) as file:
                found.append(file.getnframes() / file.getframerate())
        return found

    @property
    def signs(self) -> list[bytes]:
        """WAVs that came through standard input, in no order."""
        return [path.read_bytes() for path in self.records.glob("sign.*")]

    @property
    def finished(self) -> int:
        """How many were played to the end."""
        return len(list(self.records.glob("*.end")))

    @property
    def started(self) -> int:
        """How many were begun."""
        return len(list(self.records.glob("*.start")))

    def starts_s(self) -> list[float]:
        """When each began, in seconds since the epoch."""
        return [float(path.read_text()) for path in sorted(self.records.glob("*.start"))]


def install_fake_player(folder: Path, monkeypatch: pytest.MonkeyPatch) -> FakePlayer:
    """Writes the script and puts it first on the PATH."""
    records = folder / "records"
    records.mkdir(parents=True)
    script = folder / "aplay"
    script.write_text(_SCRIPT.format(folder=records))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    fake = FakePlayer(folder, records)
    fake.behave(":")
    return fake
