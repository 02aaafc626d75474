"""Token bytes to text: whole UTF-8 characters only, however tokens split them."""

from __future__ import annotations

import codecs


class PieceDecoder:
    """Turns the bytes of one token after the other into text that never ends inside a character."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def feed(self, token_bytes: bytes) -> str:
        """The characters that these bytes complete; may be empty."""
        return self._decoder.decode(token_bytes)

    def close(self) -> str:
        """What is left at the end: a replacement character if a character stayed incomplete."""
        return self._decoder.decode(b"", final=True)
