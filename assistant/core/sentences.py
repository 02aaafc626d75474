"""Cuts a stream of text into sentences while it is still being written.

A sentence is given out as soon as the text after it shows that it has ended, so that it can be spoken
while the model writes on. The cut does not depend on how the text was chopped into pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof st sr jr vs etc e.g i.e approx no fig vol dept est inc ltd co corp
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun a.m p.m u.s u.k ca cf
    al ft in lb oz min max sec""".split()  # noqa: SIM905 - a list of words is easier to read so
)
"""Words before a full stop that do not end a sentence unless a capital letter follows some of them."""

ENDING_ABBREVIATIONS = frozenset({"etc", "a.m", "p.m", "in", "no", "ft", "sec", "min", "max", "al"})
"""Abbreviations (or words that look like one) that may well end a sentence when a capital follows."""

OWN_ENDS = "。！？｡\u0964\u0965\u061f\u06d4\u0589\u1362\u17d4\u104b"
"""Ends of Chinese, Japanese, Hindi, Arabic, Urdu, Armenian, Amharic, Khmer and Burmese sentences.

They mean nothing else and need no space after them.
"""

_CLOSERS = "\"'”’»)]}*_」』）】"
_END = re.compile(rf"(?:[.!?…]*[{OWN_ENDS}][.!?…{OWN_ENDS}]*|[.!?…]+)[{re.escape(_CLOSERS)}]*")
_LAST_WORD = re.compile(r"([^\s(\[{\"'“‘«]+)$")
_LIST_NUMBER = re.compile(r"(?:^|\n)\s*\(?\d{1,3}$|(?:^|\n)\s*[A-Za-z]$")

MAX_SENTENCE_CHARS = 600
"""A sentence longer than this is cut at a space: speech must not wait for a sentence that never ends."""


class SentenceSplitter:
    """Takes pieces, gives sentences. Joined with their white space, nothing is lost or added."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, piece: str) -> list[str]:
        """Add a piece and return the sentences that are now known to be complete, stripped."""
        self._text += piece
        return list(self._take(is_final=False))

    def finish(self) -> list[str]:
        """Return what is left, as sentences, and start afresh."""
        sentences = list(self._take(is_final=True))
        rest, self._text = self._text.strip(), ""
        return [*sentences, rest] if rest else sentences

    def reset(self) -> None:
        """Forget what was fed."""
        self._text = ""

    def _take(self, *, is_final: bool) -> Iterator[str]:
        while True:
            self._text = self._text.lstrip()
            end = _first_end(self._text, is_final=is_final)
            if end is None:
                return
            sentence, self._text = self._text[:end].rstrip(), self._text[end:]
            yield sentence


def split_sentences(text: str) -> list[str]:
    """Cut a whole text; the same cuts as a ``SentenceSplitter`` makes however it is fed."""
    splitter = SentenceSplitter()
    return [*splitter.feed(text), *splitter.finish()]


def _first_end(text: str, *, is_final: bool) -> int | None:
    """Return the index just after the first sentence, or None while that is not known."""
    stop, is_open = _first_stop(text, is_final=is_final)
    line = (
        text.find("\n") + 1
    )  # lists and headings have no full stops, so a line break ends a sentence
    end = min((e for e in (stop, line) if e), default=None)
    if end is not None and end <= MAX_SENTENCE_CHARS:
        return end
    if len(text) > MAX_SENTENCE_CHARS and not is_open:
        space = text.rfind(" ", 1, MAX_SENTENCE_CHARS)
        return space if space > 0 else MAX_SENTENCE_CHARS
    return None


def _first_stop(text: str, *, is_final: bool) -> tuple[int | None, bool]:
    """Return the end of the first sentence by its marks, or None.

    The second value is True while a mark within the allowed length waits for the text after it: then
    nothing may be cut by force either, or the cut would depend on how the text was chopped.
    """
    for match in _END.finditer(text):
        end = match.end()
        following = text[end:].lstrip()
        if end == len(text):  # more dots, a closing quote or a digit may still come
            return (end, False) if is_final else (None, match.start() <= MAX_SENTENCE_CHARS)
        if any(mark in OWN_ENDS for mark in match.group()):
            return end, False
        if not text[end].isspace():
            continue
        if not following:  # whether the next word has a capital is not known yet
            return (end, False) if is_final else (None, match.start() <= MAX_SENTENCE_CHARS)
        if _ends_here(text[: match.start()], match.group(), following[0]):
            return end, False
    return None, False


def _ends_here(before: str, mark: str, following: str) -> bool:
    """Return whether a mark between ``before`` and a character ``following`` after white space ends a sentence."""
    if mark[0] in "!?":
        return not following.islower()
    if mark.startswith(("...", "…", "..")):
        return not following.islower()
    if _LIST_NUMBER.search(before):
        return False
    found = _LAST_WORD.search(before)
    word = found.group(1) if found else ""
    if len(mark) == 1:
        if len(word) == 1 and word.isalpha() and word.isupper() and word != "I":
            return False  # an initial: J. Smith
        if word.lower() in ABBREVIATIONS:
            return word.lower() in ENDING_ABBREVIATIONS and not (
                following.islower() or following.isdigit()
            )
    return not following.islower()
