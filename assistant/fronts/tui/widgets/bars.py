"""Lines that stand still: what goes on, what was said last, and the most used keys."""

from __future__ import annotations

from textual.reactive import reactive
from textual.widgets import Static


class Bar(Static):
    """A line of text that is bound to a screen's attribute."""

    text: reactive[str] = reactive("")

    def __init__(self, id: str) -> None:
        super().__init__("", id=id, markup=False)

    def watch_text(self, text: str) -> None:
        self.update(text)
