"""Judges captions and answers about scenes whose truth is known, and the attention behind them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from assistant.bench import attention, yes_no
from assistant.bench import messages as words
from assistant.bench.attention import Curves
from assistant.bench.details import DetailReader, is_right, is_yes_no
from assistant.bench.intervals import RESAMPLES, SEED
from assistant.bench.mentions import Mention, ThingWords
from assistant.bench.methods import Method
from assistant.bench.running import MAX_TOKENS, Job, Seen
from assistant.bench.scenes import JudgedScene, SceneQuestion, World
from assistant.bench.summary import (
    BASELINE,
    Captions,
    format_captions,
    round_differences,
    summarize_captions,
)
from assistant.bench.tally import N_PARTS, Floats, judge
from assistant.bench.yes_no import Asked
from assistant.core.questions import DETAILED_PROMPT

QUESTION_TOKENS = 64
BIN_STEPS = 10
"""Steps that a point of a curve stands for."""
_CURVES = attention.MEANS
Answer = Callable[[str, str], Mapping[str, Any] | None]
"""Gives a record of the results by its key and its method's label."""


def make_jobs(
    scenes: Sequence[JudgedScene], *, has_attention: bool = True, has_questions: bool = True,
    max_tokens: int = MAX_TOKENS,
) -> list[Job]:  # fmt: skip
    """Return what is asked: a description of each scene, then its questions."""
    found = []
    for number, scene in enumerate(scenes):
        found.append(
            Job(caption_key(number), scene.picture, DETAILED_PROMPT, max_tokens, has_attention)
        )
        if has_questions:
            found += [
                Job(question_key(number, n), scene.picture, question.ask, QUESTION_TOKENS)
                for n, question in enumerate(scene.questions)
            ]
    return found


def caption_key(number: int) -> str:
    """Return the key of the description of scene ``number``, from 0."""
    return f"scene {number}"


def question_key(number: int, question: int) -> str:
    """Return the key of a question of scene ``number``; both from 0."""
    return f"scene {number} question {question}"


class AttentionWatch:
    """Makes the curves of each description; a ``Watch``."""

    def __init__(self, world: World, scenes: Sequence[JudgedScene]) -> None:
        self._table = world.thing_words()
        self._scenes = {caption_key(number): scene for number, scene in enumerate(scenes)}

    def __call__(self, job: Job, seen: Seen) -> dict[str, Any]:
        """Return the record's field "attention", where it was observed."""
        steps = [step for step in seen.steps if step.attention]
        if not steps or seen.header is None or job.key not in self._scenes:
            return {}
        scene = self._scenes[job.key]
        rows, columns = seen.header.fields["grid"]
        height, width = seen.image_rgb.shape[:2]
        found = attention.measure_curves(
            steps,
            (rows, columns),
            width / height,
            self._table.find("".join(step.piece for step in steps)),
            {thing: scene.boxes(thing) for thing in scene.there},
        )
        return {"attention": found.record()}


def summarize(
    world: World,
    scenes: Sequence[JudgedScene],
    methods: Sequence[Method],
    answer: Answer,
) -> list[dict[str, Any]]:
    """Return an object for each method, in their order: captions, attention and questions.

    The scenes are in the order of their keys.
    """
    table, reader = world.thing_words(), DetailReader(world)
    captions = {m.label: _captions(m, table, reader, scenes, answer) for m in methods}
    found = summarize_captions(captions)
    plain_curves = _all_curves(BASELINE, scenes, answer)
    plain_asked = _asked(BASELINE, scenes, answer)
    for one, method in zip(found, methods, strict=True):
        own = _all_curves(method.label, scenes, answer)
        if own:
            one["attention"] = _attention(own)
            if plain_curves and method.label != BASELINE and len(own) == len(plain_curves):
                one["attention"]["share_difference"] = _mean_difference(
                    [c.share.mean() for c in own], [c.share.mean() for c in plain_curves]
                )
        asked, right = _asked(method.label, scenes, answer), _right(method.label, scenes, answer)
        if asked:
            one["yes_no"] = {k: round(v, 4) for k, v in yes_no.summarize(asked).items()}
            if plain_asked and method.label != BASELINE and len(asked) == len(plain_asked):
                one["yes_no_differences"] = round_differences(
                    yes_no.compare_answers(asked, plain_asked)
                )
        if right:
            one["questions"] = right
    return found


