"""Screens with a line to type in: a question, or the number of a line of a list."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from assistant.fronts.tui.screens.base import AssistantScreen, Focused, Told
from assistant.fronts.tui.text_line import TextLine, Typed
from assistant.fronts.tui.widgets import LineList
from assistant.messages import session as session_words
from assistant.messages import tui as words


class TypingScreen(AssistantScreen[str | None]):
    """A screen with a line to type in; a space is typed there, and Escape alone stops and goes back."""

    AUTO_FOCUS = "TextLine"

    def on_screen_resume(self) -> None:
        self._place_cursor()

    def on_resize(self) -> None:
        self._place_cursor()

    def _place_cursor(self) -> None:
        """Put the terminal's cursor on the line that was gone to, else where it is typed."""
        where = self.query_one(LineList)
        (where if where.has_cursor else self.query_one(TextLine)).place_cursor()

    @on(Typed)
    def follow_typing(self) -> None:
        """Leave the terminal's cursor where it is typed."""
        self.query_one(LineList).has_cursor = False


class QuestionScreen(TypingScreen):
    """Gives back the question; an empty text for Enter alone, None for Escape."""

    def __init__(self, prompt: str) -> None:
        super().__init__()
        self.title = prompt

    def compose(self) -> ComposeResult:
        yield LineList(id="question", title=self.title or "")
        yield TextLine()
        yield from self.compose_bars()

    def action_move(self, by: int) -> None:
        """Read what was typed: there is nothing else on this screen."""
        typed = self.query_one(TextLine).value
        self.post_message(Focused((typed or words.LINE_EMPTY,)))

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
        self.title = f"{prompt} {words.LIST_KEYS}"
        self._lines = [
            session_words.numbered(number, line) for number, line in enumerate(lines, start=1)
        ]

    def compose(self) -> ComposeResult:
        yield LineList(self._lines, id="choices", title=self.title or "")
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
            self.dismiss(str(index) if index else None)
        elif typed.isascii() and typed.isdigit() and 1 <= int(typed[:9]) <= len(self._lines):
            self.dismiss(typed)
        else:
            self.query_one(TextLine).value = ""
            self.post_message(Told(session_words.choice_wrong(typed[:40], len(self._lines))))
