"""Keeps from the ear what makes no sense: sentences that break off, stutter or go round in a circle.

A model that loses its way writes "At the bottom right there is a There is nothing at the top left.", "another large
large large large boat", or "a shop with a boat, a boat, a boat and a boat". A part that breaks off is left out, and so
is a sentence that goes round in a circle. A word that was written twice or three times is said once, and a sentence
that lacks the full stop before it becomes one of its own.

The rules were written after answers of the embedded model to photographs, which it cannot understand. Words that run
on are found in every language; the other rules look for English words and leave other languages alone.
`python -m scripts.bench.fluency` counts what they do to good sentences and to broken ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

Thing = tuple[str, ...]

N_TIMES = 3
"""The same so often running or in one list makes no sense; twice is still English."""
MAX_LISTED = 4
"""A thing that is listed more often is no list of things that are there, but a circle."""

_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|„[^“”]*[“”]|‘[^’]*’")
# In what is quoted, spaces and commas are taken out of the way; control characters never get here.
_HIDDEN = str.maketrans(" ,", "\0\1")
_SHOWN = str.maketrans("\0\1", " ,")
_BROKEN_OFF = "\N{EM DASH}\N{EM DASH}"
_TOKEN = re.compile(r"\"[^\"]*\"|“[^”]*”|[\w'’-]+|[,;]")
_COMMA = re.compile(r"[,;،、，；]")
_MARKS = "\"'“”‘’()[],;:.!?…*"

# A capital before these in mid-sentence begins a new one. Most titles ("The Last of Us") have more capitals.
_OPENING = re.compile(
    r"(?:There (?:is|are|was|were)|This (?:is|picture|image|photo|shows)|It (?:is|has|shows)|In all there|"
    r"(?:At|On|In|To) the (?:top|bottom|left|right|middle|cent(?:er|re)|background|foreground|image|picture)|"
    r"The (?:image|picture|photo|scene|background) (?:is|has|shows))\b"
)
_MAYBE_OPENING = re.compile(r"(?:There|This|The|Another) [a-z]|(?:I|We) (?:can|see|find)\b")
_BEFORE_CAPITAL = re.compile(r"(?<=[a-z,]) (?=[A-Z])")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ARTICLES = _words("a an another")
_LOOKS = _words("black white grey gray red green blue yellow orange brown pink purple small large")
_OPEN_ENDS = _ARTICLES | _LOOKS
"""A phrase does not stop here before an opening."""
_NO_ENDS = _OPEN_ENDS | _words("the of with and or in on at to by from next is are")
"""What is left before a new sentence makes no sense when it ends so."""
_SAYING = _words(
    "says say said saying reads read reading word words titled called labeled labelled marked"
)
_SAID_ONCE = _LOOKS | _words("a an the this with")
"""Written twice running, these are a slip."""
_ENGLISH = _words("the this with there are and is another at")

_UNENDED = re.compile(
    r"\b(?:(?:there is|can see|we find|it is|shows|next to|beside|with) (?:an?|another)|"
    r"(?:in|on|at|of|is|see) the|that (?:says|reads))[.!?]+$"
)
_EMPTY_QUOTE = re.compile(r"\b(?:says|reads|saying|reading)(?:\"| \" )")
_MARKED = re.compile(r"\d?\"[^\"]*\"")
_SWALLOWED = re.compile(r"\".*\b(?:says|reads) ?\"")
"""Between two marks that both open a quotation; after a number, a mark means inches."""
_PHRASE_RUN = re.compile(r"(?<!\S)([a-z][^\s,;]*(?: [^\s,;]+){1,3})(?: \1){2,}(?!\w)")

_BETWEEN = re.compile(r"(,? and (?=an?\b|another\b)|, )")
_ENDS = ".!?"
_LISTING = _words(", ; and or")
_JOINING = _LISTING | _words("with beside next to near behind under on")
_DETERMINERS = _ARTICLES | {"one"}
_AFTER_A_THING = _words("in on at of with that which who is are it by from for beside near")


def mend_sentence(sentence: str) -> tuple[str, ...]:
    """Return what can be said of a sentence, as sentences; none of them where nothing makes sense.

    A sentence with nothing wrong is returned as it is.
    """
    return tuple(filter(None, map(_mend, _split(sentence))))


def is_left_out(sentence: str) -> bool:
    """Return whether ``mend_sentence`` leaves a part of the sentence out."""
    return any(part and not _mend(part) for part in _split(sentence))


def _split(sentence: str) -> list[str]:
    """Cut where a new sentence begins in the middle of another; what breaks off there ends in a dash."""
    parts, start = [], 0
    for gap in _BEFORE_CAPITAL.finditer(sentence):
        before = sentence[start : gap.start()]
        if _begins_anew(before, sentence[gap.end() :]):
            is_cut = _last_word(before) in _NO_ENDS
            parts.append(before + _BROKEN_OFF if is_cut else before.rstrip(",") + ".")
            start = gap.end()
    return [*parts, sentence[start:]]


def _begins_anew(before: str, after: str) -> bool:
    last = _last_word(before)
    if last in _SAYING or before.count('"') % 2 or after.lower().startswith(last + " "):
        return False  # what is said is quoted, perhaps without marks; a copy of one word is a slip
    if last in _OPEN_ENDS and _MAYBE_OPENING.match(after):
        return True
    return _OPENING.match(after) is not None


def _mend(part: str) -> str:
    """Return a part with each thing and word said once; empty where it makes no sense."""
    if _breaks_off(part):
        return ""
    hidden = _QUOTED.sub(lambda quoted: quoted[0].translate(_HIDDEN), part)
    if _repeats_a_word(hidden):
        return ""
    mended = _list_once(_say_once(hidden))
    return "" if _goes_in_a_circle(mended) else mended.translate(_SHOWN)


def _breaks_off(part: str) -> bool:
    if part.endswith(_BROKEN_OFF):
        return True
    if _UNENDED.search(part):
        return True
    is_open = part.count('"') % 2 == 1 and _EMPTY_QUOTE.search(part) is not None
    return is_open or any(map(_SWALLOWED.match, _MARKED.findall(part)))


def _repeats_a_word(part: str) -> bool:
    runs = (copies for copies in _runs(part) if len(copies) > N_TIMES)
    return any(map(_can_be_said_once, runs)) or _PHRASE_RUN.search(part) is not None


def _say_once(part: str) -> str:
    """Take out the copies of a word that is written three times running, or twice where that is never meant."""
    least = 2 if _is_english(part) else N_TIMES
    said: list[str] = []
    for copies in _runs(part):
        n_meant = least if _bare(copies[0]) in _SAID_ONCE else N_TIMES
        if len(copies) >= n_meant and _can_be_said_once(copies):
            # The first has the capital, the last one the comma or the full stop.
            copies = [copies[0] + copies[-1][len(copies[0]) :]]
        said += copies
    return " ".join(said)


def _runs(part: str) -> Iterator[list[str]]:
    """Give each word with the copies that follow it after a space."""
    run: list[str] = []
    for word in part.split(" "):
        # A capital after none begins a name: "the The Hague area".
        is_copy = run and word.rstrip(_MARKS) in (run[-1], run[-1].lower())
        if run and not is_copy:
            yield run
            run = []
        run.append(word)
    yield run


def _can_be_said_once(copies: Sequence[str]) -> bool:
    """Return whether copies of a word are no name ("Duran Duran"), no number and no quotation."""
    word = copies[-1]
    is_name = word[0].isupper() and _bare(word) not in _SAID_ONCE
    return word[0].isalpha() and not is_name


def _goes_in_a_circle(part: str) -> bool:
    """Return whether the same thing comes again and again in a list."""
    phrases = [" ".join(phrase.split()).casefold() for phrase in _COMMA.split(part)]
    for phrase, copies in groupby(phrases):
        n_most = N_TIMES if " " in phrase else N_TIMES + 1
        if phrase[:1].isalpha() and len(list(copies)) >= n_most:
            return True
    listed, joined = (_cut_at(_tokens(part), words) for words in (_LISTING, _JOINING))
    return bool(_lists_again(listed)) or _joins_again(joined)


def _lists_again(phrases: Sequence[Sequence[str]]) -> set[Thing]:
    """Return the things that a list has three times, with nothing said of them that would make a difference."""
    wholes = [_whole(phrase) for phrase in phrases]
    ends = [_ends(phrase) for phrase in phrases]
    return {
        thing
        for thing in wholes
        if thing and wholes.count(thing) > 1 and ends.count(thing) >= N_TIMES
    }


def _list_once(part: str) -> str:
    """Take a thing's copies out of a list: it was there to be counted, and once it is still true."""
    phrases, between = _BETWEEN.split(part)[::2], _BETWEEN.findall(part)
    things = [_whole(_tokens(phrase)) for phrase in phrases]
    ends = [_ends(_tokens(phrase)) for phrase in phrases]
    again = {t for t in _lists_again(list(map(_tokens, phrases))) if ends.count(t) <= MAX_LISTED}
    kept = [i for i, thing in enumerate(things) if thing not in again or thing not in ends[:i]]
    if len(kept) == len(phrases):
        return part
    text = phrases[kept[0]]
    for i in kept[1:]:
        is_last = i == kept[-1] and len(phrases) - 1 not in kept
        text += (" and " if is_last else between[i - 1]) + phrases[i]
    return text.rstrip(_ENDS) + part[len(part.rstrip(_ENDS)) :]


