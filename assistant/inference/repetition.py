"""Stops an answer that repeats itself, after the first copy.

Attention steering is known to cause loops, and a loop read aloud is worse than a shorter answer. Tokens are compared
with those one period earlier, for every period at once. While the newest tokens are a copy, their text is held back,
so that a copied sentence is not spoken before it is clear whether it is a loop.
"""

from __future__ import annotations

import numpy as np

MAX_PERIOD = 128
"""The longest repeated stretch that is noticed, in tokens."""
N_COPIES = 3
"""Copies, the first included, that make a loop."""
MIN_LOOP_TOKENS = 24
"""Copied tokens that a short stretch needs: "very very very" is still English."""
LONG_PERIOD = 8
"""A stretch from this length on is a sentence or a long n-gram: three copies are enough."""


class RepetitionGuard:
    """Watches one answer's tokens; once it loops, nothing more is released."""

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._texts: list[str] = []
        self._run = np.zeros(MAX_PERIOD + 1, np.int64)
        self._n_released = 0
        self._cut: int | None = None

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
        if np.any(self._run[1:] >= np.minimum(periods[1:], LONG_PERIOD)):
            return ""
        return self.close()

    def _end_of_first_copy(self, cut: int, period: int) -> int:
        # A run can begin before its sentence ends, because the sentence before ended the same way.
        if "".join(self._texts[:cut]).rstrip().endswith((".", "!", "?")):
            return cut
        for i in range(cut, min(cut + period, len(self._texts))):
            if self._texts[i].rstrip().endswith((".", "!", "?")):
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
