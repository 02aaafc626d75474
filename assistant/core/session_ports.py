"""What a session needs of the world beside the model and the voice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from assistant.core.events import ImageRgb
from assistant.core.history import Entry
from assistant.core.ports import Describer
from assistant.messages import glance as glance_words
from assistant.messages import session as words


class Kind(StrEnum):
    """What a line is, for those who style it; the words alone must be enough."""

    SENTENCE = "sentence"
    STATUS = "status"
    NOTE = "note"
    WORKING = "working"
    """A sign of life."""
    QUESTION = "question"
    ERROR = "error"


@dataclass(frozen=True)
class Line:
    """One line to show; it is being spoken too.

    Attributes:
        kind: what it is.
        text: its words, the same that are spoken.
        sentence: number of the sentence in its answer, else None.
    """

    kind: Kind
    text: str
    sentence: int | None = None


@dataclass(frozen=True)
class Prompts:
    """What is said when something has to be typed or chosen; the usual words are those for a keyboard.

    Attributes:
        new_question, question: for a question about a new picture, and about the last one.
        history, model: take how many there are to choose from.
        settings: for a setting and its value.
        read_on: takes the key that reads on what a key interrupted.
        read_all: takes the key that reads all of a text.
    """

    new_question: str = words.TYPE_QUESTION_NEW
    question: str = words.TYPE_QUESTION
    history: Callable[[int], str] = words.choose_history
    model: Callable[[int], str] = words.choose_model
    settings: str = words.CHOOSE_SETTING
    read_on: Callable[[str], str] = words.read_on
    read_all: Callable[[str], str] = glance_words.read_all_with


class Front(Protocol):
    """What shows. Called from any thread."""

    def show(self, line: Line) -> None:
        """Add a line."""

    def begin_answer(self, title: str) -> None:
        """Begin a new answer; the sentences of the last one are no longer the present ones."""

    def go_to(self, sentence: int) -> None:
        """Show that the reading goes on at this sentence of the present answer."""

    def stage(self, stage: str) -> None:
        """Show what is going on in a status line; empty when nothing is."""


class Cameras(Protocol):
    """The cameras and which of them is in use."""

    @property
    def name(self) -> str:
        """What the camera in use is called; says so where there is none."""

    def capture(self) -> ImageRgb:
        """Return the newest frame; raises AssistantError."""

    def next(self) -> str | None:
        """Take the next camera and return its name; None where there is no other. Raises AssistantError."""

    def close(self) -> None:
        """Free the camera; idempotent."""


class Models(Protocol):
    """The models that can be used, and the download of one that could be."""

    @property
    def name(self) -> str:
        """What the model in use is called."""

    def names(self) -> Sequence[str]:
        """Return the lines to choose from: models, each with what to know about it, and a download."""

    def offers(self, index: int) -> bool:
        """Return whether that line, as it was last listed, is a download."""

    def fetch(self) -> str:
        """Do what the line of the download says, and return what to say about it; raises AssistantError."""

    def farewell(self) -> str:
        """End a download with the session and return what becomes of it; empty where none goes on."""

    def choose(self, index: int) -> Describer:
        """Close the model in use and open another; raises AssistantError, and then keeps the old one."""


class Preferences(Protocol):
    """The settings, as far as a session uses and changes them."""

    def rate_wpm(self) -> int:
        """Return words a minute."""

    def typing_echo(self) -> str:
        """Return what is spoken of what is typed: characters, words, both or off."""

    def lines(self) -> Sequence[str]:
        """Return each setting with its value, one line each, and the titles of their groups."""

    def search(self, typed: str) -> Sequence[str]:
        """Return the line of the setting of that name, else the lines that mention it."""

    def change(self, name: str, value: str) -> str:
        """Set and keep a setting, and return what to say about it. Raises AssistantError."""

    def is_speaking(self) -> bool:
        """Return whether this program speaks."""

    def speak(self, *, is_on: bool) -> None:
        """Turn speech on or off for this run; what is said next is heard in either case."""

    def leave_speech(self, *, to_screen_reader: bool) -> None:
        """Remember who speaks while a screen reader runs, and do so; never fails."""

    def is_notice_due(self) -> bool:
        """Return whether the notice of the first run was not acknowledged yet."""

    def acknowledge_notice(self) -> None:
        """Remember that it was; never fails."""


class Keeper(Protocol):
    """Keeps an answer for good."""

    def save(self, entry: Entry) -> tuple[str, str]:
        """Save picture and text; return the folder and the name as they are said.

        Raises:
            AssistantError: they cannot be saved; nothing is left behind.
        """

    def copy(self, text: str) -> None:
        """Put a text on the clipboard; raises AssistantError."""


class Inspector(Protocol):
    """Looks at a picture before the slow model does."""

    def __call__(self, image_rgb: ImageRgb) -> Sequence[str]:
        """Return what is wrong with the picture, as sentences; nothing for a good one."""
