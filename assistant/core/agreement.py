"""Compares two descriptions of one picture: what both mention, and what only one does.

A second, differently sampled description seldom invents the same thing again, so a thing that only one of
the two mentions deserves doubt. The comparison is of words, not of meaning: "sofa" and "couch" count as two
things. It can raise a doubt, and never takes one away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.core.findings import Thing
from assistant.messages import session as words
from assistant.messages.glance_things import check_seen

MOST_THINGS_NAMED = 8
"""Things that a comparison names of each sort; more cannot be kept in mind while listening."""

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+|[.,;:!?]")

_DENIES = re.compile(r"\b(?:no|not|nobody|without)\b", re.IGNORECASE)

_NOT_THINGS = frozenset(
    """
    a an the this that these those some any each every all both another other others one ones it its he she they them
    his her their theirs we you i there here who which what whose where when while as than then so such not no nor and
    or but if of in on at by to from with without for into onto over under above below near beside besides behind
    between among across around through along against toward towards up down out off within about upon next close
    front back left right top bottom middle center centre side sides part parts background foreground corner edge
    is are was were be been being am has have had do does did can could may might must will would shall should seem
    seems seemed appear appears appeared look looks looking show shows showing shown see sees seen sit sits sitting
    stand stands standing lie lies lying lay hold holds holding wear wears wearing walk walks walking run runs running
    make makes made take takes taken contain contains feature features featuring depict depicts depicting include
    includes including place placed position positioned locate located add adds adding create creates creating
    capture captures captured set give gives giving get gets very quite rather also too just only even more most less
    least many much several few various different same suggest suggests suggesting indicate indicates indicating
    say says saying said find finds finding found nearer nearest further furthest farther farthest away nothing
    image picture photo photograph scene view overall possibly likely perhaps probably slightly partly
    """.split()  # noqa: SIM905 - a hundred quotation marks would hide the words
)
_COUNTS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10",
}  # fmt: skip
_SAME = _COUNTS | {
    "gray": "grey",
    "little": "small",
    "tiny": "small",
    "big": "large",
    "huge": "large",
}
_KINDS = {
    "colour": frozenset(
        """black white grey red green blue yellow orange brown pink purple violet beige gold golden silver turquoise
        tan navy teal""".split()  # noqa: SIM905
    ),
    "size": frozenset("small large tall short long wide narrow medium".split()),  # noqa: SIM905
}
"""A thing that is small for one description and brown for the other may well be both."""

_FAMILIES = {
    "person": """person people man men woman women boy girl child children baby kid lady guy player rider worker
        pedestrian""".split(),  # noqa: SIM905
    "animal": """animal bird cat kitten dog puppy horse sheep cow elephant bear zebra giraffe duck goat monkey
        rabbit""".split(),  # noqa: SIM905
    "vehicle": """vehicle bicycle bike car taxi motorcycle motorbike scooter bus train truck lorry
        van""".split(),  # noqa: SIM905
}
"""What a description may call what the detector only calls a person, an animal, or a vehicle."""


@dataclass(frozen=True)
class Agreement:
    """What two descriptions share.

    Attributes:
        both: things that both mention, in the first one's order.
        first_only: things that only the first mentions.
        second_only: things that only the second mentions.
        differing: pairs of phrases about one thing that describe it differently.
    """

    both: tuple[str, ...]
    first_only: tuple[str, ...]
    second_only: tuple[str, ...]
    differing: tuple[tuple[str, str], ...]


def compare(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """Compare the sentences of two descriptions."""
    ours, theirs = _things(first), _things(second)
    both = tuple(phrases[0] for head, phrases in ours.items() if head in theirs)
    pairs = [_find_difference(ours[head], theirs[head]) for head in ours if head in theirs]
    return Agreement(
        both,
        tuple(phrases[0] for head, phrases in ours.items() if head not in theirs),
        tuple(phrases[0] for head, phrases in theirs.items() if head not in ours),
        tuple(pair for pair in pairs if pair is not None),
    )


def agreement_lines(agreement: Agreement) -> list[str]:
    """Return what is said about a comparison."""
    if not (agreement.both or agreement.first_only or agreement.second_only):
        return [words.CHECK_NOTHING]
    lines = [words.CHECK_NONE_AGREED]
    if agreement.both:
        lines = [words.check_both(*_name_some(agreement.both))]
    lines += [words.check_differs(*pair) for pair in agreement.differing[:MOST_THINGS_NAMED]]
    if len(agreement.differing) > MOST_THINGS_NAMED:
        lines.append(words.check_more_differ(len(agreement.differing) - MOST_THINGS_NAMED))
    if agreement.first_only:
        lines.append(words.check_first_only(*_name_some(agreement.first_only)))
    if agreement.second_only:
        lines.append(words.check_second_only(*_name_some(agreement.second_only)))
    if not (agreement.first_only or agreement.second_only or agreement.differing):
        lines.append(words.CHECK_AGREES)
    return lines


def same_answer_lines(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Return what two answers to one question are told as: alike, or each in its own words.

    Words alone do not tell "there is a car" from "there is no car", so nothing is said of single things.
    """
    texts = [" ".join(answer) for answer in (first, second)]
    if len({" ".join(_WORD.findall(text.lower())) for text in texts}) == 1:
        return [words.CHECK_SAME_ANSWER]
    return [words.check_other_answer(texts[1])]


