"""Which earlier turns of a conversation have to go when the context is full."""

from __future__ import annotations

from collections.abc import Sequence

ANSWER_ROOM = 256
"""Tokens that are kept free for an answer, where it may become that long."""


def turns_to_drop(turn_tokens: Sequence[int], n_over: int, n_before: int = 0) -> int:
    """How many of the oldest turns to leave out.

    A turn that goes makes all that follows be read again, so when one has to, room is made for several
    questions: what stays fills at most half of the room for turns. Until that is full, the same are left out.

    Args:
        turn_tokens: tokens of each turn, oldest first.
        n_over: tokens by which the whole prompt is too long; not above 0 when it fits.
        n_before: how many were left out of what the cache holds now.
    """
    if n_over <= 0:
        return 0
    if 0 < n_before <= len(turn_tokens) and sum(turn_tokens[:n_before]) >= n_over:
        return n_before
    kept = sum(turn_tokens)
    room = max(0, kept - n_over) // 2
    for n_dropped, n_tokens in enumerate(turn_tokens):
        if kept <= room:
            return n_dropped
        kept -= n_tokens
    return len(turn_tokens)
