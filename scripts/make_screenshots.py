"""Draw every screen of the full-screen mode as SVG into docs/screens, always with the same content."""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from textual.pilot import Pilot

from assistant.core.actions import Keymap
from assistant.core.announcer import Announcer
from assistant.core.answering import Answering, AnswerOptions
from assistant.core.events import DecodeOptions
from assistant.core.history import Entry, History
from assistant.core.session import Session
from assistant.core.session_jobs import Jobs
from assistant.core.session_ports import Front
from assistant.fronts.tui.app import AssistantApp
from assistant.messages import session as words
from assistant.testing import (
    RecordingEarcons,
    RecordingSpeaker,
    ScriptedDescriber,
    answer_events,
)
from scripts.bench.report import ROOT
from tests.support.session_parts import FakeCameras, FakeKeeper, FakeModels, FakePreferences

FOLDER = ROOT / "docs" / "screens"
SIZE = (80, 24)
ANSWER = (
    "A kitchen table. On it stand a white cup and a blue plate with two slices of bread. "
    "Behind the table there is a window with a plant."
)
FIRST = "A street with a red bus. Two people wait at a crossing."
MODELS = (
    "Demo, small drawn scenes only, in use",
    "LLaVA 1.5 7B, detailed, about 6 GB of memory",
    "MobileVLM 1.7B, quick, about 2 GB of memory",
)
SETTINGS = (
    "camera: 0. Camera: a number, a device, rpicam, a video file, or the address of a stream.",
    "rate: 180. Words a minute.",
    "threads: not set, the default. Processor threads; default: one for each core.",
    "save-folder: Pictures. Where pictures and texts are saved.",
)


@dataclass
class _Models(FakeModels):
    name: str = "Demo"

    def names(self) -> Sequence[str]:
        return MODELS


class _Preferences(FakePreferences):
    def lines(self) -> Sequence[str]:
        return SETTINGS


@dataclass
class Drawn:
    """An app on fakes."""

    is_first_run: bool = False
    jobs: Jobs = field(default_factory=Jobs)

    def __post_init__(self) -> None:
        self.app = AssistantApp(self._make)

    def _make(self, front: Front) -> Session:
        describer = ScriptedDescriber(lambda _request: answer_events(ANSWER))
        announcer = Announcer(front, RecordingSpeaker(), RecordingEarcons())
        preferences, models = _Preferences(is_due=self.is_first_run), _Models(describer)
        history, cameras = History(), FakeCameras(("camera 0",))
        taken_at = datetime(2025, 5, 4, 9, 30)
        entry = Entry(cameras.capture(), "", words.KIND_BRIEF, tuple(FIRST.split(". ")), taken_at)
        history.add(entry)
        answering = Answering(
            describer,
            announcer,
            lambda: AnswerOptions(DecodeOptions(), None),
            lambda _image: [],
            history,
        )
        return Session(
            answering, announcer, RecordingSpeaker(), cameras, models, preferences, FakeKeeper(),
            history, Keymap.from_rebindings(), self.jobs,
        )  # fmt: skip


Step = Callable[[Pilot[None]], Awaitable[None]]


def _keys(*keys: str) -> Step:
    async def press(pilot: Pilot[None]) -> None:
        await pilot.press(*keys)

    return press


async def _small(pilot: Pilot[None]) -> None:
    await pilot.press("d")
    await pilot.pause(0.5)
    await pilot.resize_terminal(20, 5)


def screens() -> Iterator[tuple[str, bool, Step]]:
    """Yield the name, whether it is the first run, and the way to each screen."""
    yield "notice", True, _keys()
    yield "ready", False, _keys()
    yield "answer", False, _keys("d")
    yield "unknown-key", False, _keys("x")
    yield "question", False, _keys("a", *"What", "space", *"is", "space", *"red")
    yield "history", False, _keys("h", "down")
    yield "models", False, _keys("m", "down", "down")
    yield "settings", False, _keys("comma", *"rate", "down")
    yield "help", False, _keys("question_mark", "down", "down")
    yield "tiny", False, _small


async def draw(name: str, is_first_run: bool, step: Step, folder: Path) -> None:
    """Go to a screen and save it."""
    drawn = Drawn(is_first_run)
    try:
        async with drawn.app.run_test(size=SIZE) as pilot:
            await pilot.pause(0.2)
            await step(pilot)
            for _ in range(4):
                await pilot.pause(0.1)
                await asyncio.to_thread(drawn.jobs.wait, 10.0)
            drawing = drawn.app.export_screenshot()
            # A drawing that is opened must not fetch a typeface from the network.
            drawing = re.sub(r"@font-face\s*\{.*?\}\s*", "", drawing, flags=re.DOTALL)
            # The drawing's own names are random numbers.
            drawing = re.sub(r"terminal-\d+", f"screen-{name}", drawing)
            (folder / f"{name}.svg").write_text(drawing, encoding="utf-8")
    finally:
        drawn.jobs.close()


def main() -> None:
    """Draw all screens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, is_first_run, step in screens():
        asyncio.run(draw(name, is_first_run, step, folder))
        print(folder / f"{name}.svg")


if __name__ == "__main__":
    main()
