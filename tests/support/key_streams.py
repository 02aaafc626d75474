"""A keypad for tests: recorded events through a named pipe, or a virtual device where the kernel has one."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from evdev import ecodes

from assistant.fronts.headless.evdev_devices import RawEvent
from tests.support.waiting import wait_until

EV_MSC, MSC_SCAN = 0x04, 0x04
_SCAN_BASE = 0x70000


def key_events(key: str, *, is_down: bool, at_s: float | None = None) -> list[RawEvent]:
    """What a USB keypad sends for one key going down or up: scan code, key, and the mark at the end."""
    code = ecodes.ecodes[f"KEY_{key.upper()}"]
    now_s = time.monotonic() if at_s is None else at_s
    stamp = (int(now_s), int(now_s % 1 * 1e6))
    return [
        RawEvent(*stamp, EV_MSC, MSC_SCAN, _SCAN_BASE + code),
        RawEvent(*stamp, ecodes.EV_KEY, code, int(is_down)),
        RawEvent(*stamp, ecodes.EV_SYN, ecodes.SYN_REPORT, 0),
    ]


class PipedKeypad:
    """The writer's end of a named pipe that is read as a keypad."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            os.mkfifo(path)
        self._fd = -1

    def plug_in(self) -> None:
        """Waits until somebody reads the pipe."""
        wait_until(self._is_read)

    def _is_read(self) -> bool:
        with contextlib.suppress(OSError):
            self._fd = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
        return self._fd >= 0

    def unplug(self) -> None:
        """Closes the pipe."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def send(self, events: Iterable[RawEvent]) -> None:
        """Writes events."""
        os.write(self._fd, b"".join(event.packed() for event in events))

    def down(self, key: str) -> None:
        """Presses a key."""
        self.send(key_events(key, is_down=True))

    def up(self, key: str) -> None:
        """Releases it."""
        self.send(key_events(key, is_down=False))

    def press(self, key: str, held_s: float = 0.05) -> None:
        """Presses and releases a key."""
        self.down(key)
        time.sleep(held_s)
        self.up(key)

    def replay(self, recording: Sequence[tuple[float, str, bool]]) -> None:
        """Plays seconds, key and whether it goes down, in their own time."""
        started_s = time.monotonic()
        for at_s, key, is_down in recording:
            time.sleep(max(0.0, started_s + at_s - time.monotonic()))
            self.send(key_events(key, is_down=is_down))
