"""POPE's questions (Li et al. 2023, arXiv 2305.10355): "Is there a dog in the image?", things chosen three ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.bench.data_files import Fields, read_json_lines
from assistant.bench.yes_no import YesNo

KINDS = ("random", "popular", "adversarial")
"""How the things that are not there were chosen."""


@dataclass(frozen=True)
class PopeQuestion:
    """One question; its kind is one of ``KINDS``, else the file's name, and its number its ``question_id``."""

    kind: str
    number: int
    picture: str
    text: str
    truth: YesNo


def read_questions(paths: Sequence[Path]) -> list[PopeQuestion]:
    """Read files as ``coco_pope_adversarial.json``: an object a line with question_id, image, text and label.

    Raises:
        UsageError: one is missing, unreadable, or no such file.
    """
    found = []
    for path in paths:
        kind = next((kind for kind in KINDS if kind in path.stem), path.stem)
        for number, values in read_json_lines(path):
            fields = Fields(path, number, values)
            label = fields.take("label", str).strip().lower()
            if label not in ("yes", "no"):
                raise fields.wrong("label")
            picture, text = fields.take("image", str), fields.take("text", str)
            question_id = fields.take("question_id", int)
            found.append(PopeQuestion(kind, question_id, picture, text, label))
    return found
