"""What screens are made of: a list of lines with a cursor, and single lines that stand still."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Static

MARKER = ">"
"""Stands before the line of the cursor, so that no colour is needed to find it."""


class Bar(Static):
    """A line of text that is bound to a screen's attribute."""

    text: reactive[str] = reactive("")

    def __init__(self, id: str) -> None:
        super().__init__("", id=id, markup=False)

    def watch_text(self, text: str) -> None:
        self.update(text)


class Row(Static):
    """One line; wraps where it is longer than the screen is wide."""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text, markup=False, classes=kind or None)
        self.text = text

    def render_lines(self, crop: Region) -> list[Strip]:
        """Put the marker into the padding before the first line."""
        strips = super().render_lines(crop)
        if crop.y == 0 and crop.x == 0 and strips and self.has_class("-cursor"):
            marker = Strip([Segment(MARKER, self.rich_style)], 1)
            strips[0] = Strip.join([marker, strips[0].crop(1)])
        return strips


class LineList(VerticalScroll, can_focus=False):
    """A list of lines. The terminal's cursor stands on the line of the list's cursor."""

    @dataclass
    class Moved(Message):
        """The person moved the cursor.

        Attributes:
            text: the line it is on now; None where there is no further line.
            by: how far it was to go.
        """

        text: str | None
        by: int

    def __init__(self, lines: Sequence[str] = (), id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows = [Row(line) for line in lines]
        self.index: int | None = None

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
        """Put other words into the rows; their number stays."""
        for row, text in zip(self._rows, lines, strict=False):
            if row.text != text:
                row.text = text
                row.update(text)

    def go_to(self, index: int) -> None:
        """Put the cursor on a line and the line on the screen."""
        if not 0 <= index < len(self._rows):
            return
        if self.index is not None and self.index < len(self._rows):
            self._rows[self.index].remove_class("-cursor")
        self.index = index
        self._rows[index].add_class("-cursor")
        self.place_cursor()

    def move(self, by: int) -> None:
        """Move the cursor by some lines and report it; from nowhere it enters at the near end."""
        total = len(self._rows)
        if self.index is None:
            wanted = 0 if by > 0 else total - 1
        else:
            wanted = self.index + by
            if abs(by) > 1:
                wanted = min(max(wanted, 0), total - 1)
        is_there = 0 <= wanted < total and wanted != self.index
        if is_there:
            self.go_to(wanted)
        self.post_message(self.Moved(self._rows[wanted].text if is_there else None, by))

    def place_cursor(self) -> None:
        """Scroll to the line of the cursor, and puts the terminal's cursor there once it is drawn."""
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
        if self.screen.is_current:
            content = self.content_region.offset - self.scroll_offset
            self.app.cursor_position = content + place.offset + (row.gutter.left, row.gutter.top)
            row.refresh()  # the cursor goes where it should with the next thing that is drawn

    def _cursor_row(self) -> Row | None:
        if self.index is None or self.index >= len(self._rows) or not self.is_attached:
            return None
        return self._rows[self.index]
