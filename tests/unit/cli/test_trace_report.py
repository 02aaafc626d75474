"""A trace reads as plain lines; anything else is one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cli.trace_report import trace_lines
from assistant.errors import UsageError

HEADER = {
    "model": "demo",
    "grid": [2, 2],
    "image_tokens": 4,
    "prompt_tokens": 40,
    "parameters": {
        "method": "sparc", "alpha": 1.1, "beta": 0.1, "tau": 1.5, "layer": 3, "layers": [0, 4],
    },
    "unsteered_reason": "",
}  # fmt: skip
STEPS = [
    {"step": 0, "token": 9, "piece": " A", "selected": [1, 3], "max_gain": 1.0},
    {"step": 1, "token": 8, "piece": " dog", "selected": [3], "max_gain": 1.1},
]


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_each_answer_has_a_heading_its_steps_and_a_summary(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", HEADER, *STEPS, HEADER, STEPS[0])
    answer = [
        "Model: demo.",
        "Prompt: 40 tokens, 4 of them from the picture.",
        "Method: sparc, alpha 1.1, beta 0.1, tau 1.5; observed layer 3, scaled layers 0 to 4.",
        "Step 0, A: 2 patches selected, largest gain 1.",
    ]
    assert list(trace_lines(path)) == [
        *answer,
        "Step 1, dog: 1 patch selected, largest gain 1.1.",
        "2 steps. Largest gain: 1.1.",
        "Row 2 of 2, column 2 of 2: boosted 2 times.",
        "Row 1 of 2, column 2 of 2: boosted once.",
        *answer,
        "1 step. Largest gain: 1.",
        "Row 1 of 2, column 2 of 2: boosted once.",
        "Row 2 of 2, column 2 of 2: boosted once.",
    ]


def test_an_unsteered_answer_says_why(tmp_path: Path) -> None:
    header = HEADER | {"unsteered_reason": "the model keeps no attention cache"}
    lines = list(trace_lines(write(tmp_path / "t.jsonl", header)))
    assert any("the model keeps no attention cache" in line for line in lines)


@pytest.mark.parametrize("text", ["", "no json\n", "{}\n", '{"step": 0}\n', "[]\n", '"x"\n'])
def test_a_file_that_is_no_trace_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(text)
    with pytest.raises(UsageError, match="is not a trace"):
        list(trace_lines(path))


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("missing", "binary", ".", "a\0b"):
        with pytest.raises(UsageError, match="could not be read"):
            list(trace_lines(tmp_path / name))


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b", "\x1c"])
def test_what_unicode_counts_as_a_lines_end_may_stand_in_a_piece(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "t.jsonl"
    records = [HEADER, STEPS[0] | {"piece": f" a{mark}dog"}]
    lines = (json.dumps(record, ensure_ascii=False) for record in records)
    path.write_text("\n".join(lines), "utf-8")
    assert "1 step. Largest gain: 1." in list(trace_lines(path))
