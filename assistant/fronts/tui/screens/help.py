"""Screens to read: the keys, each of which says what it does, and the notice before the first use."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from assistant.core.actions import Action, Keymap
from assistant.fronts.tui.screens.base import AssistantScreen, Focused, Told
from assistant.fronts.tui.widgets import LineList
from assistant.messages import session as session_words
from assistant.messages import tui as words


class HelpScreen(AssistantScreen[str | None]):
    """Shows and speaks the keys; Enter or Escape goes back."""

    def __init__(self, keymap: Keymap, lines: Sequence[str]) -> None:
        super().__init__()
        self.title = words.help_title(len(Action))
        self._keymap = keymap
        self._lines = list(lines)

    def compose(self) -> ComposeResult:
        yield LineList(self._lines, id="help", title=self.title or "")
        yield from self.compose_bars()

    def on_mount(self) -> None:
        self.post_message(Focused((self.title or "", *self._lines)))
        self.query_one(LineList).go_to(0)

    def take_key(self, key: str) -> None:
        if key == "enter":
            self.leave()
            return
        action = None if key.isdigit() else self._keymap.lookup(key)
        if action is None:
            super().take_key(key)
            return
        # The lines of the keys stand in the keymap's order, after the title and before the notice.
        index = list(self._keymap.keys).index(action)
        self.query_one(LineList).go_to(index + 1)
        self.post_message(Focused((self._lines[index],)))


class NoticeScreen(AssistantScreen[bool]):
    """Waits for Enter and gives back True; nothing else leaves it but quitting."""

    def compose(self) -> ComposeResult:
        yield LineList([session_words.NOTICE, session_words.NOTICE_ACKNOWLEDGE], id="notice")
        yield from self.compose_bars()

    def on_mount(self) -> None:
        self.query_one(LineList).go_to(0)

    def leave(self) -> None:
        """Stay: Escape stops the voice, and the notice still waits for Enter."""

    def take_key(self, key: str) -> None:
        if key == "enter":
            self.dismiss(True)
        else:
            self.post_message(Told(session_words.NOTICE_ACKNOWLEDGE))
