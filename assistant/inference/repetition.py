"""Stops an answer that repeats itself, after the first copy.

Attention steering is known to cause loops, and a loop read aloud is worse than a shorter answer. Tokens are compared
with those one period earlier, for every period at once. While the newest tokens are a copy, their text is held back,
so that a copied sentence is not spoken before it is clear whether it is a loop.

A model that is steered too strongly repeats no stretch: it says the same few words in any order. So the newest words
are counted too. ``FEW_WORDS`` was chosen on the embedded model: 208 good captions have at least 9 different words
among 24 and 21 among 48, and 39 captions of one that lost its way all come down to 4 and 9.
"""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

MAX_PERIOD = 128
"""The longest repeated stretch that is noticed, in tokens."""
N_COPIES = 3
"""Copies, the first included, that make a loop."""
MIN_LOOP_TOKENS = 24
"""Copied tokens that a short stretch needs: "very very very" is still English."""
LONG_PERIOD = 8
"""A stretch from this length on is a sentence or a long n-gram: three copies are enough."""


FEW_WORDS = ((24, 5), (48, 12))
"""So many of the newest words, and how few different ones among them make a loop."""
MAX_RUN = 8
"""The same word so many times running is a loop."""
MAX_STUTTERS = 8
"""So many words among 24 that are the word before once more are a loop."""
_HELD_WORDS, _HELD_FEW = 10, 4
"""Newest words with so few different ones are held back until it is clear."""
_ENDS = (".", "!", "?", "।", "؟", "۔", "。", "！", "？")
# Chinese and Japanese put no spaces between words: there a sign is a word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3000-\u30ff\u3400-\u9fff!-/:-@\[-`{-~]+")
_NUMBER = "0"


class _Words:
    """The words of an answer, without case and punctuation; all numbers are one word."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._starts: list[int] = []
        self._open, self._open_start = "", 0

    def feed(self, text: str, index: int) -> bool:
        """Take the text of the token with this index; return whether it completed a word."""
        if not self._open.strip():
            self._open, self._open_start = "", index
        self._open += text
        done = 0
        for found in _WORD.finditer(self._open):
            if found.end() == len(self._open):
                break  # it may go on
            word = found[0].casefold()
            self._words.append(_NUMBER if any(map(str.isdigit, word)) else word)
            self._starts.append(self._open_start if done == 0 else index)
            done = found.end()
        if done:
            self._open, self._open_start = self._open[done:], index
        return done > 0

    @property
    def is_doubtful(self) -> bool:
        """Return whether the newest words may be the beginning of a loop."""
        newest = self._words[-_HELD_WORDS:]
        return len(newest) == _HELD_WORDS and len(set(newest)) <= _HELD_FEW

    def find_run(self) -> int | None:
        """Return the token at which the second of many equal words begins."""
        newest = self._words[-MAX_RUN:]
        is_run = len(newest) == MAX_RUN and len(set(newest)) == 1 and newest[0] != _NUMBER
        return self._starts[1 - MAX_RUN] if is_run else None

    def find_circle(self) -> int | None:
        """Return the token with the first repeated word, where the newest words are the same few in any order."""
        for n_words, few in FEW_WORDS:
            newest = self._words[-n_words:]
            if len(newest) < n_words or newest.count(_NUMBER) > n_words // 2:  # a timetable
                continue
            n_stutters = sum(a == b for a, b in pairwise(newest))
            if len(set(newest)) <= few or (n_words == 24 and n_stutters >= MAX_STUTTERS):
                first = next(i for i, word in enumerate(newest) if word in newest[:i])
                return self._starts[first - n_words]
        return None


class RepetitionGuard:
    """Watches one answer's tokens; once it loops, nothing more is released."""

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._texts: list[str] = []
        self._run = np.zeros(MAX_PERIOD + 1, np.int64)
        self._n_released = 0
        self._cut: int | None = None
        self._words = _Words()

    @property
    def is_looping(self) -> bool:
        return self._cut is not None

    def feed(self, token: int, text: str) -> str:
        """Take the next token and the text it completed; return the text that may go out now."""
        self._tokens.append(token)
        self._texts.append(text)
        n = len(self._tokens)
        reach = min(MAX_PERIOD, n - 1)
        if reach:
            earlier = np.array(self._tokens[-2 : -reach - 2 : -1])
            same = earlier == token
            self._run[1 : reach + 1] = np.where(same, self._run[1 : reach + 1] + 1, 0)
        periods = np.arange(MAX_PERIOD + 1)
        needed = np.maximum(
            (N_COPIES - 1) * periods, np.where(periods < LONG_PERIOD, MIN_LOOP_TOKENS, 0)
        )
        loops = np.flatnonzero((self._run >= needed) & (periods > 0))
        if len(loops):
            # A stretch that repeats with 4 tokens also does with 8, which reaches its three copies earlier.
            period = int(np.flatnonzero(self._run >= loops[0])[0])
            self._cut = self._end_of_first_copy(n - int(self._run[period]), period)
            return ""
        if self._words.feed(text, n - 1):
            self._cut = self._words.find_run()
            circle = self._words.find_circle() if self._cut is None else None
            if circle is not None:
                self._cut = self._nearest_end(circle)
            if self.is_looping:
                return ""
        is_copy = bool(np.any(self._run[1:] >= np.minimum(periods[1:], LONG_PERIOD)))
        return "" if is_copy or self._words.is_doubtful else self.close()

    def _nearest_end(self, cut: int) -> int:
        # The sentence in which a model loses its way makes no sense from its beginning, unless it is the first.
        places = (*range(cut, 0, -1), *range(cut + 1, min(cut + MIN_LOOP_TOKENS, len(self._texts))))
        return next((i for i in places if self._texts[i - 1].rstrip().endswith(_ENDS)), cut)

    def _end_of_first_copy(self, cut: int, period: int) -> int:
        # A run can begin before its sentence ends, because the sentence before ended the same way.
        if "".join(self._texts[:cut]).rstrip().endswith(_ENDS):
            return cut
        for i in range(cut, min(cut + period, len(self._texts))):
            if self._texts[i].rstrip().endswith(_ENDS):
                return i + 1
        return cut

    def close(self) -> str:
        """Return what is still held back, up to the first copy if the answer loops."""
        end = len(self._texts) if self._cut is None else self._cut
        text = "".join(self._texts[self._n_released : end])
        self._n_released = max(self._n_released, end)
        return text

    def text(self, tail: str = "") -> str:
        """Return the whole answer, without the repeated copies."""
        return "".join(self._texts[: self._cut]) + ("" if self.is_looping else tail)
