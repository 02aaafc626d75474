"""Whether the machine runs on its battery, as the kernel's folder tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.power import is_on_battery

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
