"""Reads keypads in a thread of its own: what is pressed, what it types, and when one goes and comes back."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field

from assistant.fronts.headless.evdev_devices import (
    DOWN,
    EV_KEY,
    EV_SYN,
    SYN_DROPPED,
    UP,
    KeyDevice,
    RawEvent,
    key_name,
    stamp_with_monotonic,
)
from assistant.fronts.headless.presses import Event, KeyEvent, SourceFailure, SourceNews
from assistant.messages import headless as words

RESCAN_S = 1.0
"""Time between two looks for devices that were plugged in."""
_PLAIN = {
    "space": "space", "esc": "escape", "comma": ",", "dot": ".", "slash": "/", "minus": "-",
    "equal": "=", "semicolon": ";", "apostrophe": "'",
}  # fmt: skip
_SHIFTED = {"comma": "<", "dot": ">", "slash": "?", "minus": "_", "equal": "+", "semicolon": ":"}
SHIFTS = frozenset({"leftshift", "rightshift"})
OTHER_MODIFIERS = frozenset(
    {"leftctrl", "rightctrl", "leftalt", "rightalt", "leftmeta", "rightmeta"}
)


@dataclass
class _Open:
    device: KeyDevice
    is_stamped: bool
    held: set[str] = field(default_factory=set)
    is_out_of_step: bool = False


class KeypadReader:
    """Keeps every wanted device open and grabbed, and puts what is pressed."""

    def __init__(
        self,
        find: Callable[[Set[str]], Iterable[KeyDevice]],
        put: Callable[[Event], None],
        *,
        says_missing: bool = True,
        is_forbidden: Callable[[], bool] = lambda: False,
        rescan_s: float = RESCAN_S,
    ) -> None:
        """Open what is there, and read from then on.

        Args:
            find: opens wanted devices but those whose paths it is given.
            put: takes key events, and what to say about devices.
            says_missing: whether to say that there is no keypad, because there is nothing else to press.
            is_forbidden: whether there are devices and none may be read.
            rescan_s: time between two looks for new devices.

        Raises:
            UsageError: evdev is not installed.
        """
        self._find, self._put, self._rescan_s = find, put, rescan_s
        self._open: dict[int, _Open] = {}
        self._lost: set[str] = set()
        self._wake_read, self._wake_write = os.pipe()
        self._ended = threading.Event()
        self._scan()
        if not self._open and is_forbidden():
            put(SourceNews(text=words.KEYPAD_FORBIDDEN))
        elif not self._open and says_missing:
            put(SourceNews(text=words.KEYPAD_MISSING))
        self._thread = threading.Thread(target=self._run, name="keypad", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread and close the devices; idempotent."""
        if self._ended.is_set():
            return
        self._ended.set()
        os.write(self._wake_write, b"x")
        self._thread.join(5.0)
        for opened in self._open.values():
            opened.device.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _run(self) -> None:
        try:
            self._watch()
        except Exception as error:  # noqa: BLE001 - keys that nobody reads must not go unnoticed
            self._put(SourceFailure(error))

    def _watch(self) -> None:
        scanned_s = time.monotonic()
        while not self._ended.is_set():
            fds = [self._wake_read, *self._open]
            try:
                readable, _, _ = select.select(fds, [], [], self._rescan_s)
            except (OSError, ValueError):
                readable = list(self._open)  # a device is gone: reading it says which
            for fd in readable:
                if fd in self._open:
                    self._read(fd)
            if time.monotonic() - scanned_s >= self._rescan_s:
                self._scan()
                scanned_s = time.monotonic()

    def _scan(self) -> None:
        taken = {opened.device.path for opened in self._open.values()}
        for device in self._find(taken):
            self._open[device.fileno()] = _Open(device, stamp_with_monotonic(device))
            said = words.keypad_back if device.name in self._lost else words.keys_from
            self._lost.discard(device.name)
            self._put(SourceNews(text=said(device.name)))
            try:
                device.grab()
            except OSError:
                self._put(SourceNews(text=words.keypad_not_grabbed(device.name)))

    def _read(self, fd: int) -> None:
        opened = self._open[fd]
        try:
            events = list(opened.device.read())
        except BlockingIOError:
            return
        except OSError:
            del self._open[fd]
            opened.device.close()
            self._lost.add(opened.device.name)
            self._put(SourceNews(opened.device.path, words.keypad_gone(opened.device.name)))
            return
        for event in events:
            self._take(opened, event)

    def _take(self, opened: _Open, event: RawEvent) -> None:
        if event.type == EV_SYN:
            if event.code == SYN_DROPPED:
                # Releases may be among what the kernel dropped, and what follows belongs to it up to the next mark.
                opened.is_out_of_step = True
                opened.held.clear()
                self._put(SourceNews(opened.device.path))
            else:
                opened.is_out_of_step = False
            return
        if event.type != EV_KEY or event.value not in {UP, DOWN} or opened.is_out_of_step:
            return
        key = key_name(event.code)
        (opened.held.add if event.value == DOWN else opened.held.discard)(key)
        at_s = event.sec + event.usec / 1e6 if opened.is_stamped else time.monotonic()
        text = text_of(
            key,
            has_shift=bool(opened.held & SHIFTS),
            has_other=bool(opened.held & OTHER_MODIFIERS),
        )
        self._put(KeyEvent(opened.device.path, key, event.value == DOWN, at_s, text))


def text_of(key: str, *, has_shift: bool, has_other: bool) -> str:
    """Return what a key types, as ``assistant.core.actions`` names keys; empty where it types nothing.

    Args:
        key: the kernel's name in small letters, without ``KEY_``.
        has_shift: whether Shift is held.
        has_other: whether Ctrl, Alt or the like is held: then it is a command and types nothing.
    """
    if has_other:
        return ""
    if len(key) == 1 and key.isascii() and key.isalnum():
        return key.upper() if has_shift else key
    return (_SHIFTED if has_shift else _PLAIN).get(
        key, _PLAIN.get(key, "") if not has_shift else ""
    )
