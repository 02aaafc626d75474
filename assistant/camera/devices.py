"""Linux video devices: lists them with their names, and says why one cannot be used."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import grp
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import CameraError
from assistant.messages import camera as words
from assistant.system.process_state import find_holder

_QUERYCAP = 0x80685600
"""VIDIOC_QUERYCAP of linux/videodev2.h: driver, card, bus, version, capabilities, device_caps, 3 reserved."""
_REQBUFS = 0xC0145608
"""VIDIOC_REQBUFS: count, type, memory, capabilities, flags and reserved."""
_VIDEO_CAPTURE, _META_CAPTURE, _DEVICE_CAPS = 0x1, 0x00800000, 0x80000000
_MEMORY_MMAP = 1

_NO_CAMERAS = ("bcm2835-isp", "bcm2835-codec", "rpivid", "rpi-hevc", "pispbe", "unicam", "rp1-cfe")
"""Drivers of a Raspberry Pi's own devices, which OpenCV cannot take pictures with."""


@dataclass(frozen=True)
class Capability:
    """What a device says about itself."""

    driver: str
    card: str
    can_capture: bool

    @property
    def is_camera(self) -> bool:
        """Whether OpenCV can take pictures with it."""
        return self.can_capture and not self.driver.startswith(_NO_CAMERAS)


def parse_capability(answer: bytes) -> Capability:
    """Read a ``v4l2_capability``."""
    driver, card, _, _, whole, device = struct.unpack_from("=16s32s32sIII", answer)
    caps = device if whole & _DEVICE_CAPS else whole
    texts = [text.split(b"\0")[0].decode("utf-8", "replace") for text in (driver, card)]
    return Capability(texts[0], texts[1], bool(caps & _VIDEO_CAPTURE) and not caps & _META_CAPTURE)


def find_devices(dev: Path = Path("/dev"), sysfs: Path = Path("/sys")) -> list[tuple[Path, str]]:
    """Return video devices in the order of their numbers, with the names that the system gives them.

    Devices that say they are not cameras are skipped; those that cannot be asked are included.
    """
    found = []
    numbers = (p.name.removeprefix("video") for p in dev.glob("video*"))
    for number in sorted(int(n) for n in numbers if n.isdecimal()):
        path = dev / f"video{number}"
        try:
            capability = query(path)
        except OSError:
            found.append((path, _system_name(path, sysfs)))
        else:
            if capability.is_camera:
                found.append((path, _speakable(capability.card) or _system_name(path, sysfs)))
    return found


def query(path: Path) -> Capability:
    """Ask a device what it is.

    Raises:
        OSError: it cannot be opened, or is not a video device.
    """
    return parse_capability(_ask(path, _QUERYCAP, bytes(104)))


def _ask(path: Path, request: int, content: bytes) -> bytes:
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return fcntl.ioctl(descriptor, request, content)
    finally:
        os.close(descriptor)


def device_name(path: Path, sysfs: Path = Path("/sys")) -> str:
    """Return what to call the device at a path, even when it is a link or is not there."""
    real = Path(os.path.realpath(path))
    if real.name.startswith("video"):
        return _system_name(real, sysfs)
    return words.webcam(path.name)


def check(path: Path, name: str) -> None:
    """Check whether a device could be opened now.

    Raises:
        CameraError: it is missing, forbidden or no device.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise CameraError(words.gone(name), words.GONE_HINT) from error
    if not stat.S_ISCHR(status.st_mode):
        raise CameraError(words.no_device(name), words.SOURCE_UNKNOWN_HINT)
    if not os.access(path, os.R_OK | os.W_OK):
        raise CameraError(words.forbidden(name), _permission_hint(path, status))


def explain(path: Path, name: str) -> CameraError:
    """Return why a device gave no picture, as far as can be found out."""
    try:
        check(path, name)
    except CameraError as error:
        return error
    holder = find_holder(path)
    if holder is not None and holder.is_assistant:
        message = words.busy_assistant(name, holder.pid)
        return CameraError(message, words.BUSY_ASSISTANT_HINT)
    if holder is not None or _is_busy(path):
        return CameraError(words.busy(name, holder.name if holder else ""), words.BUSY_HINT)
    return CameraError(words.no_frames(name), words.NO_FRAMES_HINT)


def _is_busy(path: Path) -> bool:
    """Return whether another process holds the device's buffers. Asking for no buffers changes nothing."""
    try:
        _ask(path, _REQBUFS, struct.pack("=IIIII", 0, _VIDEO_CAPTURE, _MEMORY_MMAP, 0, 0))
    except OSError as error:
        return error.errno == errno.EBUSY
    return False


def _permission_hint(path: Path, status: os.stat_result) -> str:
    with contextlib.suppress(KeyError):
        group = grp.getgrgid(status.st_gid)
        is_enough = stat.S_IMODE(status.st_mode) & 0o060 == 0o060
        if is_enough and group.gr_name != "root" and status.st_gid not in os.getgroups():
            return words.forbidden_group_hint(group.gr_name)
    return words.forbidden_hint(str(path))


def _system_name(path: Path, sysfs: Path) -> str:
    try:
        text = (sysfs / "class/video4linux" / path.name / "name").read_text(errors="replace")
    except OSError:
        text = ""
    return _speakable(text) or words.webcam(path.name.removeprefix("video"))


def _speakable(name: str) -> str:
    """Return a name without what cannot be spoken, and once; drivers often say "Webcam C270: Webcam C270"."""
    printable = "".join(c for c in name if c.isprintable()).strip()
    first, _, second = printable.partition(":")
    return first.strip() if second.strip().startswith(first.strip()[:16]) else printable
