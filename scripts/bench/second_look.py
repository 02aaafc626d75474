"""What the check key is worth: the second look at drawn scenes, compared as the assistant does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.bench import intervals, quality
from assistant.bench.scenes import JudgedScene, World
from assistant.core.narration import plain_words
from assistant.core.sentences import split_sentences
from scripts.bench import check_counts
from scripts.bench.quality_run import Answers, second_key


def summary(
    world: World, scenes: Sequence[JudgedScene], label: str, answers: Answers
) -> dict[str, Any]:
    """Return counts and shares over all scenes, with 95 % intervals from resampled scenes."""
    table = world.thing_words()
    counts = []
    for number, scene in enumerate(scenes):
        first, second = (
            _sentences(answers[key, label]["text"])
            for key in (quality.caption_key(number), second_key(number))
        )
        counts.append(check_counts.judge_check(first, second, table, scene.there))
    rows = check_counts.table_of(counts)
    # An interval of the shares themselves: their difference to nothing.
    names = check_counts.FIGURES
    found = intervals.compare(rows, np.zeros_like(rows), check_counts.figures, len(names))
    sums = rows.sum(axis=0)
    fields = tuple(check_counts.CheckCounts.__dataclass_fields__)
    return {
        "method": label,
        "scenes": len(scenes),
        "counts": dict(zip(fields, map(int, sums), strict=True)),
        **{
            name: {k: round(v, 4) for k, v in vars(one).items()}
            for name, one in zip(names, found, strict=True)
        },
    }


def _sentences(text: str) -> list[str]:
    return [words for s in split_sentences(text) if (words := plain_words(s))]
