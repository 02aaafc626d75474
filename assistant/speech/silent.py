"""The speaker that says nothing: for ``--no-speech``, and where nothing can be played."""

from __future__ import annotations

from assistant.core.ports import Earcon, Priority


class SilentSpeaker:
    """A speaker that is done with every utterance at once; without a position, the reader keeps its own place."""

    def __init__(self) -> None:
        self.is_paused = False
        self.position: int | None = None

    def say(
        self,
        utterance: str,
        priority: Priority = Priority.DESCRIPTION,
        position: int | None = None,
    ) -> None: ...

    def cancel(self) -> None:
        self.is_paused = False

    def hush(self) -> bool:
        return False

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False

    def set_rate(self, rate_wpm: int) -> None: ...

    def wait(self, timeout_s: float | None = None) -> bool:
        return True

    def close(self) -> None: ...


class SilentEarcons:
    """A player of signs that plays none."""

    def play(self, earcon: Earcon) -> None: ...

    def cancel(self) -> None: ...

    def close(self) -> None: ...
