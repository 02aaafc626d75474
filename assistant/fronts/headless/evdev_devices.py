"""Keyboards and keypads: those that the kernel has, through python-evdev, and named pipes with their events."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import struct
import time
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from assistant.errors import UsageError
from assistant.messages import headless as words

EV_SYN, EV_KEY = 0x00, 0x01
SYN_DROPPED = 3
UP, DOWN = 0, 1
"""Values of a key event; 2 is the keyboard's own repetition."""
_EVIOCSCLOCKID = 0x400445A0
"""``linux/input.h``: which clock stamps the events."""
_EVENT = struct.Struct("@llHHi")
"""``struct input_event``: seconds, microseconds, type, code, value."""
_MOST_BYTES = 64 * _EVENT.size
_Node = tuple[int, int, int]
"""Number, inode and last change of a device's node."""


class RawEvent(NamedTuple):
    """``struct input_event`` of ``linux/input.h``, with python-evdev's names."""

    sec: int
    usec: int
    type: int
    code: int
    value: int

    def packed(self) -> bytes:
        return _EVENT.pack(*self)


class KeyDevice(Protocol):
    """A device whose keys can be read; ``evdev.InputDevice`` and ``EventStream`` are."""

    @property
    def path(self) -> str: ...

    @property
    def name(self) -> str: ...

    def fileno(self) -> int: ...

    def read(self) -> Iterable[RawEvent]:
        """Return the events that are there; raises OSError when the device is gone."""

    def grab(self) -> None:
        """Keep the keys from everybody else; raises OSError when somebody has them."""

    def close(self) -> None: ...


class EventStream:
    """A ``KeyDevice`` over a named pipe: a recording, or the keypad of another machine; its end unplugs it.

    The bytes are those that the kernel gives for a device, so ``cat /dev/input/event0`` on another machine will do.
    """

    def __init__(self, path: str) -> None:
        """Open it without waiting for a writer; raises OSError."""
        self.path = path
        self.name = os.path.basename(path)
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._rest = b""

    def fileno(self) -> int:
        return self._fd

    def read(self) -> Iterator[RawEvent]:
        """Return the whole events that are there.

        Raises:
            OSError: the writer is gone, or nothing is there.
        """
        data = os.read(self._fd, _MOST_BYTES)
        if not data:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        data = self._rest + data
        whole = len(data) - len(data) % _EVENT.size
        self._rest = data[whole:]
        return (RawEvent(*fields) for fields in _EVENT.iter_unpack(data[:whole]))

    def grab(self) -> None:
        """Do nothing: nobody else reads a pipe."""

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def is_stream(path: str) -> bool:
    """Return whether there is a named pipe."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False


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
        raise UsageError(words.EVDEV_MISSING, words.pi_package_hint("evdev")) from error
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
