"""Where the machine's power comes from, whether it is enough, and whether the processor is hot."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

HOT_C = 80.0
"""From here on a Raspberry Pi slows its processor down by itself (firmware's ``temp_limit`` less 5)."""
_UNDER_VOLTAGE_NOW = 0x1
"""First bit of the firmware's ``get_throttled``."""
_THROTTLED = (
    "devices/platform/soc*/*firmware/get_throttled",
    "devices/platform/*firmware/get_throttled",
)


def is_on_battery(root: Path = Path("/sys/class/power_supply")) -> bool:
    """Return whether a battery is being emptied and there is no mains supply; False where nothing is known.

    Not by psutil's ``sensors_battery``, which takes a wireless mouse's battery for the machine's, and only "AC" for
    mains.

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


def is_under_voltage(sys_root: Path = Path("/sys")) -> bool:
    """Return whether a Raspberry Pi gets too little voltage now; False where nothing is known.

    Args:
        sys_root: the firmware's word is under ``devices/platform`` (Linux ``drivers/firmware/raspberrypi.c``), the
            alarm of ``rpi_volt`` under ``class/hwmon`` (``drivers/hwmon/raspberrypi-hwmon.c``).
    """
    for path in (path for pattern in _THROTTLED for path in sys_root.glob(pattern)):
        with contextlib.suppress(ValueError):
            if int(_read(path), 16) & _UNDER_VOLTAGE_NOW:
                return True
    return any(
        _read(alarm) == "1" and _read(alarm.parent / "name") == "rpi_volt"
        for alarm in sys_root.glob("class/hwmon/*/in0_lcrit_alarm")
    )


def is_short_of_power() -> bool:
    """Return whether to save power, by doing only what was asked for."""
    return is_on_battery() or is_under_voltage()


class PowerWatch:
    """The same, looked up every few seconds at most, because looking costs power too."""

    def __init__(
        self, look: Callable[[], bool] = is_short_of_power, period_s: float = 10.0
    ) -> None:
        self._look, self._period_s = look, period_s
        self._looked_s = float("-inf")
        self._is_short = False

    def is_short(self) -> bool:
        if time.monotonic() - self._looked_s >= self._period_s:
            self._looked_s, self._is_short = time.monotonic(), self._look()
        return self._is_short


def temperature_c(sys_root: Path = Path("/sys")) -> float | None:
    """Return the processor's temperature in degrees Celsius; None where the kernel does not say."""
    return max((celsius for celsius, _ in _cpu_zones(sys_root)), default=None)


def is_hot(sys_root: Path = Path("/sys")) -> bool:
    """Return whether the processor is at its first passive trip point or above it.

    Where the kernel knows no such point (a Raspberry Pi's firmware slows down by itself), it is 80 degrees. psutil's
    ``sensors_temperatures`` knows no passive points.
    """
    return any(celsius >= limit_c for celsius, limit_c in _cpu_zones(sys_root))


def threads_now(n_threads: int, sys_root: Path = Path("/sys")) -> int:
    """Return how many of the threads to use now: half of them, rounded up, while it is hot."""
    return (n_threads + 1) // 2 if is_hot(sys_root) else n_threads


_CPU_ZONES = ("cpu", "soc", "x86_pkg_temp")
"""What the names of the zones with a processor's temperature begin with."""


def _cpu_zones(sys_root: Path) -> list[tuple[float, float]]:
    """Read temperature and limit of the processor's zones (Documentation/driver-api/thermal/sysfs-api.rst)."""
    zones = []
    for zone in sorted(sys_root.glob("class/thermal/thermal_zone*")):
        celsius = _celsius(zone / "temp")
        if celsius is None or not _read(zone / "type").lower().startswith(_CPU_ZONES):
            continue
        limits = [
            limit
            for kind in zone.glob("trip_point_*_type")
            if _read(kind) == "passive"
            and (limit := _celsius(kind.with_name(kind.name.replace("_type", "_temp")))) is not None
            # Some firmware leaves a point unset, as 0 or below.
            and limit > 0
        ]
        zones.append((celsius, min(limits, default=HOT_C)))
    return zones


def _celsius(path: Path) -> float | None:
    try:
        return int(_read(path)) / 1000
    except ValueError:
        return None


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace").strip()
    except OSError:
        return ""
