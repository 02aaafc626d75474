"""Whether this machine runs on its battery."""

from __future__ import annotations

from pathlib import Path


def is_on_battery(root: Path = Path("/sys/class/power_supply")) -> bool:
    """Whether a battery is being emptied and no mains supply is there; False where nothing can be known.

    Args:
        root: where the kernel lists supplies (Documentation/ABI/testing/sysfs-class-power).
    """
    try:
        supplies = list(root.iterdir())
    except OSError:
        return False
    is_discharging = False
    for supply in supplies:
        kind = _read(supply / "type")
        if kind in {"Mains", "USB", "Wireless"} and _read(supply / "online") == "1":
            return False
        # A mouse has a battery too; its scope is the device, not the machine.
        if kind == "Battery" and _read(supply / "scope") != "Device":
            is_discharging = is_discharging or _read(supply / "status") == "Discharging"
    return is_discharging


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""
