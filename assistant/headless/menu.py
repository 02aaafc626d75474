"""A list that is gone through by ear: next, previous, and a press that takes what was said last."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.messages import headless as words


class Menu:
    """One line at a time; the list does not go round, so that its ends are known."""

    def __init__(self, lines: Sequence[str], choose: Callable[[int], None]) -> None:
        """Begins at the first line.

        Args:
            lines: what there is to choose from; at least one.
            choose: takes the index of the line that was chosen.
        """
        self._lines, self._choose = lines, choose
        self._index = 0

    @property
    def line(self) -> str:
        """The present line, with its number."""
        return words.menu_line(self._index + 1, len(self._lines), self._lines[self._index])

    def step(self, by: int) -> str:
        """Goes on or back; returns what to say."""
        wanted = self._index + by
        self._index = min(max(wanted, 0), len(self._lines) - 1)
        return self.line if wanted == self._index else f"{words.menu_end()} {self.line}"

    def take(self) -> None:
        """Takes the present line."""
        self._choose(self._index)
