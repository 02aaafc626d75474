"""The speaker that says nothing: for ``--no-speech``, and where nothing can be played."""

from __future__ import annotations


class SilentSpeaker:
    """Takes every utterance and is done with it at once."""

    def say(self, utterance: str) -> None:
        """Does nothing."""

    def cancel(self) -> None:
        """Does nothing."""

    def wait(self, timeout_s: float | None = None) -> bool:
        """Nothing is ever left to say."""
        return True

    def close(self) -> None:
        """Does nothing."""