def format_summary(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the summary as plain lines."""
    told = []
    for one in found:
        told += format_captions([one])
        for number, row in enumerate(one.get("attention", {}).get("thirds", ()), start=1):
            named = [
                words.figure(name, f"{row[name]:.3f}") for name in _CURVES if row[name] is not None
            ]
            told.append(words.attention_line(number, named))
        for kind, (right, total) in one.get("questions", {}).items():
            told.append(words.answered_right(kind, right, total))
    return told


def _captions(
    method: Method,
    table: ThingWords,
    reader: DetailReader,
    scenes: Sequence[JudgedScene],
    answer: Answer,
) -> Captions:
    captions = Captions()
    for number, scene in enumerate(scenes):
        record = answer(caption_key(number), method.label)
        if record is None:
            continue
        text = record["text"]
        mentions: Sequence[Mention] = table.find(text)
        captions.judgements.append(judge(text, mentions, scene.there))
        captions.looped.append(record["ended"] == "repetition")
        captions.details += reader.read(text, mentions, scene)
    return captions


def _all_curves(label: str, scenes: Sequence[JudgedScene], answer: Answer) -> list[Curves]:
    records = [answer(caption_key(number), label) for number in range(len(scenes))]
    return [
        attention.read_record(record["attention"])
        for record in records
        if record is not None and "attention" in record
    ]


def _attention(curves: Sequence[Curves]) -> dict[str, Any]:
    """Return curves against the step, means over the captions that are so long, and the thirds."""
    longest = max(len(c.share) for c in curves)
    by_step = []
    for start in range(0, longest, BIN_STEPS):
        parts = [c for c in curves if len(c.share) > start]
        row: dict[str, Any] = {"step": start, "captions": len(parts)}
        for name in (*_CURVES, "area"):
            values = np.concatenate([getattr(c, name)[start : start + BIN_STEPS] for c in parts])
            row[name] = _mean(values)
        by_step.append(row)
    thirds = np.stack([attention.average_by_third(c) for c in curves])
    rows = [
        {name: _mean(thirds[:, k, i]) for i, name in enumerate(_CURVES)} for k in range(N_PARTS)
    ]
    # How much a caption's last third differs from its own first: the paper's fading.
    fading = {
        name: _mean_difference(thirds[:, -1, i], thirds[:, 0, i]) for i, name in enumerate(_CURVES)
    }
    area = _mean(np.concatenate([c.area for c in curves]))
    return {"by_step": by_step, "thirds": rows, "last_less_first": fading, "region_area": area}


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return round(float(known.mean()), 4) if len(known) else None


def _mean_difference(ours: Any, theirs: Any) -> dict[str, float] | None:
    """Return the mean difference of pairs with its 95 % bootstrap interval; pairs with a NaN are skipped."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        pairs = np.asarray(ours, float) - np.asarray(theirs, float)
    pairs = pairs[~np.isnan(pairs)]
    n = len(pairs)
    if not n:
        return None
    times = np.random.default_rng(SEED).multinomial(n, np.full(n, 1 / n), RESAMPLES)
    low, high = np.quantile(times @ pairs / n, (0.025, 0.975))
    return {
        "value": round(float(pairs.mean()), 4), "low": round(float(low), 4),
        "high": round(float(high), 4),
    }  # fmt: skip


def _answered(
    label: str, scenes: Sequence[JudgedScene], answer: Answer
) -> list[tuple[SceneQuestion, str]]:
    found = []
    for number, scene in enumerate(scenes):
        for n, question in enumerate(scene.questions):
            record = answer(question_key(number, n), label)
            if record is not None:
                found.append((question, str(record["text"])))
    return found


def _asked(label: str, scenes: Sequence[JudgedScene], answer: Answer) -> list[Asked]:
    found = []
    for question, said in _answered(label, scenes, answer):
        truth = yes_no.says(question.answer)
        if truth is not None and is_yes_no(question):
            found.append(Asked(truth, yes_no.says(said)))
    return found


def _right(label: str, scenes: Sequence[JudgedScene], answer: Answer) -> dict[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = {}
    for question, said in _answered(label, scenes, answer):
        right, total = counts.get(question.kind, (0, 0))
        counts[question.kind] = (right + is_right(question, said), total + 1)
    return counts
