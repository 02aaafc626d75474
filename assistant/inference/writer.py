"""Tokens to the answer's text: whole characters, no leading space, no loops, one ``Piece`` event each."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from assistant.core.events import Piece
from assistant.inference.repetition import RepetitionGuard
from assistant.inference.vocabulary import Vocabulary


class AnswerWriter:
    """Collects one answer, ``n_tokens`` so far, and emits it piece by piece."""

    def __init__(self, vocabulary: Vocabulary, emit: Callable[[Piece], None]) -> None:
        self._vocabulary, self._emit = vocabulary, emit
        self._decoder = PieceDecoder()
        self._guard = RepetitionGuard()
        self._has_started = False
        self.n_tokens = 0

    @property
    def is_looping(self) -> bool:
        return self._guard.is_looping

    def write(self, token: int) -> str:
        """Take the next token; return the text that it completed."""
        text = self._decoder.feed(self._vocabulary.token_bytes(token))
        self.n_tokens += 1
        self._send(self._guard.feed(token, text))
        return text

    def _send(self, text: str) -> None:
        if not self._has_started:
            text = text.lstrip()
        if text:
            self._has_started = True
            self._emit(Piece(text))

    def close(self) -> str:
        """Emit what was held back and return the whole answer, stripped."""
        tail = self._decoder.close()
        self._send(self._guard.close() + ("" if self.is_looping else tail))
        return self._guard.text(tail).strip()


class PieceDecoder:
    """Turns the bytes of one token after the other into text that never ends inside a character."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def feed(self, token_bytes: bytes) -> str:
        """Return the characters that these bytes complete, if any."""
        return self._decoder.decode(token_bytes)

    def close(self) -> str:
        """Return a replacement character if the last character stayed incomplete."""
        return self._decoder.decode(b"", final=True)
