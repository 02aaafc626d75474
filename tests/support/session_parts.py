"""A whole session on public fakes, and what was shown and spoken in it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.core.actions import Keymap
from assistant.core.announcer import Announcer
from assistant.core.answering import Answering, AnswerOptions
from assistant.core.events import DecodeOptions, ImageRgb
from assistant.core.glancing import Glancing
from assistant.core.heartbeat import DEFAULT_QUIET_S
from assistant.core.history import Entry, History
from assistant.core.ports import Describer
from assistant.core.session import Session
from assistant.core.session_jobs import Jobs
from assistant.core.session_ports import Kind, Line, Prompts
from assistant.errors import AssistantError
from assistant.testing import (
    RecordingEarcons,
    RecordingSpeaker,
    ScriptedDescriber,
    ScriptedGlancer,
)
from sparc_ggml.config import SparcConfig

WAY = "To have photographs described, get a model."


@dataclass
class ShownLines:
    """A front that remembers.

    Attributes:
        lines: every line, in order.
        answers: titles of answers.
        places: sentences that were gone to.
        stages: stages, in order.
    """

    lines: list[Line] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)

    def show(self, line: Line) -> None:
        self.lines.append(line)

    def begin_answer(self, title: str) -> None:
        self.answers.append(title)

    def go_to(self, sentence: int) -> None:
        self.places.append(sentence)

    def stage(self, stage: str) -> None:
        self.stages.append(stage)

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]

    def of(self, kind: Kind) -> list[str]:
        return [line.text for line in self.lines if line.kind is kind]


@dataclass
class FakeCameras:
    """Cameras that give pictures of one colour each, or raise what they are given.

    Attributes:
        names: the cameras.
        failure: raised by ``capture`` while set.
        captured: pictures so far.
        gate: ``capture`` waits for it.
    """

    names: Sequence[str] = ("first camera", "second camera")
    failure: AssistantError | None = None
    captured: list[ImageRgb] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    index: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def name(self) -> str:
        return self.names[self.index]

    def capture(self) -> ImageRgb:
        self.gate.wait(60.0)
        if self.failure is not None:
            raise self.failure
        image = np.full((4, 6, 3), len(self.captured) + 1, np.uint8)
        self.captured.append(image)
        return image

    def next(self) -> str | None:
        if len(self.names) < 2:
            return None
        self.index = (self.index + 1) % len(self.names)
        return self.name

    def close(self) -> None:
        """Nothing to free."""


@dataclass
class FakeModels:
    """Two models; choosing gives the same describer. ``offer`` is a third line, a download."""

    describer: Describer
    keeps_turns: bool = True
    preset: SparcConfig = field(default_factory=SparcConfig)
    chosen: int = 0
    failure: AssistantError | None = None
    offer: str = ""
    farewell_words: str = ""
    answers_yes_or_no: bool = True

    @property
    def name(self) -> str:
        return ("small model", "large model")[self.chosen]

    def names(self) -> Sequence[str]:
        return ["small model", "large model", *([self.offer] if self.offer else [])]

    def offers(self, index: int) -> bool:
        return index == 2

    def fetch(self) -> str:
        if self.failure is not None:
            raise self.failure
        return f"Begun: {self.offer}."

    def farewell(self) -> str:
        return self.farewell_words

    def choose(self, index: int) -> Describer:
        if self.failure is not None:
            raise self.failure
        self.chosen = index
        return self.describer


@dataclass
class FakePreferences:
    """Settings in memory; refuses the name "nonsense"."""

    changes: dict[str, str] = field(default_factory=dict)
    is_due: bool = False
    speaks: bool = True
    left_to_reader: bool | None = None
    options: DecodeOptions = field(default_factory=DecodeOptions)

    def decode_options(self) -> DecodeOptions:
        return self.options

    def rate_wpm(self) -> int:
        return int(self.changes.get("rate", "180"))

    def typing_echo(self) -> str:
        return self.changes.get("typing-echo", "both")

    def lines(self) -> Sequence[str]:
        return ["Speech:", f"rate: {self.rate_wpm()}", "Model:", "threads: 2", "top-p: of threads"]

    def search(self, typed: str) -> Sequence[str]:
        return [line for line in self.lines() if line.startswith(typed)]

    def change(self, name: str, value: str) -> str:
        if name == "nonsense":
            raise AssistantError("There is no setting nonsense.")
        if name == "rate" and not value.isdigit():
            raise AssistantError("The rate is a number.")
        self.changes[name] = value
        return f"{name} is now {value}." if name == "rate" else f"{name} will be {value}."

    def is_speaking(self) -> bool:
        return self.speaks

    def speak(self, *, is_on: bool) -> None:
        self.speaks = is_on

    def leave_speech(self, *, to_screen_reader: bool) -> None:
        self.left_to_reader = to_screen_reader
        self.speaks = not to_screen_reader

    def is_notice_due(self) -> bool:
        return self.is_due

    def acknowledge_notice(self) -> None:
        self.is_due = False


@dataclass
class FakeKeeper:
    """Remembers what was kept, or raises what it is given."""

    saved: list[Entry] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    failure: AssistantError | None = None

    def save(self, entry: Entry) -> tuple[str, str]:
        if self.failure is not None:
            raise self.failure
        self.saved.append(entry)
        return "Pictures", "picture 12"

    def copy(self, text: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.copied.append(text)


@dataclass
class SessionParts:
    """A session and everything around it."""

    session: Session
    front: ShownLines
    speaker: RecordingSpeaker
    earcons: RecordingEarcons
    describer: ScriptedDescriber
    cameras: FakeCameras
    models: FakeModels
    preferences: FakePreferences
    keeper: FakeKeeper
    history: History
    jobs: Jobs
    glancer: ScriptedGlancer

    def settle(self) -> None:
        """Waits until the work is done and all is spoken."""
        assert self.jobs.wait(60.0)
        assert self.speaker.wait(60.0)


def make_session(
    describer: ScriptedDescriber,
    front: ShownLines | None = None,
    *,
    problems: Sequence[str] = (),
    rebindings: dict[str, str] | None = None,
    is_notice_due: bool = False,
    seconds_per_utterance: float = 0.0,
    prompts: Prompts | None = None,
    screen_reader: str = "",
    inspect_s: float = 0.0,
    quiet_s: tuple[float, ...] = DEFAULT_QUIET_S,
    glancer: ScriptedGlancer | None = None,
    is_demo: bool = False,
    has_glance: bool = True,
) -> SessionParts:
    """A session on fakes; close ``parts.session`` when done."""

    def inspect(image_rgb: ImageRgb) -> Sequence[str]:
        time.sleep(inspect_s)
        return problems

    front = front or ShownLines()
    looks = glancer or ScriptedGlancer()
    speaker = RecordingSpeaker(seconds_per_utterance)
    earcons = RecordingEarcons()
    cameras, models = FakeCameras(), FakeModels(describer)
    preferences, keeper = FakePreferences(is_due=is_notice_due), FakeKeeper()
    history, jobs = History(), Jobs()
    announcer = Announcer(front, speaker, earcons)
    answering = Answering(
        describer,
        announcer,
        lambda: AnswerOptions(
            preferences.options,
            models.preset,
            models.keeps_turns,
            is_steering_measured=models.preset.method != "none",
            answers_yes_or_no=models.answers_yes_or_no,
            has_glance=has_glance, knows_strangers=is_demo,
        ),
        inspect,
        history,
        make_glancing=lambda taking: Glancing(looks, taking, history, "Press t.", lambda: WAY),
        quiet_s=quiet_s,
    )  # fmt: skip
    session = Session(
        answering, announcer, speaker, cameras, models, preferences, keeper, history,
        Keymap.from_rebindings(rebindings), jobs, prompts, screen_reader=screen_reader,
    )  # fmt: skip
    return SessionParts(
        session,
        front,
        speaker,
        earcons,
        describer,
        cameras,
        models,
        preferences,
        keeper,
        history,
        jobs,
        looks,
    )
