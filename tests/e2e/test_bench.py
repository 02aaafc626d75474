"""``bench`` with the embedded model: drawn scenes, and COCO's, POPE's and AMBER's formats over drawn pictures."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.bench.coco import load_coco_words
from assistant.bench.scenes import JudgedScene, World, read_scenes
from scripts.bench.judged_scenes import FIRST, draw_scenes
from scripts.train_scene_model.language import with_article
from tests.support.assistant_command import Command
from tests.support.waiting import wait_until

pytestmark = pytest.mark.model

COUNT = 3
AT_LEAST = 0.5
"""What a model that looks reaches on scenes of many things; one that guesses stays far below."""


@dataclass(frozen=True)
class Drawn:
    """Drawn test scenes and their truth."""

    path: Path
    world: World
    scenes: list[JudgedScene]

    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def absent(self) -> list[str]:
        """Things of the world, of one word each, that no scene has."""
        there = {thing for scene in self.scenes for thing in scene.there}
        return [thing for thing in self.world.things if thing not in there and " " not in thing]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    path = draw_scenes("test", FIRST, COUNT, tmp_path_factory.mktemp("drawn"))
    return Drawn(path, *read_scenes(path))


def presence(thing: str) -> str:
    return f"Is there {with_article(thing)}?"


def write(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value))
    return path


def figures(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_quality_judges_captions_attention_and_answers(
    embedded: Command, drawn: Drawn, tmp_path: Path
) -> None:
    line = (
        "bench", "quality", "--scenes", drawn.path, "--methods", "none", "uniform:1.1", "sparc",
        "--results", tmp_path / "r.jsonl", "--out", tmp_path / "out.json",
    )  # fmt: skip
    done = embedded.run(*line)
    assert done.returncode == 0, done.stderr
    n_answers = 3 * sum(1 + len(scene.questions) for scene in drawn.scenes)
    assert f"{n_answers} answers are still to be written." in done.stderr
    found = figures(tmp_path / "out.json")
    assert [m["method"].split()[0] for m in found["methods"]] == ["none", "uniform", "sparc"]
    for one in found["methods"]:
        assert one["captions"] == 3
        assert one["micro"]["f1"] > AT_LEAST, "a real model that describes real scenes"
        assert one["micro"]["words"] > 15
        assert 0.05 < one["attention"]["thirds"][0]["share"] < 0.95
        assert one["attention"]["thirds"][0]["region"] > one["attention"]["region_area"]
        assert one["questions"]["presence"][1] == 6
        assert one["yes_no"]["balanced_accuracy"] > 0.5
    plain, _, sparc = found["methods"]
    assert "differences" not in plain
    assert sparc["differences"]["f1"]["low"] <= sparc["differences"]["f1"]["value"]
    assert "Method none, 3 captions:" in done.stdout.splitlines()

    lines = (tmp_path / "r.jsonl").read_text().splitlines()
    again = embedded.run(*line)
    assert again.returncode == 0
    assert again.stdout == done.stdout
    assert f"{n_answers} answers from an earlier run are kept." in again.stderr
    assert (tmp_path / "r.jsonl").read_text().splitlines() == lines


def test_chair_judges_by_cocos_files(embedded: Command, drawn: Drawn, tmp_path: Path) -> None:
    table = load_coco_words()
    known = sorted(table.things)
    images = [{"id": n, "file_name": scene.picture.name} for n, scene in enumerate(drawn.scenes)]
    segments = [
        {"image_id": n, "category_id": known.index(found.thing), "segmentation": [[0, 0, 1, 1]]}
        for n, scene in enumerate(drawn.scenes)
        for thing in scene.there
        for found in table.find(thing)  # an "alarm clock" is COCO's clock
    ]
    categories = [{"id": number, "name": name} for number, name in enumerate(known)]
    instances = write(
        tmp_path / "instances.json",
        {"images": images, "annotations": segments, "categories": categories},
    )
    told = [{"image_id": 0, "caption": "A drawn picture."}]
    captions = write(tmp_path / "captions.json", {"images": images, "annotations": told})
    done = embedded.run(
        "bench", "chair", "--images", drawn.folder, "--annotations", instances,
        "--captions", captions, "--count", "2", "--methods", "none",
        "--results", tmp_path / "r.jsonl", "--out", tmp_path / "out.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (one,) = figures(tmp_path / "out.json")["methods"]
    assert one["captions"] == 2
    assert one["micro"]["recall"] > AT_LEAST
    assert one["micro"]["chair_i"] < 1 - AT_LEAST
    records = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()[1:]]
    assert len(records) == 2
    for record in records:
        assert (drawn.folder / record["key"]).is_file()
        assert len(record["text"].split()) > 15


def test_pope_asks_its_questions(embedded: Command, drawn: Drawn, tmp_path: Path) -> None:
    paths = []
    for kind, absent in zip(("random", "adversarial"), drawn.absent, strict=False):
        lines = [
            {"question_id": 2 * n + k, "image": scene.picture.name, "text": presence(thing),
             "label": label}
            for n, scene in enumerate(drawn.scenes)
            for k, (thing, label) in enumerate(((sorted(scene.there)[0], "yes"), (absent, "no")))
        ]  # fmt: skip
        paths.append(tmp_path / f"coco_pope_{kind}.json")
        paths[-1].write_text("\n".join(map(json.dumps, lines)))
    done = embedded.run(
        "bench", "pope", "--images", drawn.folder, "--questions", *paths,
        "--methods", "none", "sparc",
        "--results", tmp_path / "r.jsonl", "--out", tmp_path / "out.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = figures(tmp_path / "out.json")["questions"]
    assert [(one["kind"], one["questions"]) for one in found] == [
        ("random", 6), ("random", 6), ("adversarial", 6), ("adversarial", 6),
    ]  # fmt: skip
    for one in found:
        assert one["accuracy"] >= 0.5
        assert one["neither"] == 0
    assert "Questions, adversarial:" in done.stdout.splitlines()


def test_amber_describes_and_asks(embedded: Command, drawn: Drawn, tmp_path: Path) -> None:
    queries: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, scene in enumerate(drawn.scenes, start=1):
        there = sorted(thing for thing in scene.there if " " not in thing)
        queries.append({"id": number, "image": scene.picture.name, "query": "Describe this image."})
        annotations.append(
            {"id": number, "type": "generative", "truth": there, "hallu": drawn.absent[:2]}
        )
    last = drawn.scenes[-1]
    for thing, truth in ((sorted(last.there)[0], "yes"), (drawn.absent[0], "no")):
        number = len(queries) + 1
        queries.append({"id": number, "image": last.picture.name, "query": presence(thing)})
        annotations.append({"id": number, "type": "discriminative-hallucination", "truth": truth})
    related: dict[str, list[str]] = {thing: [] for thing in drawn.world.things}
    safe = tmp_path / "safe_words.txt"
    safe.write_text("star\n")
    arguments = (
        "bench", "amber", "--images", drawn.folder,
        "--queries", write(tmp_path / "q.json", queries),
        "--annotations", write(tmp_path / "a.json", annotations),
        "--methods", "none", "uniform:1.05", "--results", tmp_path / "r.jsonl",
        "--out", tmp_path / "out.json",
    )  # fmt: skip
    refused = embedded.run(*arguments)
    assert refused.returncode == 2
    assert "--relations" in refused.stderr
    done = embedded.run(
        *arguments, "--relations", write(tmp_path / "relation.json", related), "--safe-words", safe
    )
    assert done.returncode == 0, done.stderr
    found = figures(tmp_path / "out.json")
    for one in found["descriptions"]:
        assert one["cover"] > AT_LEAST
        assert one["cog"] < 0.5
    assert {one["kind"] for one in found["questions"]} == {"all", "existence"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("chair", "--images", "none", "--annotations", "none.json", "--captions", "none.json"),
         "The file none.json cannot be read: No such file or directory."),
        (("pope", "--images", "examples", "--questions", "README.md"), "Line 1 of README.md is not a JSON object."),
        (("quality", "--scenes", "examples/street.json"), "Line 1 of examples/street.json is not a JSON object."),
        (("quality", "--scenes", "none.jsonl", "--methods", "more"), "There is no method more."),
        (("quality",), "Something is missing: --scenes."),
        (("quality", "--scenes", "x", "--count", "-1"), "argument --count: -1 is too small"),
    ],
)  # fmt: skip
def test_bad_input_is_told_in_a_sentence(
    embedded: Command, arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    results = () if arguments == ("quality",) else ("--results", tmp_path / "r.jsonl")
    done = embedded.run("bench", *arguments, *results)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "r.jsonl").exists(), "nothing is begun"


def test_a_picture_that_is_missing_is_told_before_anything_is_asked(
    embedded: Command, tmp_path: Path
) -> None:
    question = {"question_id": 1, "image": "gone.png", "text": "Is there a dog?", "label": "no"}
    done = embedded.run(
        "bench", "pope", "--images", tmp_path, "--questions", write(tmp_path / "p.json", question),
        "--results", tmp_path / "r.jsonl",
    )  # fmt: skip
    assert done.returncode == 2
    assert f"1 picture is missing in {tmp_path}: gone.png." in done.stderr
    assert not (tmp_path / "r.jsonl").exists()


def test_control_c_keeps_what_is_done_and_the_same_command_goes_on(
    embedded: Command, drawn: Drawn, tmp_path: Path
) -> None:
    results = tmp_path / "r.jsonl"
    line: tuple[str | Path, ...] = (
        "bench", "quality", "--scenes", drawn.path, "--no-questions", "--no-attention", "--methods",
        "none", *(f"uniform:{1 + n / 100}" for n in range(1, 16)), "--results", results,
    )  # fmt: skip
    running = embedded.start(*line)

    def has_begun() -> bool:
        assert running.poll() is None, running.communicate()
        return results.exists() and results.read_text().count("\n") > 5

    wait_until(has_begun)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert f"The answers so far are kept in {results}" in err
    kept = results.read_text().splitlines()
    assert 5 < len(kept) < 49
    done = embedded.run(*line)
    assert done.returncode == 0, done.stderr
    assert f"{len(kept) - 1} answers from an earlier run are kept." in done.stderr
    lines = results.read_text().splitlines()
    assert lines[: len(kept)] == kept
    assert len(lines) == 1 + COUNT * 16
