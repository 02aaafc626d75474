"""Whether the machine runs on its battery, as the kernel's folder tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.system.power import (
    PowerWatch,
    is_hot,
    is_on_battery,
    is_under_voltage,
    temperature_c,
    threads_now,
)

BATTERY = {"type": "Battery", "status": "Discharging"}
CHARGING = {"type": "Battery", "status": "Charging"}
FULL = {"type": "Battery", "status": "Full"}
MOUSE = {"type": "Battery", "status": "Discharging", "scope": "Device"}
PLUGGED = {"type": "Mains", "online": "1"}
UNPLUGGED = {"type": "Mains", "online": "0"}
USB = {"type": "USB", "online": "1"}


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ([], False),
        ([BATTERY], True),
        ([BATTERY, UNPLUGGED], True),
        ([FULL, UNPLUGGED], False),
        ([CHARGING, PLUGGED], False),
        # A weak charger: the battery helps out, but the socket feeds the machine.
        ([BATTERY, PLUGGED], False),
        ([CHARGING, UNPLUGGED, USB], False),
        ([FULL], False),
        ([PLUGGED], False),
        ([MOUSE], False),
        ([MOUSE, UNPLUGGED], False),
        ([{"type": "Battery"}], False),
    ],
)
def test_what_the_kernel_says_is_understood(
    tmp_path: Path, supplies: list[dict[str, str]], expected: bool
) -> None:
    for number, supply in enumerate(supplies):
        folder = tmp_path / f"supply{number}"
        folder.mkdir()
        for name, words in supply.items():
            (folder / name).write_text(words + "\n")
    assert is_on_battery(tmp_path) is expected


def test_a_machine_without_that_folder_has_no_battery(tmp_path: Path) -> None:
    assert not is_on_battery(tmp_path / "missing")


def write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(f"{content}\n")


@pytest.mark.parametrize(
    ("throttled", "expected"),
    [("0", False), ("50000", False), ("50005", True), ("1", True), ("4", False), ("x", False)],
)
@pytest.mark.parametrize("place", ["soc/soc:firmware", "soc@107c000000:firmware"])
def test_the_firmware_tells_of_too_little_voltage(
    tmp_path: Path, throttled: str, expected: bool, place: str
) -> None:
    write(tmp_path / "devices/platform" / place, get_throttled=throttled)
    assert is_under_voltage(tmp_path) is expected


@pytest.mark.parametrize(
    ("name", "alarm", "expected"),
    [("rpi_volt", 1, True), ("rpi_volt", 0, False), ("nct6775", 1, False)],
)
def test_the_alarm_of_a_raspberry_pi_counts_and_no_other(
    tmp_path: Path, name: str, alarm: int, expected: bool
) -> None:
    write(tmp_path / "class/hwmon/hwmon2", name=name, in0_lcrit_alarm=alarm)
    assert is_under_voltage(tmp_path) is expected


def test_without_sensors_there_is_neither_alarm_nor_heat(tmp_path: Path) -> None:
    assert not is_under_voltage(tmp_path)
    assert temperature_c(tmp_path) is None
    assert not is_hot(tmp_path)
    assert threads_now(4, tmp_path) == 4


def heat(sys_root: Path, celsius: float, /, kind: str = "cpu-thermal", **trips: object) -> None:
    zone = sys_root / "class/thermal/thermal_zone0"
    write(zone, temp=int(celsius * 1000), type=kind, **trips)


def test_threads_are_halved_from_80_degrees_on(tmp_path: Path) -> None:
    steps = [(79.9, 4), (80.0, 2), (79.0, 4), (85.0, 2)]
    for celsius, expected in steps:
        heat(tmp_path, celsius)
        assert threads_now(4, tmp_path) == expected, celsius
    assert threads_now(1, tmp_path) == 1
    assert threads_now(3, tmp_path) == 2
    assert temperature_c(tmp_path) == 85.0


def test_the_first_passive_trip_point_is_the_limit(tmp_path: Path) -> None:
    trips = {
        "trip_point_0_type": "critical", "trip_point_0_temp": 110_000,
        "trip_point_1_type": "passive", "trip_point_1_temp": 70_000,
        "trip_point_2_type": "passive", "trip_point_2_temp": 75_000,
        "trip_point_3_type": "active", "trip_point_3_temp": 50_000,
        "trip_point_4_type": "passive", "trip_point_4_temp": -274_000,
    }  # fmt: skip
    heat(tmp_path, 71, "cpu-thermal", **trips)
    assert is_hot(tmp_path)
    heat(tmp_path, 69, "cpu-thermal", **trips)
    assert not is_hot(tmp_path)


def test_only_the_processors_heat_counts(tmp_path: Path) -> None:
    heat(tmp_path, 99, kind="iwlwifi_1")
    assert not is_hot(tmp_path)


def test_power_is_looked_at_now_and_then() -> None:
    answers = iter([False, True, False])
    watch = PowerWatch(lambda: next(answers), period_s=60.0)
    assert [watch.is_short() for _ in range(5)] == [False] * 5
    watch = PowerWatch(lambda: next(answers), period_s=0.0)
    assert [watch.is_short() for _ in range(2)] == [True, False]
