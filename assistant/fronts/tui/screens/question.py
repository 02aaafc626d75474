"""A line in which a question is typed."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from assistant.fronts.tui.screens.base import AssistantScreen
from assistant.fronts.tui.widgets.bars import Bar


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
    """A screen with a line to type in; a blank is typed there, and Escape alone stops and goes back."""

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
