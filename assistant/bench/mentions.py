"""Finds the words of a caption that name things, with their places in the text.

The matching is CHAIR's (Rohrbach et al. 2018, arXiv 1809.02156, section 3.1, and the authors' ``utils/chair.py``):
every word in its singular form, then pairs of words that stand for one, then the words that a table knows. It looks at
words alone: "no dog" mentions a dog.

Singular forms come from the other side: the plural of every word in the table is made once (inflect), so that a word
that is not in the table can never be cut down to one that is ("tennis", "bus", "glass" stay what they are).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

_TOKEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*|[^\w\s]")
"""A word, with its hyphens, or one sign: "hot, dog" is no hot dog."""
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')


@dataclass(frozen=True)
class Token:
    """A word or a sign, in small letters; ``start`` and ``end`` are its characters in the text."""

    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()


@dataclass(frozen=True)
class Mention:
    """A word, or several, that name a thing.

    Attributes:
        words: as they stand in the table, in the singular.
        thing: what they mean, by its name in the table.
        start: first character in the text.
        end: one past its last character.
    """

    words: str
    thing: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """Return the words and signs of a text, in order; a possessive's "'s" becomes a word of its own."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters grow when they are made small; places must stay
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return [Token(found.group(), *found.span()) for found in _TOKEN.finditer(lowered)]


class ThingWords:
    """A table of words that name things."""

    def __init__(
        self,
        things: Mapping[str, Iterable[str]],
        read_as: Mapping[str, str] | None = None,
        hidden_by: Mapping[str, str] | None = None,
        *,
        skips_quoted: bool = False,
    ) -> None:
        """Make all plurals; takes some milliseconds for a hundred words.

        Args:
            things: name of each thing to the words that mean it, in the singular; several words are looked for as they
                stand. The name itself counts only if it is among them.
            read_as: several words, in the singular, to what is looked up in their place; what is in no table then
                names nothing ("train track").
            hidden_by: a word to another one in the caption that takes its meaning from it ("seat" to "toilet").
            skips_quoted: whether words in quotation marks name nothing: a sign that says "TAXI" is no taxi.
        """
        self._thing_of: dict[str, str] = {}
        for thing, names in things.items():
            for name in names:
                self._thing_of.setdefault(name, thing)
        several = {name: name for name in self._thing_of if " " in name}
        self._read_as: dict[str, str] = several | dict(read_as or {})
        self._hidden_by = dict(hidden_by or {})
        self._skips_quoted = skips_quoted
        self._longest = max((name.count(" ") + 1 for name in self._read_as), default=1)
        parts = [name.rpartition(" ") for name in {*self._thing_of, *self._read_as}]
        parts += [name.rpartition(" ") for name in (*self._hidden_by, *self._hidden_by.values())]
        self._singular = {last + "s": last for _, _, last in parts if not last.endswith("s")}
        self._singular |= {pluralize(last): last for _, _, last in parts}
        # A table may hold a word in both forms ("people"); a form that is in the table stays.
        self._singular |= {last: last for _, _, last in parts}

    @property
    def things(self) -> frozenset[str]:
        return frozenset(self._thing_of.values())

    def thing(self, words: str) -> str | None:
        """Return what a name means, as a data set writes it: small letters, singular."""
        return self._thing_of.get(self._read_as.get(words, words))

    def find(self, text: str) -> list[Mention]:
        """Return all mentions of a text, in order; the longest of several words counts."""
        found: list[tuple[str, int, int]] = []
        if self._skips_quoted:
            text = _QUOTED.sub(lambda quoted: "." * len(quoted.group()), text)
        given = tokenize(text)
        at = 0
        while at < len(given):
            length = next((n for n in range(self._longest, 1, -1) if self._pair(given, at, n)), 1)
            words = (
                self._read_as[self._pair(given, at, length)]
                if length > 1
                else self._single(given[at])
            )
            found.append((words, given[at].start, given[at + length - 1].end))
            at += length
        said = {words for words, _, _ in found}
        return [
            Mention(words, self._thing_of[words], start, end)
            for words, start, end in found
            if words in self._thing_of and self._hidden_by.get(words) not in said
        ]

    def _single(self, token: Token) -> str:
        return self._singular.get(token.text, token.text)

    def _pair(self, given: list[Token], at: int, n: int) -> str:
        """Return those n words as one name of the table, or ""."""
        if at + n > len(given):
            return ""
        # Published rules make each word singular, so "hot dogs", and data such as "sports ball", both fit.
        words = [token.text for token in given[at : at + n]]
        for first in (words[:-1], [self._single(token) for token in given[at : at + n - 1]]):
            name = " ".join([*first, self._single(given[at + n - 1])])
            if name in self._read_as:
                return name
        return ""


@cache
def pluralize(word: str) -> str:
    """Return the plural of a noun in the singular."""
    return str(_inflector().plural_noun(word)) if word else word


@cache
def _inflector():  # type: ignore[no-untyped-def]
    import inflect  # slow to import, and needed by one command only

    return inflect.engine()
