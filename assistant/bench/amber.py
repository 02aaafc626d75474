"""AMBER's pictures, questions and figures (Wang et al. 2023, arXiv 2311.07397), without its word vectors.

The published program also takes a noun for one of the annotated words where spaCy's word vectors lie close. Those
vectors are a download of 600 MB, so here a noun counts where it stands in AMBER's own list of related words
(``relation.json``); figures of the descriptions are therefore a little stricter than the published ones. Its yes and no
figures are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.bench import intervals
from assistant.bench import messages as words
from assistant.bench.data_files import Fields, read_json
from assistant.bench.mentions import ThingWords
from assistant.bench.summary import BASELINE, round_differences
from assistant.bench.tally import Floats, share
from assistant.bench.yes_no import YesNo
from assistant.errors import UsageError

FIGURES = ("chair", "cover", "hal", "cog")
KIND_NAMES = {
    "discriminative-hallucination": "existence",
    "discriminative-attribute-state": "state",
    "discriminative-attribute-number": "number",
    "discriminative-attribute-action": "action",
    "discriminative-relation": "relation",
}
GENERATIVE = "generative"


@dataclass(frozen=True)
class AmberQuery:
    """One question and what AMBER knows of its answer.

    Attributes:
        number: its ``id``.
        kind: "generative", or what a yes or no question is about.
        there: what is in the picture, in AMBER's order.
        tempting: what people tend to imagine in it.
    """

    number: int
    picture: str
    text: str
    kind: str
    there: tuple[str, ...] = ()
    tempting: tuple[str, ...] = ()
    truth: YesNo | None = None


def read_queries(queries: Path, annotations: Path) -> list[AmberQuery]:
    """Read ``query_all.json`` (or one of its parts) and ``annotations.json``.

    Raises:
        UsageError: one is missing, unreadable, no such file, or a query has no annotation.
    """
    known: dict[int, Fields] = {}
    for place, entry in enumerate(_list(annotations), start=1):
        fields = Fields(annotations, place, entry)
        known[fields.take("id", int)] = fields
    found = []
    for place, entry in enumerate(_list(queries), start=1):
        fields = Fields(queries, place, entry)
        number = fields.take("id", int)
        if number not in known:
            raise UsageError(words.amber_unknown(str(annotations), number))
        found.append(_query(fields, known[number], number))
    return found


def _query(fields: Fields, known: Fields, number: int) -> AmberQuery:
    picture, text = fields.take("image", str), fields.take("query", str)
    kind = known.take("type", str)
    if kind == GENERATIVE:
        there, tempting = known.words("truth"), known.words("hallu")
        return AmberQuery(number, picture, text, kind, tuple(there), tuple(tempting))
    truth = known.take("truth", str).lower()
    if truth not in ("yes", "no"):
        raise known.wrong("truth")
    return AmberQuery(number, picture, text, KIND_NAMES.get(kind, "relation"), truth=truth)


class AmberWords:
    """AMBER's words and which of them belong together."""

    def __init__(self, related: dict[str, list[str]], always_safe: Sequence[str] = ()) -> None:
        """Make their plurals.

        Args:
            related: of ``relation.json``: words to those that mean it or a part of it.
            always_safe: of ``safe_words.txt``: words that are never held against a description.
        """
        self._related = related
        self._always_safe = frozenset(always_safe)
        # The published program looks at single nouns only.
        every = {w for key, others in related.items() for w in (key, *others) if " " not in w}
        self._words = ThingWords({word: [word] for word in sorted(every)})

    def table(self, descriptions: Sequence[str], queries: Sequence[AmberQuery]) -> Floats:
        """Return counts by description, shape (n, 8): parts and wholes of the four ``FIGURES``."""
        pairs = zip(descriptions, queries, strict=True)
        return np.array([self._count(text, query) for text, query in pairs], float).reshape(-1, 8)

    def _count(self, text: str, query: AmberQuery) -> tuple[int, ...]:
        nouns = [mention.words for mention in self._words.find(text)]
        there, tempting = self._places(query.there), self._places(query.tempting)
        covered: set[int] = set()
        imagined: set[int] = set()
        n_invented = 0
        for noun in nouns:
            if noun in self._always_safe:
                continue
            if noun in there:
                covered.add(there[noun])
                continue
            if noun in tempting:
                imagined.add(tempting[noun])
            n_invented += 1
        return (
            n_invented, len(nouns), len(covered), len(query.there),
            int(n_invented > 0), 1, len(imagined), len(query.tempting),
        )  # fmt: skip

    def _places(self, annotated: Sequence[str]) -> dict[str, int]:
        """Return which annotated word each noun stands for: related words first, then the annotated ones."""
        places: dict[str, int] = {}
        for place, word in enumerate(annotated):
            for other in self._related.get(word, []):
                places.setdefault(other, place)
        for place, word in enumerate(annotated):
            places.setdefault(word, place)
        return places


def figures(sums: Floats) -> Floats:
    """Return figures, shape (..., 8) to (..., 4), in the order of ``FIGURES``; 0 where undefined."""
    return share(sums[..., 0::2], sums[..., 1::2])


def summarize_descriptions(
    counts: Mapping[str, Floats],
) -> tuple[list[str], list[dict[str, Any]]]:
    """Return plain lines and data of the counts by method, with differences to the unsteered model."""
    lines, summary = [], []
    plain = counts.get(BASELINE)
    for label, table in counts.items():
        values = dict(zip(FIGURES, map(float, figures(table.sum(axis=0))), strict=True))
        one: dict[str, Any] = {"method": label, "captions": len(table)} | {
            name: round(value, 4) for name, value in values.items()
        }
        lines.append(words.method_heading(label, len(table)))
        named = [words.figure(name, f"{value:.3f}") for name, value in values.items()]
        lines.append(words.figures_line(named))
        if plain is not None and label != BASELINE:
            found = intervals.compare(table, plain, figures, len(FIGURES))
            differences = round_differences(dict(zip(FIGURES, found, strict=True)))
            one["differences"] = differences
            lines += [words.difference_line(n, BASELINE, **d) for n, d in differences.items()]
        summary.append(one)
    return lines, summary


def read_words(relation: Path, safe: Path | None) -> AmberWords:
    """Read ``relation.json`` and, where given, ``safe_words.txt``.

    Raises:
        UsageError: one is missing, unreadable or no such file.
    """
    related = read_json(relation)
    if not isinstance(related, dict) or not all(isinstance(v, list) for v in related.values()):
        raise UsageError(words.amber_no_relation(str(relation)))
    always: list[str] = []
    if safe is not None:
        try:
            always = safe.read_text("utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(words.file_unreadable(str(safe), reason)) from error
    return AmberWords(related, [word.strip() for word in always if word.strip()])


def _list(path: Path) -> list[object]:
    content = read_json(path)
    if not isinstance(content, list):
        raise UsageError(words.entry_wrong(str(path), 1, ""))
    return content
