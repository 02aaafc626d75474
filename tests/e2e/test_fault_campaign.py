"""A short version of the fault campaign; the whole is run by hand (docs/reliability.md)."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.faults import (
    gguf_damage,
    kills,
    limits,
    machine,
    models,
    pictures,
    report,
    soak,
)
from scripts.faults.gguf_layout import read_layout
from scripts.faults.picture_damage import DAMAGES, encoded, good_pictures
from scripts.faults.record import BrokenPromiseError, Case, Record, must_be_a_sentence, run_cases
from tests.support.assistant_command import ROOT

pytestmark = pytest.mark.model
SEED = 77


def run_short(tmp_path: Path, name: str, run: Callable[..., int], count: int) -> Record:
    record = Record(tmp_path, name, SEED)
    assert run(record, count, 5.0) == 0
    assert [case for case in record.cases if case.has_failed] == []
    assert len(record.cases) >= count
    return record


def test_damaged_pictures(tmp_path: Path) -> None:
    record = run_short(tmp_path, "pictures", pictures.run, 60)
    assert {case.outcome for case in record.cases} >= {"described", "refused"}


def test_damaged_models(tmp_path: Path) -> None:
    record = run_short(tmp_path, "models", models.run, 8)
    assert "refused before loading" in {case.outcome for case in record.cases}


def test_kills(tmp_path: Path) -> None:
    run_short(tmp_path, "kills", kills.run, 3)


def test_a_short_soak(tmp_path: Path) -> None:
    run_short(tmp_path, "soak", soak.run, 12)


@pytest.mark.alone  # it takes memory, processes or sound folders away from all
@pytest.mark.parametrize(
    "scenario",
    [limits.too_little_memory, limits.too_few_descriptors, machine.full_sound_folder, machine.two_at_once,
     machine.front_killed],
)  # fmt: skip
def test_a_hostile_machine(scenario: machine.Scenario) -> None:
    assert machine.run_scenario(scenario, random.Random(SEED))


@pytest.mark.alone
@pytest.mark.parametrize("scenario", [machine.clock_jumps, machine.all_paused])
def test_a_time_that_jumps(scenario: machine.Scenario) -> None:
    assert machine.run_scenario(scenario, random.Random(SEED))


@pytest.mark.alone
@pytest.mark.parametrize(
    "scenario",
    [
        machine.full_disk,
        machine.read_only_home,
        limits.too_little_memory_in_a_group,
        limits.too_few_processes,
    ],
)
def test_what_takes_rights_to_make(scenario: machine.Scenario) -> None:
    try:
        for seed in (1, 2, 3):
            assert machine.run_scenario(scenario, random.Random(seed))
    except BrokenPromiseError as error:
        if "this scenario needs the right to" in str(error):
            pytest.skip(str(error))
        raise


def test_damage_is_seeded_and_every_kind_damages() -> None:
    pictures_ = good_pictures(ROOT / "examples")[:3]
    for damage in set(DAMAGES):
        _, data = encoded(pictures_[0], random.Random(1))
        one, other = (damage(data, random.Random(5)) for _ in range(2))
        assert one == other
    sound = (ROOT / "models/demo/sparc-demo-llava-q8_0.gguf").read_bytes()
    assert read_layout(sound).data_start < len(sound)
    for kind in gguf_damage.DAMAGES:
        changed = [bytearray(sound), bytearray(sound)]
        for data_ in changed:
            kind(data_, read_layout(sound), random.Random(3))
        assert changed[0] == changed[1]
        assert changed[0] != sound, kind.__name__


def test_a_campaign_goes_on_where_it_stopped_and_counts_what_broke(tmp_path: Path) -> None:
    done: list[int] = []

    def run(number: int, rng: random.Random) -> tuple[str, str, str]:
        done.append(number)
        if number == 3:
            raise BrokenPromiseError("it hung")
        return "kind", "fine", str(rng.random())

    assert run_cases(Record(tmp_path, "some", 1), 5, -1.0, run) == 75
    assert run_cases(Record(tmp_path, "some", 1), 5, 1.0, run) == 0
    again = Record(tmp_path, "some", 1)
    assert run_cases(again, 7, 1.0, run) == 0
    assert done == list(range(7))
    assert [case.detail for case in again.cases if case.has_failed] == ["it hung"]


@pytest.mark.parametrize(
    "text", ["", "no end", "two\nlines.", "Traceback (most recent call last)."]
)
def test_what_is_no_sentence(text: str) -> None:
    with pytest.raises(BrokenPromiseError):
        must_be_a_sentence(text)


def test_growth_is_seen() -> None:
    held = {"front_kb": 1000, "worker_kb": 1000, "pictures_kb": 0}
    flat = [{**held, "descriptors": 20, "processes": 4}] * 12
    assert soak.verdict(flat)[0] == "flat"
    of_pictures = {"front_kb": 1400, "pictures_kb": 400}
    assert (
        soak.verdict([*flat[:6], *[{**sample, **of_pictures} for sample in flat[6:]]])[0] == "flat"
    )
    growing = [{**sample, "front_kb": 1000 + 10 * n} for n, sample in enumerate(flat)]
    assert soak.verdict(growing)[0] == "FAILED"
    leaking = [{**sample, "descriptors": 20 + n} for n, sample in enumerate(flat)]
    assert soak.verdict(leaking)[0] == "FAILED"


def test_the_report_has_a_row_for_each_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "reliability.md"
    document.write_text(f"Before.\n{report.BEGIN}\nold\n{report.END}\nAfter.\n")
    monkeypatch.setattr(report, "DOCUMENT", document)
    run_cases(
        Record(tmp_path, "pictures", 4), 2, 1.0, lambda *_: ("png", "refused", "It is damaged.")
    )
    soaked = Record(tmp_path, "soak", 4)
    run_cases(soaked, 3, 1.0, lambda *_: ("describe", "done", ""))
    soaked.add(Case(3, report.VERDICT, "FAILED", 0.0, "memory 1 to 2 MB"))
    report.write_report(tmp_path)
    text = document.read_text()
    assert "| damaged pictures | 4 | 2 | refused: 2 | 0.0 s | 0 |" in text
    assert "| keys of one long run | 4 | 3 | done: 3 | 0.0 s | 1 |" in text
    assert "- The long run: memory 1 to 2 MB." in text
    assert text.startswith("Before.")
    assert text.endswith("After.\n")
    assert "old" not in text
