"""The settings: read with the arrow keys, changed by typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, Static

from assistant.fronts.tui.screens.base import Told
from assistant.fronts.tui.screens.question import TextLine, TypingScreen
from assistant.fronts.tui.widgets import LineList
from assistant.messages import session as session_words
from assistant.messages import tui as words


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
