"""The keyboards and keypads that the kernel has, through python-evdev."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import time
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Protocol, cast

from assistant.errors import UsageError
from assistant.fronts.headless.event_stream import EventStream, is_stream
from assistant.messages import headless as words

EV_SYN, EV_KEY = 0x00, 0x01
SYN_DROPPED = 3
UP, DOWN = 0, 1
"""Values of a key event; 2 is the keyboard's own repetition."""
_EVIOCSCLOCKID = 0x400445A0
"""``linux/input.h``: which clock stamps the events."""
_Node = tuple[int, int, int]
"""Number, inode and last change of a device's node."""


class RawEvent(Protocol):
    """``struct input_event`` of ``linux/input.h``, as python-evdev gives it."""

    @property
    def sec(self) -> int:
        """Seconds."""
        ...

    @property
    def usec(self) -> int:
        """Microseconds."""
        ...

    @property
    def type(self) -> int:
        """EV_KEY, EV_SYN, ..."""
        ...

    @property
    def code(self) -> int:
        """Which key."""
        ...

    @property
    def value(self) -> int:
        """Up, down or repeated."""
        ...


class KeyDevice(Protocol):
    """A device whose keys can be read; ``evdev.InputDevice`` is one."""

    @property
    def path(self) -> str:
        """Where it is, for example ``/dev/input/event3``."""
        ...

    @property
    def name(self) -> str:
        """What it calls itself."""
        ...

    def fileno(self) -> int:
        """For ``select``."""
        ...

    def read(self) -> Iterable[RawEvent]:
        """The events that are there; raises OSError when the device is gone."""
        ...

    def grab(self) -> None:
        """Keep the keys from everybody else; raises OSError when somebody has them."""
        ...

    def close(self) -> None:
        """Free it."""
        ...


def key_name(code: int) -> str:
    """Return the kernel's name in small letters without KEY_, for example "kp5"; a number where it has none."""
    from evdev import ecodes

    names = ecodes.bytype[EV_KEY].get(code, "")
    name = names if isinstance(names, str) else names[0]
    return name.removeprefix("KEY_").lower() if name.startswith("KEY_") else f"key{code}"


def stamp_with_monotonic(device: KeyDevice) -> bool:
    """Have events stamped by the clock of ``time.monotonic``: a clock that is set at boot would bend durations."""
    try:
        fcntl.ioctl(device.fileno(), _EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
    except OSError:
        return False
    return True


def kind_of(keys: Set[int]) -> str:
    """Return what a device is by its keys: "keypad", "keyboard" or "other"."""
    from evdev import ecodes

    has_letters = {ecodes.KEY_A, ecodes.KEY_Z, ecodes.KEY_SPACE} <= keys
    if has_letters:
        return "keyboard"
    return "keypad" if {ecodes.KEY_KP1, ecodes.KEY_KP5, ecodes.KEY_KPENTER} <= keys else "other"


def is_wanted(wanted: str, path: str, name: str, kind: str) -> bool:
    """Return whether a device is one that the setting ``keypad`` means.

    Args:
        wanted: "auto" takes keypads, "any" keyboards too, "off" none; else a device or a part of a name.
        path: of the device.
        name: what it calls itself.
        kind: as ``kind_of`` says.
    """
    match wanted:
        case "off":
            return False
        case "auto":
            return kind == "keypad"
        case "any":
            return kind in {"keypad", "keyboard"}
    return wanted in {path, str(Path(path).resolve())} or wanted.lower() in name.lower()


class WantedDevices:
    """Finds the wanted devices; what is not wanted is looked at once.

    Closing a device waits for the kernel (``synchronize_rcu`` in ``drivers/input/evdev.c``), keys pressed
    meanwhile wait too, and a look for new devices comes every second.
    """

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self._unwanted: dict[str, _Node] = {}

    def __call__(self, taken: Set[str]) -> Iterator[KeyDevice]:
        """Open the wanted devices but those whose paths are `taken`.

        Raises:
            UsageError: evdev is not installed.
        """
        if is_stream(self._wanted):
            if self._wanted not in taken:
                with contextlib.suppress(OSError):
                    yield EventStream(self._wanted)
            return
        wanted = _resolved(self._wanted)
        known = {path: node for path, node in self._unwanted.items() if _node(path) == node}
        self._unwanted = known
        for device, kind in _devices(taken | known.keys()):
            if kind and is_wanted(wanted, device.path, device.name, kind):
                yield device
            else:
                node = _node(device.path)
                device.close()
                if node:
                    known[device.path] = node


def list_lines() -> list[str]:
    """Return a line for each device with keys; raises UsageError where evdev is not installed."""
    kinds = {"keypad": words.KIND_KEYPAD, "keyboard": words.KIND_KEYBOARD}
    lines = []
    for device, kind in _devices(frozenset()):
        if kind:
            shown = kinds.get(kind, words.KIND_OTHER)
            lines.append(words.device_line(device.name, device.path, shown))
        device.close()
    return lines


def is_forbidden(folder: Path = Path("/dev/input")) -> bool:
    """Return whether there are devices and all of them are closed to this user."""
    found = list(folder.glob("event*"))
    return bool(found) and not any(os.access(path, os.R_OK) for path in found)


def _devices(taken: Set[str]) -> Iterator[tuple[KeyDevice, str]]:
    """Open every device but those `taken`; yield with it what ``kind_of`` says, "" where it has no keys."""
    try:
        import evdev
    except ImportError as error:
        raise UsageError(words.EVDEV_MISSING, words.PI_PACKAGES_HINT) from error
    try:
        paths = evdev.list_devices(writable=False)
    except OSError:
        return  # one was unplugged while it was looked at; the next look finds the others
    for path in paths:
        if path in taken:
            continue
        try:
            device = evdev.InputDevice(path, readonly=True)
        except OSError:  # gone again, or not ours
            continue
        try:
            keys = set(device.capabilities().get(EV_KEY, []))
        except OSError:
            keys = set()
        yield cast(KeyDevice, device), kind_of(keys) if keys else ""


def _node(path: str) -> _Node | None:
    """Return what changes as soon as the device does, or who may read it."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_rdev, found.st_ino, found.st_ctime_ns


def _resolved(wanted: str) -> str:
    # /dev/input/by-id/... names a device for good; the kernel's numbers change.
    return str(Path(wanted).resolve()) if wanted.startswith("/") else wanted
