"""What is said once, before the first use."""

from __future__ import annotations

from textual.app import ComposeResult

from assistant.fronts.tui.screens.base import AssistantScreen, Told
from assistant.fronts.tui.widgets.line_list import LineList
from assistant.messages import session as session_words


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
