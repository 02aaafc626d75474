"""What screens are made of: a list of lines with a cursor, and single lines that stand still."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Static

from assistant.system.printable import printable

MARKER = ">"
"""Stands before the line of the cursor, so that no colour is needed to find it."""


class Bar(Static):
    """A text that is bound to a screen's attribute; takes no room while it is empty."""

    text: reactive[str] = reactive("")

    def __init__(self, id: str) -> None:
        super().__init__("", id=id, markup=False, classes="-empty")

    def watch_text(self, text: str) -> None:
        self.update(printable(text))
        self.set_class(not text, "-empty")


class Row(Static):
    """One line; wraps where it is longer than the screen is wide."""

    def __init__(self, text: str, kind: str = "") -> None:
        self.text = printable(text)
        super().__init__(self.text, markup=False, classes=kind or None)

    def put(self, text: str) -> None:
        """Show other words."""
        self.text = printable(text)
        self.update(self.text)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Put the marker into the padding before the first line."""
        strips = super().render_lines(crop)
        if crop.y == 0 and crop.x == 0 and strips and self.has_class("-cursor"):
            padding = next(iter(strips[0].crop(0, 1)), Segment(" "))
            marker = Strip([Segment(MARKER, padding.style)], 1)
            strips[0] = Strip.join([marker, strips[0].crop(1)])
        return strips


class LineList(VerticalScroll, can_focus=False):
    """A list of lines, the first of which may be its title.

    Attributes:
        index: the line that its cursor is on; None for none.
        has_cursor: whether the terminal's cursor follows it, and not what is typed.
    """

    @dataclass
    class Moved(Message):
        """The person moved the cursor.

        Attributes:
            text: the line it is on now; None where there is none.
            by: how far it was to go.
            is_end: whether there was no further line.
        """

        text: str | None
        by: int
        is_end: bool

    def __init__(self, lines: Sequence[str] = (), id: str | None = None, title: str = "") -> None:
        super().__init__(id=id)
        self._rows = [Row(line) for line in lines]
        self._titles = 1 if title else 0
        if title:
            self._rows.insert(0, Row(title, "-title"))
        self.index: int | None = None
        self.has_cursor = False

    def compose(self) -> Iterable[Row]:
        return list(self._rows)

    @property
    def lines(self) -> list[str]:
        return [row.text for row in self._rows]

    def add_line(self, text: str, kind: str = "", *, keep: int = 0) -> int:
        """Add a line at the end and return its index; drop the first lines above ``keep``, unless that is 0."""
        row = Row(text, kind)
        self._rows.append(row)
        self.mount(row)
        if keep and len(self._rows) > keep:
            self._rows.pop(0).remove()
            if self.index is not None:
                self.index = self.index - 1 if self.index > 0 else None
        return len(self._rows) - 1

    def set_lines(self, lines: Sequence[str]) -> None:
        """Put other words into the lines below the title; their number stays."""
        for row, text in zip(self._rows[self._titles :], lines, strict=False):
            if row.text != text:
                row.put(text)

    def show_only(self, shown: Container[int]) -> None:
        """Hide all lines but the title and those with an index in ``shown``."""
        for index, row in enumerate(self._rows):
            row.display = index < self._titles or index in shown
        if self.index is not None and not self._rows[self.index].display:
            self._rows[self.index].remove_class("-cursor")
            self.index = None

    def go_to(self, index: int) -> None:
        """Put the cursor on a line and the line on the screen."""
        if not 0 <= index < len(self._rows):
            return
        if self.index is not None and self.index < len(self._rows):
            self._rows[self.index].remove_class("-cursor")
        self.index = index
        self.has_cursor = True
        self._rows[index].add_class("-cursor")
        self.place_cursor()

    def move(self, by: int) -> None:
        """Move the cursor by some lines and report it; from nowhere it enters at the near end."""
        shown = [index for index, row in enumerate(self._rows) if row.display]
        if not shown:
            self.post_message(self.Moved(None, by, is_end=True))
            return
        last = len(shown) - 1
        if self.index is None:
            # The title was read when the list came up.
            wanted = min(self._titles, last) if by > 0 else last
        else:
            wanted = min(max(shown.index(self.index) + by, 0), last)
        is_end = shown[wanted] == self.index
        self.go_to(shown[wanted])
        self.post_message(self.Moved(self._rows[shown[wanted]].text, by, is_end))

    def place_cursor(self) -> None:
        """Scroll to the line of the cursor, and put the terminal's cursor there once it is drawn."""
        self.call_after_refresh(self._scroll_to_cursor)

    def on_resize(self) -> None:
        self.place_cursor()

    def _scroll_to_cursor(self) -> None:
        row = self._cursor_row()
        if row is None:
            return
        place, height = row.virtual_region, self.size.height
        y = self.scroll_offset.y
        if place.y < y or place.height >= height:
            y = place.y  # of a line longer than the screen the beginning is what to see
        elif place.bottom > y + height:
            y = place.bottom - height
        self.scroll_to(y=y, animate=False, force=True, immediate=True)
        if self.has_cursor and self.screen.is_active:
            content = self.content_region.offset - self.scroll_offset
            self.app.cursor_position = content + place.offset + (row.gutter.left, row.gutter.top)
            row.refresh()  # the cursor goes where it should with the next thing that is drawn

    def _cursor_row(self) -> Row | None:
        if self.index is None or self.index >= len(self._rows) or not self.is_attached:
            return None
        return self._rows[self.index]
