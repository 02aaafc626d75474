"""The line to type in, which tells what a person who does not see it wants to hear of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import Input

from assistant.fronts.tui.keys import UNREADABLE, called_aloud
from assistant.messages import tui as words
from assistant.system.printable import printable

_WORD_BEFORE = re.compile(r"[\w'\u2019-]+$")
_WORD_AFTER = re.compile(r"[\w'\u2019-]+|\W")


@dataclass
class Typed(Message):
    """A key changed the line or moved its cursor.

    Attributes:
        character: what was typed.
        word: what this brought to its end.
        other: what was removed or pasted, or what the cursor is on.
        note: what came of it; always said, and shown.
    """

    character: str = ""
    word: str = ""
    other: str = ""
    note: str = ""


class TextLine(Input):
    """One line of typed text; several pasted lines become one.

    Every key that the line takes posts one ``Typed``, also where nothing changed.
    """

    def __init__(self, comment: Callable[[str], str] = lambda text: "") -> None:
        """Begin empty; ``comment`` says what comes of a text while it is being typed."""
        super().__init__(compact=True, select_on_focus=False)
        self.cursor_blink = False
        self._comment = comment

    def on_paste(self, event: events.Paste) -> None:
        """Take all of what is pasted, not its first line alone."""
        event.prevent_default()
        event.stop()
        self.replace(" ".join(printable(event.text).split()), *self.selection)

    @property
    def cursor_screen_offset(self) -> Offset:
        """Return where the next character comes; Textual's own is one further at the line's end."""
        x = cell_len(self.value[: self.cursor_position]) - self.scroll_offset.x
        return self.content_region.offset + Offset(x, 0)

    def place_cursor(self) -> None:
        """Put the terminal's cursor here once the line is drawn."""
        self.call_after_refresh(self._place_cursor)

    def _place_cursor(self) -> None:
        if self.is_attached and self.screen.is_active:  # it may be gone by now
            self.app.cursor_position = self.cursor_screen_offset
            self.refresh()

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a part of the text, as all keys that change it do, and tell of it."""
        start, end = sorted((max(0, start), min(len(self.value), end)))
        before, removed = self.value[:start], self.value[start:end]
        if text == UNREADABLE:
            self.post_message(Typed(note=words.NOT_READABLE))
            return
        super().replace(text, start, end)
        typed = Typed(note=self._comment(self.value))
        if not text:
            typed.other = words.deleted(_said(removed)) if removed else words.NOTHING_TO_DELETE
        elif len(text) > 1:
            typed.other = text
        else:
            typed.character = _said(text)
            if not _WORD_BEFORE.match(text) and (found := _WORD_BEFORE.search(before)):
                typed.word = found[0]
        self.post_message(typed)

    def action_cursor_left(self, select: bool = False) -> None:
        super().action_cursor_left(select)
        self._tell_place()

    def action_cursor_right(self, select: bool = False) -> None:
        super().action_cursor_right(select)
        self._tell_place()

    def action_cursor_left_word(self, select: bool = False) -> None:
        super().action_cursor_left_word(select)
        self._tell_place(is_word=True)

    def action_cursor_right_word(self, select: bool = False) -> None:
        super().action_cursor_right_word(select)
        self._tell_place(is_word=True)

    def action_home(self, select: bool = False) -> None:
        super().action_home(select)
        self._tell_place()

    def action_end(self, select: bool = False) -> None:
        super().action_end(select)
        self._tell_place()

    def action_select_all(self) -> None:
        super().action_select_all()
        self._tell_place()

    def _tell_place(self, *, is_word: bool = False) -> None:
        """Tell what is selected, else what the cursor is on."""
        after = self.value[self.cursor_position :]
        if not self.value:
            said = words.LINE_EMPTY
        elif self.selected_text:
            said = words.selected(_said(self.selected_text))
        elif not after:
            said = words.LINE_END
        else:
            found = _WORD_AFTER.match(after) if is_word else None
            said = _said(found[0] if found else after[0])
        self.post_message(Typed(other=said))


def _said(text: str) -> str:
    """Return a text as it is spoken: a single character by its name."""
    return called_aloud("space" if text == " " else text) if len(text) == 1 else text
