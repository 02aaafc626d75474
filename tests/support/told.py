"""Where the model store reports to in tests."""

from __future__ import annotations


class Told:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def show(self, line: str) -> None:
        self.lines.append(line)

    def speak(self, sentence: str) -> None:
        """Nobody listens."""

    def tell(self, sentence: str) -> None:
        self.lines.append(sentence)
