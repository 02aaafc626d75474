"""Methods as they are typed, results that survive a stop, and the run over both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assistant.bench import messages as words
from assistant.bench.data_files import read_json_lines
from assistant.bench.methods import name_method, parse_methods
from assistant.bench.results import ResultsFile
from assistant.bench.running import Job, run
from assistant.core.events import Event, Failed, ImageRgb
from assistant.errors import AssistantError, ExitCode, UsageError
from assistant.testing import ScriptedDescriber, answer_events
from sparc_ggml.config import SparcConfig

PRESET = SparcConfig(alpha=1.02, tau=2.5)
RUN = {"bench": "test", "model": [["m.gguf", 1]]}


def test_methods_as_they_are_typed() -> None:
    typed = ["none", "uniform", "uniform:1.05", "sparc", "sparc:alpha=1.1:tau=1.5", "sparc:layer=3"]
    found = parse_methods(typed, PRESET)
    assert [m.label for m in found] == [
        "none",
        "uniform alpha 1.1",
        "uniform alpha 1.05",
        "sparc alpha 1.02 beta 0.1 tau 2.5",
        "sparc alpha 1.1 beta 0.1 tau 1.5",
        "sparc alpha 1.02 beta 0.1 tau 2.5 layer 3",
    ]
    assert found[4].config == SparcConfig(alpha=1.1, tau=1.5)
    assert parse_methods(["none,sparc", "none"], PRESET) == [found[0], found[3]]


@pytest.mark.parametrize(
    "typed",
    [
        "some",
        "none:1",
        "sparc:gamma=1",
        "uniform:much",
        "sparc:layer=1.5",
        "uniform:0.5",
        "sparc:a:b",
    ],
)
def test_a_method_that_is_not_understood_is_told(typed: str) -> None:
    with pytest.raises(UsageError) as told:
        parse_methods([typed], PRESET)
    assert typed in told.value.message
    assert "uniform:1.05" in told.value.hint


def results(path: Path) -> ResultsFile:
    return ResultsFile(path, RUN)


def test_results_are_there_again(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with results(path) as first:
        first.add({"key": "a", "method": "none", "text": "Ein Hündchen."})
    with results(path) as second:
        assert second.has("a", "none")
        assert not second.has("a", "sparc")
        second.add({"key": "a", "method": "sparc", "text": "x"})
    assert len(path.read_text().splitlines()) == 3


def test_a_line_that_was_cut_off_is_dropped_and_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with results(path) as first:
        first.add({"key": "a", "method": "none", "text": "x"})
    with path.open("ab") as file:
        file.write('{"key": "b", "method": "none", "text": "ü'.encode()[:-1])
    with results(path) as second:
        assert list(second.answers) == [("a", "none")]
        second.add({"key": "b", "method": "none", "text": "y"})
    with results(path) as third:
        assert list(third.answers) == [("a", "none"), ("b", "none")]


@pytest.mark.parametrize("content", ['{"bench": "other"}\n', "my notes", "[1]\n", "my\nnotes\n"])
def test_a_file_with_something_else_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(content)
    with pytest.raises(UsageError, match="something other"):
        results(path)
    assert path.read_text() == content


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        results(tmp_path / "none" / "r.jsonl")


class Pictures:
    """Loads one grey picture and remembers which were asked for."""

    def __init__(self) -> None:
        self.loaded: list[str] = []

    def __call__(self, path: str) -> ImageRgb:
        self.loaded.append(path)
        return np.full((2, 2, 3), 127, np.uint8)


JOBS = [Job("a", Path("a.png"), "?"), Job("b", Path("b.png"), "?")]
METHODS = [name_method(SparcConfig(method="none")), name_method(PRESET)]


def test_every_question_is_asked_with_every_method_and_a_second_run_asks_nothing(
    tmp_path: Path,
) -> None:
    describer = ScriptedDescriber(answer_events("A dog."))
    pictures, told = Pictures(), list[str]()
    with results(tmp_path / "r.jsonl") as kept:
        run(JOBS, METHODS, describer, pictures, kept, told.append)
        assert pictures.loaded == ["a.png", "b.png"], "once for both methods"
        assert len(kept.answers) == 4
        assert kept.answers["b", "none"]["text"] == "A dog."
    assert [request.sparc for request in describer.requests] == [m.config for m in METHODS] * 2
    with results(tmp_path / "r.jsonl") as kept:
        run(JOBS, METHODS, describer, pictures, kept, told.append)
    assert len(describer.requests) == 4
    assert told == ["4 answers are still to be written.", "4 answers from an earlier run are kept."]


def test_what_was_answered_before_a_failure_is_kept(tmp_path: Path) -> None:
    scripts: list[list[Event]] = [answer_events("A dog."), [Failed("It failed.", "Do this.", 5)]]
    describer = ScriptedDescriber(lambda _request: scripts.pop(0))
    with (
        results(tmp_path / "r.jsonl") as kept,
        pytest.raises(AssistantError, match=r"It failed\. Do this\.") as failure,
    ):
        run(JOBS, METHODS, describer, Pictures(), kept, lambda _line: None)
    assert failure.value.exit_code == 5
    with results(tmp_path / "r.jsonl") as kept:
        assert list(kept.answers) == [("a", "none")]


def test_silence_is_broken_by_how_far_the_work_is(tmp_path: Path) -> None:
    describer = ScriptedDescriber([0.3, *answer_events("A dog.")])
    told: list[str] = []
    with results(tmp_path / "r.jsonl") as kept:
        run(JOBS, METHODS, describer, Pictures(), kept, told.append, quiet_s=(0.4,))
    assert told[0] == "4 answers are still to be written."
    assert any("of 4 answers done, about 2 seconds left" in line for line in told[1:]), told


def test_what_is_watched_is_kept_with_the_answer(tmp_path: Path) -> None:
    describer = ScriptedDescriber(answer_events("A dog."))
    with results(tmp_path / "r.jsonl") as kept:
        run(
            JOBS[:1],
            METHODS[:1],
            describer,
            Pictures(),
            kept,
            lambda _line: None,
            watch=lambda job, seen: {"seen": [job.key, seen.answer.text]},
        )
    last = json.loads(kept.path.read_text().splitlines()[-1])
    assert last["seen"] == ["a", "A dog."]


def test_without_its_optional_part_bench_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['inflect'] = None\n"
        "from assistant.cli.main import main\n"
        "sys.exit(main(['bench', 'quality', '--scenes', 'missing.jsonl']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert (
        done.stderr
        == f"{words.INFLECT_MISSING}\nInstall it with: {sys.executable} -m pip install inflect\n"
    )


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
def test_what_unicode_counts_as_a_lines_end_may_stand_in_an_answer(
    tmp_path: Path, mark: str
) -> None:
    path = tmp_path / "r.jsonl"
    with results(path) as kept:
        kept.add({"key": "a", "method": "none", "text": f"one{mark}two"})
    with results(path) as again:
        assert again.answers["a", "none"]["text"] == f"one{mark}two"
    path.write_text(f'{{"text": "one{mark}two"}}\n', "utf-8")
    assert next(read_json_lines(path)) == (1, {"text": f"one{mark}two"})


@pytest.mark.parametrize("name", ["photo.png", "pipe"])
def test_results_are_never_written_into_something_else(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    photo = tmp_path / "photo.png"
    Image.new("RGB", (8, 8)).save(photo)
    before = photo.read_bytes()
    with pytest.raises(UsageError):
        results(tmp_path / name)
    assert photo.read_bytes() == before