def witness_lines(sentences: Sequence[str], seen: Sequence[Thing]) -> list[str]:
    """Return the line about what a description names and a detector saw as well, as the detector calls it.

    It stands for the thing, not for what is said of it; what a detector missed deserves no doubt.
    """
    heads = set(_things([sentence for sentence in sentences if not _DENIES.search(sentence)]))
    names = dict.fromkeys(thing.name for thing in seen)
    also = [name for name in names if heads & {name.split()[-1], *_FAMILIES.get(name, ())}]
    return [check_seen(also[:MOST_THINGS_NAMED])] if also else []


def _things(sentences: Sequence[str]) -> dict[str, list[str]]:
    """Phrases by their head, in order: runs of words that may name a thing, the last one the head."""
    found: dict[str, list[str]] = {}
    for sentence in sentences:
        run: list[str] = []
        for word in [*_WORD.findall(sentence.lower()), "."]:
            if word in _NOT_THINGS or not word[0].isalnum():
                if run:
                    found.setdefault(_singular(run[-1]), []).append(" ".join(run))
                run = []
            else:
                run.append(word)
    return found


def _name_some(things: Sequence[str]) -> tuple[Sequence[str], int]:
    """Return as many as can be kept in mind, and how many more there are; one more is named as quickly."""
    more = len(things) - MOST_THINGS_NAMED
    return (things[:MOST_THINGS_NAMED], more) if more > 1 else (things, 0)


def _find_difference(phrases: Sequence[str], others: Sequence[str]) -> tuple[str, str] | None:
    """Return what each says of a thing that fits nothing that the other says of it; None where all fits.

    A thing that is mentioned again without a word about it ("the car") says nothing that could differ.
    """
    ours, theirs = ({p: _said_of(p) for p in said if " " in p} for said in (phrases, others))
    # What both say in the same words is the same thing; the rest may be further ones of its sort.
    mine = {p: said for p, said in ours.items() if said not in theirs.values()}
    yours = {p: said for p, said in theirs.items() if said not in ours.values()}
    odd = (p for p in mine if not any(_fits(mine[p], other) for other in yours.values()))
    odd_other = (p for p in yours if not any(_fits(yours[p], other) for other in mine.values()))
    pair = next(odd, ""), next(odd_other, "")
    return pair if all(pair) else None


def _said_of(phrase: str) -> frozenset[str]:
    return frozenset(_SAME.get(word, word) for word in phrase.split()[:-1])


def _fits(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Return whether both can be said of one thing: one says more, or each says something of another kind."""
    extra = [(_kind(mine), _kind(yours)) for mine in ours - theirs for yours in theirs - ours]
    return all(mine and yours and mine != yours for mine, yours in extra)


def _kind(word: str) -> str:
    """Return what sort of word it is; empty where that is not known."""
    if word.isdigit():
        return "number"
    return next((name for name, kind in _KINDS.items() if word in kind), "")


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
