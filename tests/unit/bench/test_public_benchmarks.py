"""COCO's, POPE's and AMBER's formats and figures, on small files that were worked by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.bench import amber, coco, pope, yes_no
from assistant.bench.yes_no import Asked, read_as_pope, says
from assistant.errors import UsageError

INSTANCES = {
    "images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}],
    "categories": [{"id": 18, "name": "dog"}, {"id": 67, "name": "dining table"}],
    "annotations": [
        {"id": 5, "image_id": 1, "category_id": 18, "segmentation": [[1, 2]], "bbox": [0, 0, 1, 1]},
        {"id": 6, "image_id": 1, "category_id": 18},
        {"id": 7, "image_id": 2, "category_id": 67},
    ],
}
CAPTIONS = {
    "images": INSTANCES["images"],
    "annotations": [
        {"image_id": 1, "id": 1, "caption": "A puppy under a sofa."},
        {"image_id": 2, "id": 2, "caption": "A baby bear eats a hot dog."},
        {"image_id": 99, "id": 3, "caption": "A cat."},
    ],
}


def write(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_what_is_in_a_picture_is_what_segments_or_people_name(tmp_path: Path) -> None:
    known = coco.CocoAnnotations(
        write(tmp_path / "i.json", INSTANCES), write(tmp_path / "c.json", CAPTIONS)
    )
    assert {name: known.truth(name) for name in known.names} == {
        "a.jpg": {"dog", "couch"},
        "b.jpg": {"dining table", "bear", "hot dog"},
    }


@pytest.mark.parametrize(
    ("instances", "captions", "told"),
    [
        ("{", CAPTIONS, "not a JSON file"),
        ([], CAPTIONS, "no list of categories"),
        (CAPTIONS, CAPTIONS, "no list of categories"),
        (INSTANCES, {}, "no list of annotations"),
        ({**INSTANCES, "categories": [{"id": 1, "name": "unicorn"}]}, CAPTIONS, "unicorn"),
        ({**INSTANCES, "categories": []}, CAPTIONS, "not a pair of COCO annotation"),
        (INSTANCES, {"annotations": [{"image_id": 1}]}, "not a pair of COCO annotation"),
    ],
)
def test_other_files_are_told_in_a_sentence(
    tmp_path: Path, instances: Any, captions: Any, told: str
) -> None:
    path = tmp_path / "i.json"
    path.write_text(instances if isinstance(instances, str) else json.dumps(instances))
    with pytest.raises(UsageError, match=told):
        coco.CocoAnnotations(path, write(tmp_path / "c.json", captions))


def test_the_draw_depends_on_names_and_seed_alone(tmp_path: Path) -> None:
    names = [f"{n:03d}.jpg" for n in range(50)]
    for name in (*reversed(names), "not-annotated.jpg"):
        (tmp_path / name).touch()
    drawn = coco.choose(names, tmp_path, 10, 42)
    assert drawn == sorted(drawn) == coco.choose(reversed(names), tmp_path, 10, 42)
    assert len(set(drawn)) == 10
    assert drawn != coco.choose(names, tmp_path, 10, 43)
    assert coco.choose(names, tmp_path, 0, 42) == coco.choose(names, tmp_path, 99, 42) == names


def test_a_folder_without_known_pictures_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="do not cover any picture in"):
        coco.choose(["a.jpg"], tmp_path, 1, 42)
    with pytest.raises(UsageError, match="cannot be read"):
        coco.choose(["a.jpg"], tmp_path / "none", 1, 42)


def test_popes_questions_are_read_by_kind(tmp_path: Path) -> None:
    lines = [
        {
            "question_id": 1,
            "image": "a.jpg",
            "text": "Is there a dog in the image?",
            "label": "yes",
        },
        {"question_id": 2, "image": "a.jpg", "text": "Is there a cat in the image?", "label": "no"},
    ]
    for name in ("coco_pope_popular.json", "mine.json"):
        (tmp_path / name).write_text("\n".join(map(json.dumps, lines)) + "\n")
    found = pope.read_questions([tmp_path / "coco_pope_popular.json", tmp_path / "mine.json"])
    assert [q.kind for q in found] == ["popular", "popular", "mine", "mine"]
    assert found[1] == pope.PopeQuestion("popular", 2, "a.jpg", lines[1]["text"], "no")  # type: ignore[arg-type]


def test_a_label_that_is_neither_is_told(tmp_path: Path) -> None:
    line = {"question_id": 1, "image": "a.jpg", "text": "?", "label": "maybe"}
    with pytest.raises(UsageError, match=r"Entry 1 of .* has no valid label"):
        pope.read_questions([write(tmp_path / "x.json", line)])


@pytest.mark.parametrize(
    ("answer", "popes", "ours"),
    [
        ("Yes, there is a dog.", "yes", "yes"),
        ("No, there is no dog.", "no", "no"),
        ("There is not one. Yes.", "no", None),
        ("Nothing. No.", "yes", None),  # its program reads the first sentence only
        ("I can't tell.", "yes", None),
        ("yes", "yes", "yes"),
        ("", "yes", None),
    ],
)
def test_how_answers_are_read(answer: str, popes: str, ours: str | None) -> None:
    assert read_as_pope(answer) == popes
    assert says(answer) == ours


def test_yes_no_figures_counted_by_hand() -> None:
    asked = [
        *[Asked("yes", "yes")] * 3, Asked("yes", "no"), Asked("no", "yes"), *[Asked("no", "no")] * 4,
        Asked("no", None),
    ]  # fmt: skip
    assert yes_no.summarize(asked) == pytest.approx(
        {
            "accuracy": 7 / 10,
            "precision": 3 / 4,
            "recall": 3 / 4,
            "f1": 3 / 4,
            "balanced_accuracy": (3 / 4 + 4 / 6) / 2,
            "yes_ratio": 4 / 10,
            "neither": 1 / 10,
        }
    )
    # With no as the answer that counts, as AMBER has it.
    found = yes_no.summarize(asked, "no")
    assert (found["precision"], found["recall"]) == pytest.approx((4 / 5, 4 / 6))


def test_no_questions_give_no_figures_and_no_crash() -> None:
    assert set(yes_no.summarize([]).values()) == {0.0}


QUERIES = [
    {"id": 1, "image": "AMBER_1.jpg", "query": "Describe this image."},
    {"id": 1005, "image": "AMBER_1.jpg", "query": "Is the sky sunny?"},
    {"id": 1006, "image": "AMBER_1.jpg", "query": "Is there a dog?"},
]
ANNOTATIONS = [
    {"id": 1, "type": "generative", "truth": ["sky", "man", "ship"], "hallu": ["bird", "sun"]},
    {"id": 1005, "type": "discriminative-attribute-state", "truth": "yes"},
    {"id": 1006, "type": "discriminative-hallucination", "truth": "no"},
]
RELATED = {
    "man": ["person", "boy"],
    "ship": ["boat"],
    "bird": ["gull"],
    "tree": ["forest"],
    "sun": [],
}


def test_ambers_queries_are_read(tmp_path: Path) -> None:
    found = amber.read_queries(
        write(tmp_path / "q.json", QUERIES), write(tmp_path / "a.json", ANNOTATIONS)
    )
    assert [query.kind for query in found] == ["generative", "state", "existence"]
    assert found[0].there == ("sky", "man", "ship")
    assert [query.truth for query in found] == [None, "yes", "no"]


def test_a_query_without_annotation_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no annotation for query 1006"):
        amber.read_queries(
            write(tmp_path / "q.json", QUERIES), write(tmp_path / "a.json", ANNOTATIONS[:2])
        )


def test_ambers_figures_counted_by_hand() -> None:
    table = amber.AmberWords({**RELATED, "sky": []}, ["person"])
    query = amber.AmberQuery(1, "x", "?", amber.GENERATIVE, ("sky", "man", "ship"), ("bird", "sun"))
    counts = table.table(
        [
            # sky right, boy is the man, gull is an imagined bird, trees are invented, people pass
            "The sky over a boy, two gulls, trees and people.",
            "A boat in the sun.",  # the ship; the sun is imagined
            "Nothing much.",
        ],
        [query] * 3,
    )
    assert counts.tolist() == [
        [2, 5, 2, 3, 1, 1, 1, 2], [1, 2, 1, 3, 1, 1, 1, 2], [0, 0, 0, 3, 0, 1, 0, 2],
    ]  # fmt: skip
    found = dict(zip(amber.FIGURES, amber.figures(counts.sum(axis=0)), strict=True))
    assert found == pytest.approx({"chair": 3 / 7, "cover": 3 / 9, "hal": 2 / 3, "cog": 2 / 6})


def test_a_wrong_list_of_related_words_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="related words"):
        amber.read_words(write(tmp_path / "r.json", []), None)
    with pytest.raises(UsageError, match="cannot be read"):
        amber.read_words(write(tmp_path / "r.json", RELATED), tmp_path / "none.txt")
