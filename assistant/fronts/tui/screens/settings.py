"""The settings: a list in groups that is searched by typing, and changed line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input

from assistant.fronts.tui.screens.base import Focused, Told
from assistant.fronts.tui.screens.typing import TypingScreen
from assistant.fronts.tui.text_line import TextLine
from assistant.fronts.tui.widgets import LineList, Row
from assistant.messages import session as session_words
from assistant.messages import tui as words


class SettingsScreen(TypingScreen):
    """Changes settings until Enter alone or Escape goes back.

    Enter on a line asks for its value; a name and a value can be typed at once too.
    """

    @dataclass
    class Changed(Message):
        """A setting was typed: its name, a space, its value."""

        typed: str

    @dataclass
    class Chosen(Message):
        """A setting, by its name, wants another value; ``line`` says what it is for."""

        name: str
        line: str

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self.title = f"{session_words.CHOOSE_SETTING} {words.SETTINGS_KEYS}"
        self._lines = list(lines)

    def compose(self) -> ComposeResult:
        yield LineList(self._lines, id="settings", title=self.title or "")
        yield TextLine(self.search)
        yield from self.compose_bars()

    def on_mount(self) -> None:
        for row in self.query(Row):
            row.set_class(row.text.endswith(":"), "-group")
        self.post_message(Told(words.SETTINGS_KEYS))

    def show_lines(self, lines: Sequence[str]) -> None:
        self._lines = list(lines)
        self.query_one(LineList).set_lines(lines)

    def search(self, typed: str) -> str:
        """Show the settings that mention all words, and return how many these are."""
        found, is_value = self._find(typed)
        headings = [n for n, line in enumerate(self._lines) if line.endswith(":")]
        above = {n: [h for h in headings if h < n][-1:] for n in found}
        # The title is the list's first line.
        self.query_one(LineList).show_only({k + 1 for n in found for k in (n, *above[n])})
        return "" if is_value else words.settings_found(len(found))

    def _find(self, typed: str) -> tuple[list[int], bool]:
        """Return the settings that have all words, or the one of a name and a value, and whether it is that."""
        wanted = typed.casefold().split()
        settings = [n for n, line in enumerate(self._lines) if not line.endswith(":")]
        named = [n for n in settings if wanted and _name(self._lines[n]) == wanted[0]]
        if named and (len(wanted) > 1 or typed.endswith(" ")):
            return named, True
        found = [n for n in settings if all(word in self._lines[n].casefold() for word in wanted)]
        return found, False

    @on(Input.Submitted)
    def change(self, event: Input.Submitted) -> None:
        """Ask for the value of the line that was gone to, or take what was typed; Enter alone goes back."""
        event.stop()
        typed, lines = event.value.strip(), self.query_one(LineList)
        if lines.has_cursor and lines.index:
            self._choose(lines.index - 1)
            return
        if not typed:
            self.dismiss(None)
            return
        found, is_value = self._find(typed)
        exact = [n for n in found if _name(self._lines[n]) == typed.casefold()]
        if " " in typed and (is_value or not found):
            self.query_one(TextLine).value = ""
            self.search("")
            self.post_message(self.Changed(typed))
        elif len(exact or found) == 1:
            self._choose((exact or found)[0])
        else:
            self.post_message(Focused((), words.settings_to_choose(len(found))))

    def _choose(self, index: int) -> None:
        line = self._lines[index]
        if line.endswith(":"):
            self.post_message(Focused((line,), words.GROUP_CHOSEN))
        else:
            self.post_message(self.Chosen(_name(line), line))


def _name(line: str) -> str:
    return line.partition(":")[0]
