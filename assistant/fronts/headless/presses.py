"""What key sources send, and short, long and held presses of one button, told apart by times alone.

A press is short until a sign says that it is long enough; from then on its release means "in detail"; and
when it is held until the second sign, nothing is started and all is silent. The sign always comes before the
meaning changes, so nobody has to count.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class KeyEvent:
    """A key went down or up.

    Attributes:
        source: the device, so that two devices with the same key are two keys.
        key: its name, for example "kpenter", "a" or "gpio17".
        at_s: when, on the clock of ``time.monotonic``.
        text: the character it types, where it types one.
    """

    source: str
    key: str
    is_down: bool
    at_s: float
    text: str = ""


@dataclass(frozen=True)
class SourceNews:
    """What to say about a device, and the device whose running presses are void; empty for none."""

    source: str = ""
    text: str = ""


@dataclass(frozen=True)
class SourceFailure:
    """An unexpected error that ended what reads keys."""

    error: Exception


Event = KeyEvent | SourceNews | SourceFailure


class Gesture(StrEnum):
    """What a press of the button means, as far as it is known."""

    SHORT = "short"
    """Released before the first sign."""
    LONG_SIGN = "long_sign"
    """Long enough now: the first sign is due, and the press goes on."""
    LONG = "long"
    """Released between the two signs."""
    HELD = "held"
    """Held until the second sign; its release means nothing."""


@dataclass
class _Press:
    began_s: float
    stage: Gesture = Gesture.SHORT


class Presses:
    """The presses that go on.

    Durations are taken from the events' own times, so a busy program cannot turn a short press into a long one;
    but a press whose sign was given is never short.
    """

    def __init__(self, long_press_ms: int, hold_ms: int) -> None:
        self._long_s, self._hold_s = long_press_ms / 1000, hold_ms / 1000
        self._pressed: dict[tuple[str, str], _Press] = {}

    def down(self, event: KeyEvent) -> None:
        """Begin a press; one whose release was lost starts again."""
        self._pressed[event.source, event.key] = _Press(event.at_s)

    def up(self, event: KeyEvent) -> Gesture | None:
        """End a press; None where it meant something already, or its beginning was not for the button."""
        press = self._pressed.pop((event.source, event.key), None)
        if press is None or press.stage is Gesture.HELD:
            return None
        if event.at_s >= press.began_s + self._hold_s:
            return Gesture.HELD
        is_long = event.at_s >= press.began_s + self._long_s or press.stage is Gesture.LONG_SIGN
        return Gesture.LONG if is_long else Gesture.SHORT

    def drop(self, source: str) -> None:
        """Forget the presses of a device that is gone: their releases never come."""
        for pressed in [pressed for pressed in self._pressed if pressed[0] == source]:
            del self._pressed[pressed]

    def due_s(self) -> float | None:
        """Return when the next sign is due; None where no press waits for one."""
        times = [
            press.began_s + (self._long_s if press.stage is Gesture.SHORT else self._hold_s)
            for press in self._pressed.values()
            if press.stage is not Gesture.HELD
        ]
        return min(times, default=None)

    def reached(self, now_s: float) -> list[Gesture]:
        """Return the signs that are due now, each given once: ``LONG_SIGN`` or ``HELD``."""
        signs = []
        for press in self._pressed.values():
            if press.stage is not Gesture.HELD and now_s >= press.began_s + self._hold_s:
                press.stage = Gesture.HELD
                signs.append(Gesture.HELD)
            elif press.stage is Gesture.SHORT and now_s >= press.began_s + self._long_s:
                press.stage = Gesture.LONG_SIGN
                signs.append(Gesture.LONG_SIGN)
        return signs
