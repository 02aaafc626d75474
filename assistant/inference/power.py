"""Whether the machine runs on its battery, where reading ahead would shorten the day."""

from __future__ import annotations

from pathlib import Path

POWER_ROOT = Path("/sys/class/power_supply")
_MAINS = frozenset({"Mains", "USB", "Wireless"})


def on_battery(root: Path = POWER_ROOT) -> bool:
    """Whether a battery feeds the machine: one is being emptied, or its charger is there and off.

    Batteries of mice and headsets (scope "Device") do not count. A machine that says nothing of its power,
    as a desktop or a Raspberry Pi, does not run on a battery.

    Args:
        root: the kernel's folder of power supplies (Documentation/ABI/testing/sysfs-class-power).
    """
    try:
        supplies = list(root.iterdir())
    except OSError:
        return False
    has_battery = has_mains = is_fed = is_emptied = False
    for supply in supplies:
        kind = _read(supply / "type")
        if _read(supply / "scope") == "Device":
            continue
        if kind == "Battery":
            has_battery = True
            is_emptied = is_emptied or _read(supply / "status") == "Discharging"
        elif kind in _MAINS:
            has_mains = True
            is_fed = is_fed or _read(supply / "online") not in ("0", "")
    return has_battery and not is_fed and (is_emptied or has_mains)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
