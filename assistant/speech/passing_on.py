"""A speaker around another one: it passes everything on, and a subclass changes what it is there for."""

from __future__ import annotations

from assistant.core.ports import Priority, Speaker


class PassingOnSpeaker:
    """A ``Speaker`` that asks the one that it is made of."""

    def __init__(self, speaker: Speaker) -> None:
        """Take the speaker; it is closed with this one."""
        self._speaker = speaker

    @property
    def is_paused(self) -> bool:
        return self._speaker.is_paused

    @property
    def position(self) -> int | None:
        return self._speaker.position

    def say(
        self,
        utterance: str,
        priority: Priority = Priority.DESCRIPTION,
        position: int | None = None,
    ) -> None:
        self._speaker.say(utterance, priority, position)

    def cancel(self) -> None:
        self._speaker.cancel()

    def hush(self) -> bool:
        return self._speaker.hush()

    def pause(self) -> None:
        self._speaker.pause()

    def resume(self) -> None:
        self._speaker.resume()

    def set_rate(self, rate_wpm: int) -> None:
        self._speaker.set_rate(rate_wpm)

    def wait(self, timeout_s: float | None = None) -> bool:
        return self._speaker.wait(timeout_s)

    def close(self) -> None:
        self._speaker.close()
