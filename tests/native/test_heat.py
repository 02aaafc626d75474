"""A hot processor: half of the threads while it is, and the status says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from llama_cpp import llama_cpp

from assistant.app import wiring
from assistant.core.events import DecodeOptions, DescribeRequest
from assistant.inference.engine import Engine
from assistant.settings.table import Settings
from tests.support.recorded_engine import QUESTION, random_picture, tiny_pair
from tests.support.tiny_llama import TinyLlama
from tests.support.tiny_mmproj import TinyMmproj

PICTURE = random_picture(64)


def set_heat(sys_root: Path, celsius: float) -> None:
    zone = sys_root / "class/thermal/thermal_zone0"
    zone.mkdir(parents=True, exist_ok=True)
    (zone / "type").write_text("cpu-thermal\n")
    (zone / "temp").write_text(f"{round(celsius * 1000)}\n")


def threads(engine: Engine) -> tuple[int, int]:
    """Threads with which llama.cpp computes one token, and several at once."""
    context = engine.loaded.model.context
    return llama_cpp.llama_n_threads(context), llama_cpp.llama_n_threads_batch(context)


@pytest.mark.parametrize("uses_native", [True, False])
def test_threads_are_capped_while_it_is_hot_and_come_back(
    tmp_path: Path, uses_native: bool
) -> None:
    sys_root = tmp_path / "sys"
    options = tiny_pair(tmp_path, TinyLlama(), TinyMmproj(), n_threads=4, uses_native=uses_native)
    request = DescribeRequest(PICTURE, QUESTION, DecodeOptions(max_tokens=4, ignores_eos=True))
    with Engine(options) as engine:
        engine._sys_root = sys_root
        seen = []
        for celsius in (60, 80, 76, 74, 85, 60):
            set_heat(sys_root, celsius)
            assert engine.answer(request).counts.tokens == 4
            seen.append(threads(engine))
        assert seen == [(4, 4), (2, 2), (4, 4), (4, 4), (2, 2), (4, 4)]
        set_heat(sys_root, 85)
        engine.prepare(random_picture(64, 1), QUESTION)
        assert threads(engine) == (2, 2)
        engine.loaded.model.set_threads(4)  # what the governor asks for on a quiet machine
        assert threads(engine) == (2, 2)
        (sys_root / "class/thermal/thermal_zone0/temp").unlink()  # the sensor is gone
        engine.answer(request)
        assert threads(engine) == (4, 4)


def test_the_status_says_so(tmp_path: Path) -> None:
    assert wiring.machine_state(Settings(), tmp_path) == []
    set_heat(tmp_path, 79)
    assert wiring.machine_state(Settings(), tmp_path) == []
    set_heat(tmp_path, 83.4)
    assert wiring.machine_state(Settings(), tmp_path) == [
        "The processor is hot, 83 degrees, so answers use about half of its cores at most."
    ]


def test_the_status_tells_of_battery_and_of_a_weak_supply(tmp_path: Path) -> None:
    battery = tmp_path / "class/power_supply/BAT0"
    battery.mkdir(parents=True)
    (battery / "type").write_text("Battery\n")
    (battery / "status").write_text("Discharging\n")
    firmware = tmp_path / "devices/platform/soc/soc:firmware"
    firmware.mkdir(parents=True)
    (firmware / "get_throttled").write_text("50005\n")
    assert wiring.machine_state(Settings(), tmp_path) == [
        "This machine is running on battery, so pictures are not prepared in advance.",
        "The power supply is too weak, so pictures are not prepared in advance.",
    ]