def _joins_again(phrases: Sequence[Sequence[str]]) -> bool:
    """Return whether a thing stands beside itself beside itself: a table with a table with a table."""
    return any(
        bool(thing := _whole(middle)) and _ends(first) == thing == _begins(last)
        for first, middle, last in zip(phrases, phrases[1:], phrases[2:], strict=False)
    )


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.casefold())


def _cut_at(tokens: Sequence[str], words: frozenset[str]) -> list[list[str]]:
    """Return the phrases between some words."""
    groups = groupby(tokens, key=lambda token: token in words)
    return [list(phrase) for is_between, phrase in groups if not is_between]


def _whole(phrase: Sequence[str]) -> Thing:
    """Return the words of a phrase that is a thing and nothing more; empty for another one."""
    return tuple(phrase[1:]) if phrase and phrase[0] in _DETERMINERS else ()


def _ends(phrase: Sequence[str]) -> Thing:
    """Return the thing that a phrase ends with."""
    starts = [i for i, word in enumerate(phrase) if word in _DETERMINERS]
    return tuple(phrase[starts[-1] + 1 :]) if starts else ()


def _begins(phrase: Sequence[str]) -> Thing:
    """Return the thing that a phrase begins with, without what is said of it."""
    thing = _whole(phrase)
    ends = (i for i, word in enumerate(thing) if word in _AFTER_A_THING)
    return thing[: next(ends, len(thing))]


def _last_word(text: str) -> str:
    return _bare(text.rsplit(" ", 1)[-1])


def _bare(word: str) -> str:
    return word.strip(_MARKS).lower()


def _is_english(text: str) -> bool:
    return any(_bare(word) in _ENGLISH for word in text.split())
