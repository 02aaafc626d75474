"""The speaker that says nothing: for ``--no-speech``, and where nothing can be played."""

from __future__ import annotations

from assistant.core.ports import Earcon, Priority


class SilentSpeaker:
    """Takes every utterance and is done with it at once.

    Attributes:
        is_paused: kept, so that a key answers truly.
        position: always None, because nothing is heard: the reader keeps its own place.
    """

    def __init__(self) -> None:
        self.is_paused = False
        self.position: int | None = None

    def say(
        self,
        utterance: str,
        priority: Priority = Priority.DESCRIPTION,
        position: int | None = None,
    ) -> None:
        """Does nothing."""

    def cancel(self) -> None:
        """Ends a pause."""
        self.is_paused = False

    def pause(self) -> None:
        """Begins a pause."""
        self.is_paused = True

    def resume(self) -> None:
        """Ends a pause."""
        self.is_paused = False

    def set_rate(self, rate_wpm: int) -> None:
        """Does nothing."""

    def wait(self, timeout_s: float | None = None) -> bool:
        """Nothing is ever left to say."""
        return True

    def close(self) -> None:
        """Does nothing."""


class SilentEarcons:
    """Plays no sign."""

    def play(self, earcon: Earcon) -> None:
        """Does nothing."""

    def cancel(self) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""
