"""The keys: a list to read, and each key says what it does."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Static

from assistant.core.actions import Action, Keymap
from assistant.fronts.tui.keys import action_of
from assistant.fronts.tui.screens.base import AssistantScreen, Focused
from assistant.fronts.tui.widgets.line_list import LineList
from assistant.messages import tui as words


class HelpScreen(AssistantScreen[str | None]):
    """Shows and speaks the keys; Enter or Escape goes back."""

    def __init__(self, keymap: Keymap, lines: Sequence[str]) -> None:
        super().__init__()
        self._keymap = keymap
        self._lines = list(lines)

    def compose(self) -> ComposeResult:
        yield Static(words.help_title(len(Action)), id="title", markup=False)
        yield LineList(self._lines, id="help")
        yield from self.compose_bars()

    def on_mount(self) -> None:
        self.post_message(Focused((words.help_title(len(Action)), *self._lines)))
        self.query_one(LineList).go_to(0)

    def take_key(self, key: str) -> None:
        if key == "enter":
            self.leave()
            return
        action = action_of(self._keymap, key)
        if action is None:
            super().take_key(key)
            return
        # The lines of the keys stand in the keymap's order, before the notice.
        index = list(self._keymap.keys).index(action)
        self.query_one(LineList).go_to(index)
        self.post_message(Focused((self._lines[index],)))
