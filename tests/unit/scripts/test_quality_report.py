"""docs/quality.md says what the intervals allow, in both directions, and its plots need no colour."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from assistant.bench.scenes import JudgedScene, SceneObject, World
from assistant.bench.summary import Captions, summarize_captions
from assistant.bench.tally import Judgement, judge
from scripts.bench import quality_plots as bench_quality_plots
from scripts.bench import quality_report as bench_quality_report

WORLD = World("a test", {"dog": ("dog",), "cat": ("cat",)})
TABLE = WORLD.thing_words()


def caption(text: str, *there: str) -> Judgement:
    return judge(text, TABLE.find(text), frozenset(there))


RIGHT = caption("A dog is here and nothing else.", "dog")
WRONG = caption("A dog and a cat are here.", "dog")


def one(label: str, wrong: int, plain: Captions | None = None) -> Captions:
    return Captions([WRONG] * wrong + [RIGHT] * (40 - wrong), [False] * 40)


def data(**wrong: int) -> dict[str, Any]:
    test = summarize_captions({name: one(name, n) for name, n in wrong.items()})
    curve = {"value": -0.1, "low": -0.2, "high": -0.05}
    flat = {"value": 0.01, "low": -0.2, "high": 0.05}
    third = {"share": 0.4, "boosted": 0.5, "entropy": 0.8, "region": None}
    for found in test:
        found["attention"] = {
            "by_step": [
                {"step": 0, "captions": 40, **third},
                {"step": 10, "captions": 40, **third},
            ],
            "thirds": [third] * 3,
            "region_area": 0.1,
            "last_less_first": {"share": curve, "boosted": flat, "entropy": flat, "region": None},
        }
    parameters = {"alpha": 1.1, "tau": 1.5, "beta": 0.1, "selected_layer": 2, "label": "sparc"}
    rows = [
        {**found, **parameters, "method": found["method"], "label": found["method"]}
        for found in test
    ]
    share = {"value": 0.5, "low": 0.4, "high": 0.6}
    return {
        "run": {
            "command": "python x", "machine": "a machine", "minutes": 3.2, "world": "a test",
            "model": "m.gguf", "scenes": 40, "dev_scenes": 10, "preset": "sparc", "shipped": "sparc",
            "authors": "sparc", "by_count": [{"things": "1 to 6"}],
        },
        "test": test,
        "dev_grid": rows,
        "dev_beta": rows[1:],
        "dev_layer": rows[1:],
        "check": {
            "method": "sparc", "scenes": 40, "invented_flagged": share, "true_doubted": share,
            "doubts_right": share, "missed_found": share,
            "counts": {"invented": 30, "flagged": 15, "true": 40, "doubted": 20, "missed": 3, "found": 1},
        },
    }  # fmt: skip


def in_short(found: dict[str, Any]) -> str:
    text = bench_quality_report.text(found, {})
    return text.partition("## In short")[2].partition("## The test scenes")[0]


def test_a_result_against_a_method_is_said_as_plainly_as_one_for_it() -> None:
    told = in_short(data(none=20, uniform=2, sparc=38))
    assert "- uniform: better than no steering: precision +0." in told
    assert "- sparc: worse than no steering: precision -0." in told


def test_no_difference_is_said_where_none_was_shown() -> None:
    assert "- sparc: no difference to no steering was shown." in in_short(data(none=5, sparc=5))


def test_fading_is_said_only_where_it_was_shown() -> None:
    found = data(none=5, sparc=5)
    assert "attention to the picture fades" in in_short(found)
    plain = copy.deepcopy(found)
    plain["test"][0]["attention"]["last_less_first"]["share"] = {
        "value": 0.1,
        "low": 0.05,
        "high": 0.2,
    }
    assert "does not fade but grows" in in_short(plain)
    plain["test"][0]["attention"]["last_less_first"]["share"] = {
        "value": 0.0,
        "low": -0.1,
        "high": 0.1,
    }
    assert "no fading of attention to the picture was shown" in in_short(plain)


def test_a_share_of_few_cases_is_not_told() -> None:
    text = bench_quality_report.text(data(none=5, sparc=5), {})
    assert "Of 30 invented things it flags 15: 0.500 (0.400 to 0.600)." in text
    assert (
        "Of 3 things that the first description misses, the second adds 1: too few to say." in text
    )


def test_plots_are_drawn_the_same_every_time_and_hold_their_words_as_text(tmp_path: Path) -> None:
    found = data(none=5, sparc=9)
    drawn = bench_quality_plots.draw(found, tmp_path / "quality")
    assert set(drawn) == {"attention", "thirds", "alpha", "beta-and-layer"}
    first = {name: (tmp_path / path).read_bytes() for name, path in drawn.items()}
    bench_quality_plots.draw(found, tmp_path / "quality")
    assert first == {name: (tmp_path / path).read_bytes() for name, path in drawn.items()}
    assert b"third of the caption" in first["thirds"]
    text = bench_quality_report.text(found, drawn)
    for name, path in drawn.items():
        assert f"]({path})" in text, name


def test_scenes_are_grouped_by_their_number_of_things() -> None:
    scenes = [
        JudgedScene(Path("x.png"), (SceneObject("dog"),) * count) for count in (1, 6, 7, 12, 20)
    ]
    answers = {
        (f"scene {n}", "none"): {"text": "A dog."} if n else {"text": "A cat."} for n in range(5)
    }
    rows = bench_quality_report.by_count(WORLD, scenes, answers, "none")
    assert [(row["things"], row["scenes"], row["F1"]) for row in rows] == [
        ("1 to 6", "2", "0.500"), ("7 to 11", "1", "1.000"), ("12 and more", "2", "1.000"),
    ]  # fmt: skip
