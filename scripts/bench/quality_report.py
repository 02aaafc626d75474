"""The words and tables of docs/quality.md, all from measured figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.bench import quality, tally
from assistant.bench.intervals import Difference
from assistant.bench.messages import figure_name
from assistant.bench.scenes import JudgedScene, World
from assistant.bench.tally import judge
from scripts.bench.quality_run import Answers
from scripts.bench.report import markdown_table

_GROUPS = ((1, 6), (7, 11), (12, 99))
"""Objects of a scene, from and to."""
_FEW = 20
"""Cases below which a share of them says nothing."""
_TOLD = ("precision", "recall", "f1", "chair_i", "chair_s")


def text(data: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """Return the whole page."""
    parts = [
        "# What SPARC changes in what is said",
        _how(data["run"]),
        "## In short",
        _in_short(data),
        "## The test scenes, once",
        markdown_table(_test_rows(data["test"])),
        "Differences to no steering on the same scenes, with 95 % intervals (paired bootstrap over scenes). "
        "An interval that holds 0 means: no difference was shown.",
        markdown_table(_difference_rows(data["test"])),
        "## By third of the caption",
        "By words. A thing counts where it is named first, so the recalls of the thirds sum to the caption's.",
        markdown_table(_third_rows(data["test"])),
        _plot(
            pictures, "thirds", "CHAIR-i and precision by third of the caption, a line a method."
        ),
        "## Does attention fade?",
        _attention(data["test"], pictures),
        "## Questions",
        markdown_table(_question_rows(data["test"])),
        "## By number of things",
        "Without steering.",
        markdown_table(data["run"]["by_count"]),
        "## How the parameters were chosen",
        f"On {data['run']['dev_scenes']} development scenes, by F1; the test scenes were not looked at for it.",
        markdown_table(_grid_rows(data["dev_grid"], data["run"]["preset"])),
        _plot(
            pictures, "alpha", "Precision, recall and F1 against alpha on the development scenes."
        ),
        "With the chosen alpha and tau, the weight of the old average, and the observed layer:",
        markdown_table(_ablation_rows(data["dev_beta"], "beta")),
        markdown_table(_ablation_rows(data["dev_layer"], "selected_layer")),
        _plot(
            pictures,
            "beta-and-layer",
            "Precision, recall and F1 against beta and against the layer.",
        ),
        "## What the check key is worth",
        _check(data["check"]),
        "## What the figures mean",
        "[Judging descriptions](judging.md) defines each of them.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def by_count(
    world: World, scenes: Sequence[JudgedScene], answers: Answers, label: str,
    groups: Sequence[tuple[int, int]] = _GROUPS,
) -> list[dict[str, str]]:  # fmt: skip
    """Return figures of one method by the number of objects of a scene."""
    table, rows = world.thing_words(), []
    for low, high in groups:
        chosen = [
            judge(record["text"], table.find(record["text"]), scene.there).whole
            for number, scene in enumerate(scenes)
            if low <= len(scene.objects) <= high
            and (record := answers.get((quality.caption_key(number), label))) is not None
        ]
        if chosen:
            micro = tally.micro(tally.table_of(chosen))
            rows.append(
                {
                    "things": f"{low} to {high}" if high < 99 else f"{low} and more",
                    "scenes": str(len(chosen)),
                    **{figure_name(n): f"{micro[n]:.3f}" for n in ("precision", "recall", "f1")},
                    figure_name("words"): f"{micro['words']:.0f}",
                }
            )
    return rows


def _how(run: Mapping[str, Any]) -> str:
    return (
        f"`{run['command']}` wrote this page on {run['machine']}; it took {run['minutes']:.0f} minutes. "
        f"Model: {run['model']}. {run['scenes']} test scenes ({run['world']}), greedy, the paper's prompt, all methods "
        f"on the same scenes, through llama.cpp and the program's own engine. The SPARC values that were picked on the "
        f"development scenes: {run['preset']}. The authors' values for LLaVA-1.5-7B: {run['authors']}. The values that "
        f"the program ships: {run['shipped']}."
    )


def _in_short(data: Mapping[str, Any]) -> str:
    sentences = []
    for one in data["test"]:
        found = one.get("differences")
        if not found:
            continue
        clear = [name for name in _TOLD if Difference(**found[name]).is_clear]
        if not clear:
            sentences.append(f"- {one['method']}: no difference to no steering was shown.")
            continue
        told = ", ".join(f"{figure_name(name)} {_signed(found[name])}" for name in clear)
        better = [name for name in clear if _is_better(name, found[name]["value"])]
        verdict = (
            "better" if len(better) == len(clear) else "worse" if not better else "better and worse"
        )
        sentences.append(f"- {one['method']}: {verdict} than no steering: {told}.")
    sentences.append(_fading_sentence(data["test"]))
    return "\n".join(sentences)


def _fading_sentence(test: Sequence[Mapping[str, Any]]) -> str:
    plain = next((one for one in test if one["method"] == "none"), None)
    fading = (
        plain["attention"]["last_less_first"]["share"] if plain and "attention" in plain else None
    )
    if fading is None:
        return "- The attention was not watched."
    verdict = "no fading of attention to the picture was shown"
    if fading["high"] < 0:
        verdict = "attention to the picture fades"
    elif fading["low"] > 0:
        verdict = "attention to the picture does not fade but grows"
    return f"- Without steering, {verdict} from the first third of the caption to the last: {_signed(fading)}."


def _test_rows(test: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    rows = []
    for one in test:
        micro = one["micro"]
        rows.append(
            {
                "method": one["method"],
                **{figure_name(name): f"{micro[name]:.3f}" for name in _TOLD},
                "F1, mean of scenes": f"{one['per_scene']['f1']:.3f}",
                figure_name("invented_per_caption"): f"{micro['invented_per_caption']:.2f}",
                figure_name("words"): f"{micro['words']:.0f}",
                figure_name("repetition"): f"{micro['repetition']:.3f}",
                "loops": str(one["loops"]),
                **{
                    figure_name(name): f"{one[name]:.3f}" if name in one else ""
                    for name in ("place", "colour", "empty")
                },
            }
        )
    return rows


def _difference_rows(test: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {
            "method": one["method"],
            **{figure_name(name): _signed(one["differences"][name]) for name in _TOLD},
            "F1, mean of scenes": _signed(one["per_scene_differences"]["f1"]),
            figure_name("words"): _signed(one["differences"]["words"], 1),
        }
        for one in test
        if "differences" in one
    ]


def _third_rows(test: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    rows = []
    for one in test:
        for number, third in enumerate(one["thirds"]):
            names = ("precision", "recall", "f1", "chair_i", "chair_s", "invented_per_caption",
                     "words", "repetition")  # fmt: skip
            row = {"method": one["method"], "third": str(number + 1)}
            row |= {
                figure_name(n): f"{third[n]:.1f}" if n == "words" else f"{third[n]:.3f}"
                for n in names
            }
            found = one.get("thirds_differences")
            row["CHAIR-i less none's"] = _signed(found[number]["chair_i"]) if found else ""
            rows.append(row)
    return rows


def _attention(test: Sequence[Mapping[str, Any]], pictures: Mapping[str, str]) -> str:
    watched = [one for one in test if "attention" in one]
    if not watched:
        return "It was not watched."
    area = watched[0]["attention"]["region_area"]
    rows = []
    for one in watched:
        thirds, fading = one["attention"]["thirds"], one["attention"]["last_less_first"]
        rows.append(
            {"method": one["method"]}
            | {
                f"{name}, third {k + 1}": "" if third[name] is None else f"{third[name]:.3f}"
                for name in ("share", "boosted", "entropy", "region")
                for k, third in enumerate(thirds)
            }
            | {f"{name}, last less first": _signed(fading[name]) for name in fading}
        )
    chance = f" The boxes take {area:.3f} of the picture on average." if area is not None else ""
    return "\n\n".join(
        (
            "At the observed layer, mean over heads. Share: of all attention, on the picture, before the boost. "
            "Boosted: the same with each token's boost multiplied in, which is what reaches the values. "
            "Entropy: over the picture's tokens, 1 is everywhere alike. Region: of the attention on the picture, "
            f"what falls on the boxes of the thing that is just being named.{chance}",
            markdown_table(rows),
            _plot(
                pictures,
                "attention",
                "Share, boosted share, entropy and region against the step, a line a method; thirds are in the table.",
            ),
        )
    )


def _question_rows(test: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    rows = []
    for one in test:
        if "questions" not in one:
            continue
        row = {"method": one["method"]}
        if "yes_no" in one:
            row["yes/no, balanced accuracy"] = f"{one['yes_no']['balanced_accuracy']:.3f}"
            row["share of yes"] = f"{one['yes_no']['yes_ratio']:.3f}"
        for kind, (right, total) in one["questions"].items():
            row[f"{kind}, right"] = f"{right / total:.3f}"
        found = one.get("yes_no_differences")
        row["accuracy less none's"] = _signed(found["accuracy"]) if found else ""
        rows.append(row)
    return rows


def _grid_rows(grid: Sequence[Mapping[str, Any]], preset: str) -> list[dict[str, str]]:
    return [
        {
            "method": row["label"],
            **{figure_name(n): f"{row['micro'][n]:.4f}" for n in ("precision", "recall", "f1")},
            "picked": "yes" if row["label"] == preset else "",
        }
        for row in grid
    ]


def _ablation_rows(rows: Sequence[Mapping[str, Any]], key: str) -> list[dict[str, str]]:
    name = {"beta": "beta", "selected_layer": "observed layer"}[key]
    return [
        {
            name: f"{row[key]:g}",
            **{figure_name(n): f"{row['micro'][n]:.4f}" for n in ("precision", "recall", "f1")},
        }
        for row in rows
    ]


def _check(check: Mapping[str, Any]) -> str:
    counts = check["counts"]
    flagged, doubted = check["invented_flagged"], check["true_doubted"]
    right, found = check["doubts_right"], check["missed_found"]
    return (
        f"The key `k` describes the picture a second time, sampled at a temperature, and names what only one of the "
        f"two descriptions mentions. Over {check['scenes']} test scenes with {check['method']}:\n\n"
        f"- Of {counts['invented']} invented things it flags {counts['flagged']}: "
        f"{_share(flagged, counts['invented'])}.\n"
        f"- Of {counts['true']} things rightly named it wrongly doubts {counts['doubted']}: "
        f"{_share(doubted, counts['true'])}.\n"
        f"- So of its doubts, these are right: {_share(right, counts['flagged'] + counts['doubted'])}.\n"
        f"- Of {counts['missed']} things that the first description misses, the second adds {counts['found']}: "
        f"{_share(found, counts['missed'])}."
    )


def _plot(pictures: Mapping[str, str], name: str, words: str) -> str:
    return f"![{words}]({pictures[name]})" if name in pictures else ""


def _signed(found: Mapping[str, float] | None, digits: int = 3) -> str:
    if found is None:
        return ""
    value, low, high = (f"{found[key]:+.{digits}f}" for key in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _share(found: Mapping[str, float], cases: int) -> str:
    if cases < _FEW:
        return "too few to say"
    return f"{found['value']:.3f} ({found['low']:.3f} to {found['high']:.3f})"


def _is_better(name: str, value: float) -> bool:
    return (value < 0) if name.startswith("chair") else (value > 0)
