"""A list of which one line is chosen: earlier answers, models."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from assistant.fronts.tui.screens.base import Told
from assistant.fronts.tui.screens.question import TextLine, TypingScreen
from assistant.fronts.tui.widgets.line_list import LineList
from assistant.messages import session as session_words
from assistant.messages import tui as words


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
