"""A stand-in for ``spd-say`` that records what it is given and which options it had."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.fake_player import replace_text

_SCRIPT = """#!/bin/sh
folder={folder}
if [ "$1" = --cancel ]; then echo cancelled >> "$folder/cancels"; exit; fi
behaviour=$(cat "$folder/behaviour")  # before anybody can see that it began, and change it
cat > "$folder/text.$$"
echo "$@" > "$folder/options"
cat "$folder/text.$$" >> "$folder/begun"
eval "$behaviour"
cat "$folder/text.$$" >> "$folder/spoken"
"""


@dataclass
class FakeSpdSay:
    """The recordings of the fake ``spd-say``."""

    records: Path

    def behave(self, shell: str) -> None:
        """Sets what speaking does, as a line of shell: ``sleep 5``, ``exit 1``."""
        replace_text(self.records / "behaviour", shell + "\n")

    @property
    def begun(self) -> list[str]:
        """Texts that were begun, in order."""
        return self._lines("begun")

    @property
    def spoken(self) -> list[str]:
        """Texts that were spoken to the end, in order."""
        return self._lines("spoken")

    @property
    def n_cancels(self) -> int:
        """How often speech-dispatcher was told to be silent."""
        return len(self._lines("cancels"))

    @property
    def options(self) -> str:
        """Options of the last text."""
        return (self.records / "options").read_text()

    def _lines(self, name: str) -> list[str]:
        path = self.records / name
        return [line.strip() for line in path.read_text().splitlines()] if path.exists() else []


def install_fake_spd_say(folder: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSpdSay:
    """Writes the script and puts it first on the PATH."""
    records = folder / "records"
    records.mkdir(parents=True)
    script = folder / "spd-say"
    script.write_text(_SCRIPT.format(folder=records))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    fake = FakeSpdSay(records)
    fake.behave(":")
    return fake
