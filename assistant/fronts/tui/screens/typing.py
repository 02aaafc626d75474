"""Screens with a line to type in: a question, the number of a line of a list, or a setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, Static

from assistant.fronts.tui.screens.base import AssistantScreen, Told
from assistant.fronts.tui.widgets import Bar, LineList
from assistant.messages import session as session_words
from assistant.messages import tui as words


class TextLine(Input):
    """One line of typed text; several pasted lines become one."""

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=False)
        self.cursor_blink = False

    def on_paste(self, event: events.Paste) -> None:
        """Take all of what is pasted, not its first line alone."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(" ".join(event.text.split()))


class TypingScreen(AssistantScreen[str | None]):
    """A screen with a line to type in; a space is typed there, and Escape alone stops and goes back."""

    AUTO_FOCUS = "TextLine"


class QuestionScreen(TypingScreen):
    """Gives back the question; an empty text for Enter alone, None for Escape."""

    def __init__(self, prompt: str) -> None:
        super().__init__()
        self._prompt = prompt

    def compose(self) -> ComposeResult:
        yield Static(self._prompt, id="title", markup=False)
        yield TextLine()
        yield Bar(id="space")
        yield from self.compose_bars()

    @on(Input.Submitted)
    def give_back(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip())


class ChoiceScreen(TypingScreen):
    """Gives back the number of the chosen line, from 1, as text; None for none.

    A number is typed, or a line is gone to with the arrow keys; Enter alone goes back.
    """

    def __init__(self, prompt: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._prompt = prompt
        self._lines = [
            session_words.numbered(number, line) for number, line in enumerate(lines, start=1)
        ]

    def compose(self) -> ComposeResult:
        yield Static(self._prompt, id="title", markup=False)
        yield LineList(self._lines, id="choices")
        yield TextLine()
        yield from self.compose_bars()

    def on_mount(self) -> None:
        self.post_message(Told(words.LIST_KEYS))

    @on(Input.Submitted)
    def choose(self, event: Input.Submitted) -> None:
        """Take the typed number, else the line that was gone to, else go back."""
        event.stop()
        typed = event.value.strip()
        index = self.query_one(LineList).index
        if not typed:
            self.dismiss(None if index is None else str(index + 1))
        elif typed.isascii() and typed.isdigit() and 1 <= int(typed[:9]) <= len(self._lines):
            self.dismiss(typed)
        else:
            self.query_one(TextLine).value = ""
            self.post_message(Told(session_words.choice_wrong(typed[:40], len(self._lines))))


class SettingsScreen(TypingScreen):
    """Changes settings until Enter alone or Escape goes back."""

    @dataclass
    class Changed(Message):
        """A setting was typed: its name, a space, its value."""

        typed: str

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._lines = list(lines)

    def compose(self) -> ComposeResult:
        yield Static(session_words.CHOOSE_SETTING, id="title", markup=False)
        yield LineList(self._lines, id="settings")
        yield TextLine()
        yield from self.compose_bars()

    def on_mount(self) -> None:
        self.post_message(Told(words.SETTINGS_KEYS))

    def show_lines(self, lines: Sequence[str]) -> None:
        self.query_one(LineList).set_lines(lines)

    def on_line_list_moved(self, moved: LineList.Moved) -> None:
        """Type the name of the setting that was gone to."""
        super().on_line_list_moved(moved)
        if moved.text is not None:
            line = self.query_one(TextLine)
            line.value = moved.text.partition(":")[0] + " "
            line.cursor_position = len(line.value)
            # The terminal's cursor belongs on the line that is being read, until something is typed.
            self.query_one(LineList).place_cursor()

    @on(Input.Submitted)
    def change(self, event: Input.Submitted) -> None:
        """Give the typed setting up to the app; Enter alone goes back."""
        event.stop()
        typed = event.value.strip()
        if not typed:
            self.dismiss(None)
            return
        self.query_one(TextLine).value = ""
        self.post_message(self.Changed(typed))
