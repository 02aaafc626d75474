"""What is heard of a whole run, and when: the real voice with a player that makes no sound.

The player lasts as long as the sound would. Which words it plays is noted by the speech process itself, through a
``sitecustomize`` on its path, because a WAV does not tell.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_NOTES_WORDS = """
import os, sys
if any(part.endswith("pyttsx3_worker.py") for part in sys.orig_argv):
    import pyttsx3.engine
    say = pyttsx3.engine.Engine.say
    def noting(self, text, name=None):
        with open(os.path.join({folder!r}, f"words.{{os.getpid()}}"), "w", encoding="utf-8") as file:
            file.write(text)
        return say(self, text, name)
    pyttsx3.engine.Engine.say = noting
"""
_PLAYS = """#!/bin/sh
if [ "$1" = -q ]; then cat > /dev/null; exit; fi
n="{folder}/$$"
: > "$n.start"
cp "{folder}/words.$PPID" "$n.words"
size=$(wc -c < "$1")
ms=$((size / 44))
sleep $((ms / 1000)).$(printf %03d $((ms % 1000)))
: > "$n.end"
"""


@dataclass(frozen=True)
class Utterance:
    """One text as it was heard.

    Attributes:
        start_s: when its sound began, in seconds since the epoch.
        end_s: when it had been played to its end; None where it was cut off.
    """

    text: str
    start_s: float
    end_s: float | None


class Heard:
    """Records what the assistant says, in a folder.

    Attributes:
        environment: for the process that is listened to.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._notes = folder / "notes"
        self._notes.mkdir(parents=True)
        player = folder / "bin" / "aplay"
        player.parent.mkdir()
        player.write_text(_PLAYS.format(folder=self._notes))
        player.chmod(0o755)
        python = folder / "python"
        python.mkdir()
        (python / "sitecustomize.py").write_text(_NOTES_WORDS.format(folder=str(self._notes)))
        paths = [str(python), *filter(None, [environment.get("PYTHONPATH")])]
        self.environment = {
            **environment,
            "PATH": f"{player.parent}{os.pathsep}{environment['PATH']}",
            "PYTHONPATH": os.pathsep.join(paths),
        }

    def first_start_after(self, moment_s: float) -> float | None:
        """Return when the first sound after a moment began; None while there is none."""
        starts = [when for path in self._notes.glob("*.start") if (when := _time(path)) >= moment_s]
        return min(starts, default=None)

    @property
    def utterances(self) -> list[Utterance]:
        """What was heard so far, in order."""
        found = []
        for start in self._notes.glob("*.start"):
            words = start.with_suffix(".words")
            if words.exists():
                end = start.with_suffix(".end")
                end_s = _time(end) if end.exists() else None
                found.append(Utterance(words.read_text("utf-8"), _time(start), end_s))
        return sorted(found, key=lambda utterance: utterance.start_s)

    @property
    def texts(self) -> list[str]:
        """The words alone, in order."""
        return [utterance.text for utterance in self.utterances]


def _time(path: Path) -> float:
    return path.stat().st_mtime
