"""Which model is advised, over the machines that people have, and in which words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.model_store import advice
from assistant.model_store.advice import Machine
from assistant.model_store.catalogue import read_catalogue
from assistant.model_store.estimate import Processor, estimate_cost, read_processor
from assistant.model_store.record import FileRecord, InstalledModel, Speed, State, Store
from assistant.system.memory import Memory

ROWS = read_catalogue()
PC_CORE, PC_BANDWIDTH = 80e9, 16e9
PI_4, PI_5 = Processor(4, 6e9, 3e9), Processor(4, 19e9, 10e9)
ROOMY_DISK = 10**12


def pc(total_mb: int, cores: int, free_bytes: int = ROOMY_DISK) -> Machine:
    return Machine(
        Memory(total_mb, total_mb - 1500), free_bytes, Processor(cores, PC_CORE, PC_BANDWIDTH), "pc"
    )


def pi(total_mb: int, processor: Processor) -> Machine:
    return Machine(Memory(total_mb, total_mb - 500), ROOMY_DISK, processor, "pi")


def advise(machine: Machine, state: State | None = None, key: str = "") -> str:
    state = state or State()
    ranked = advice.rank_models(ROWS, state, machine, {})
    return advice.say_what_to_take(ranked, state, machine, key)


def best(machine: Machine, state: State | None = None) -> str:
    suit = advice.best_model(advice.rank_models(ROWS, state or State(), machine, {}))
    return "" if suit is None else suit.row.name


def installed(folder: Path, name: str, memory_mb: int) -> InstalledModel:
    path = folder / f"{name}.gguf"
    path.write_bytes(b"GGUF")
    file = FileRecord(path, 4, path.stat().st_mtime_ns, "0" * 64, is_ours=True, checked="catalogue")
    return InstalledModel(name, name, file, file, None, None, "llava-1.5", None, memory_mb, 1)


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (pi(970, PI_4), ""),  # 1 GB
        (pi(1970, PI_4), "smolvlm-500m"),  # 2 GB, and quicker than none
        (pi(4000, PI_4), "mobilevlm-1.7b"),
        (pi(4147, PI_5), "qwen3-vl-2b"),
        (pi(8253, PI_5), "qwen3-vl-2b"),  # the larger fits, and takes longer than anybody waits
        (pc(3900, 2), "qwen3-vl-2b"),
        (pc(6200, 2), "qwen3-vl-4b"),
        (pc(8050, 2), "qwen3-vl-4b"),  # what a machine sold with 8 GB states at the least
        (pc(8370, 4), "qwen3-vl-4b"),  # and at the most
        (pc(33_500, 16), "qwen3-vl-4b"),
        (pc(33_500, 1), "qwen3-vl-4b"),
    ],
)
def test_the_best_that_fits_and_is_quick_enough_is_advised(machine: Machine, expected: str) -> None:
    assert best(machine) == expected


def test_a_small_model_of_today_comes_before_a_large_one_that_takes_over_a_minute() -> None:
    ranked = advice.rank_models(ROWS, State(), pc(8050, 2), {})
    order = {suit.row.name: place for place, suit in enumerate(ranked)}
    seconds = {suit.row.name: suit.cost.seconds for suit in ranked}
    assert seconds["qwen3-vl-2b"] < 30 < 60 < seconds["llava-1.5-7b"]
    assert order["qwen3-vl-2b"] < order["internvl3.5-2b"] < order["llava-1.5-7b"]
    assert order["llava-1.5-7b"] < order["smolvlm-500m"]


@pytest.mark.parametrize(
    ("name", "least"),
    # Two cores look at half of the picture, so that four with twice the work take as long; or both at all of it.
    [("qwen3-vl-2b", 0.95), ("lfm2.5-vl-1.6b", 0.5)],
)
def test_few_cores_look_at_less_of_a_picture_where_the_model_lets_them(
    name: str, least: float
) -> None:
    two, four = (
        estimate_cost(name, State(), ROWS, "pc", Processor(cores, PC_CORE, PC_BANDWIDTH))
        for cores in (2, 4)
    )
    assert two is not None
    assert four is not None
    assert least < four.seconds / two.seconds < least + 0.3


def test_the_one_sentence_names_model_size_and_the_way_to_it() -> None:
    assert advise(pc(8200, 4)) == (
        "For photographs, download qwen3-vl-4b, about 3.3 gigabytes, the best model for this machine: "
        "sparc-assistant models pull"
    )
    assert advise(pc(3900, 4), key="m") == (
        "For photographs, press m to download qwen3-vl-2b, 1.6 gigabytes, the best model for this machine."
    )


def test_where_none_fits_that_is_said_and_what_would_help() -> None:
    assert advise(pi(970, PI_4)) == (
        "No model for photographs fits this machine: the smallest, smolvlm-500m, needs 900 megabytes of memory, "
        "and this machine has 970 megabytes in all. A machine with 2 gigabytes can run it."
    )
    full = advise(pc(16_500, 4, free_bytes=5 * 10**8))
    assert full.startswith("There is not enough disk space")
    assert "smolvlm-500m, needs 854 megabytes, and this machine has 500 megabytes free." in full


def test_a_smaller_one_is_advised_where_the_disk_is_nearly_full_and_what_has_come_counts() -> None:
    tight = pc(16_500, 2, free_bytes=4_000_000_000)
    assert best(tight) == "qwen3-vl-2b"
    came = advice.rank_models(ROWS, State(), tight, {"qwen3-vl-4b": 100_000_000})
    suit = advice.best_model(came)
    assert suit is not None
    assert (suit.row.name, suit.missing_bytes) == ("qwen3-vl-4b", 100_000_000)


def test_what_was_measured_here_counts_more_than_the_cores() -> None:
    slow = Speed(30.0, 0.5, 2.0, 626, "pc", "2026-01-01")  # 7 billion parameters: 9 minutes
    state = State(speeds={"llava-1.5-7b": slow})
    assert best(pc(16_500, 8), state) == "mobilevlm-1.7b"
    assert best(replace(pc(16_500, 8), name="another"), state) == "qwen3-vl-4b"
    quick = State(speeds={"llava-1.5-7b": Speed(0.5, 0.01, 0.1, 626, "pc", "2026-01-01")})
    assert best(pc(16_500, 8), quick) == "qwen3-vl-4b"


def test_an_installed_model_is_named_instead_and_only_where_it_can_run(tmp_path: Path) -> None:
    state = State(models={"mobilevlm-1.7b": installed(tmp_path, "mobilevlm-1.7b", 2400)})
    assert advise(pc(16_500, 4), state) == (
        "For photographs, use mobilevlm-1.7b, which is installed: sparc-assistant models use mobilevlm-1.7b"
    )
    assert "press m to choose mobilevlm-1.7b" in advise(pc(16_500, 4), state, key="m")
    busy = replace(pc(16_500, 4), memory=Memory(16_500, 1200))
    assert "close other programs" in advise(busy, state)
    assert "2.4 gigabytes of memory, and this machine has 1.2 gigabytes free." in advise(
        busy, state
    )
    state.models["mobilevlm-1.7b"].model.path.write_bytes(b"changed")
    assert "download qwen3" in advise(pc(16_500, 4), state)


def test_the_sentence_before_a_download_has_all_that_a_decision_needs() -> None:
    suit = advice.best_model(advice.rank_models(ROWS, State(), pc(8200, 2), {}))
    assert suit is not None
    assert advice.say_details(suit, 0.0) == (
        "qwen3-vl-4b suits this machine best: about 3.3 gigabytes to download, about 11 minutes at 5 megabytes a "
        "second; an estimated 36 seconds for a picture; Apache License 2.0."
    )
    assert "about 56 minutes at the rate of the last download" in advice.say_details(suit, 1e6)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("mobilevlm-1.7b", 12), ("llava-phi-3-mini", 51), ("llava-1.5-7b", 75)],
)
def test_the_estimate_from_cores_is_near_what_was_measured_on_two(name: str, seconds: int) -> None:
    """The seconds are those of docs/benchmarks.md, on two cores of an AMD EPYC."""
    cost = estimate_cost(name, State(), ROWS, "pc", Processor(2, PC_CORE, PC_BANDWIDTH))
    assert cost is not None
    assert cost.basis == "cores"
    assert abs(cost.seconds - seconds) < seconds / 5


def test_a_raspberry_pi_is_told_from_its_board(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    board = tmp_path / "proc/device-tree/model"
    board.parent.mkdir(parents=True)
    board.write_text("Raspberry Pi 4 Model B Rev 1.4\0")
    four = read_processor(tmp_path)
    board.write_text("Raspberry Pi 5 Model B Rev 1.0\0")
    five = read_processor(tmp_path)
    assert five.core_operations > 2 * four.core_operations
    assert five.bandwidth > 2 * four.bandwidth


def test_nothing_that_is_wrong_with_the_files_keeps_the_sentence_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.record_path.write_text("damaged")
    monkeypatch.setenv("SPARC_ASSISTANT_MODELS_FOLDER", str(tmp_path))
    assert advice.one_sentence().endswith("sparc-assistant models list")
