"""A model's tokens: from text and back, what they mean, and words that must not be read as control tokens.

Source: llama.cpp's ``include/llama.h``, ``llama_vocab_*`` and ``llama_tokenize``.
"""

from __future__ import annotations

import ctypes
from typing import Any

from llama_cpp import llama_cpp

_MOST_DISARMS = 8


class Vocabulary:
    """The vocabulary of a loaded model, which has to outlive this."""

    def __init__(self, model: Any) -> None:
        self._vocab = llama_cpp.llama_model_get_vocab(model)
        self.n_vocab: int = llama_cpp.llama_vocab_n_tokens(self._vocab)

    def token_bytes(self, token: int) -> bytes:
        """Return a token's bytes; none for control tokens."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            n = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, size, 0, False)
            if n >= 0:
                return buffer.raw[:n]
            size = -n

    def count_tokens(self, text: str) -> int:
        return len(self._tokenize(text))

    def disarm(self, words: str) -> str:
        """Return a person's or a model's words in which no control token is read, such as ``<|im_end|>``.

        Templates put words and control tokens into one text. A space inside the words that would be read as one
        keeps them what they are: words.
        """
        for _ in range(_MOST_DISARMS):
            forged = {
                self._text(token)
                for token in self._tokenize(words)
                if llama_cpp.llama_vocab_is_control(self._vocab, token)
            } - {""}
            if not any(text in words for text in forged):
                break
            for text in forged:
                words = words.replace(text, f"{text[0]} {text[1:]}" if len(text) > 1 else " ")
        return words

    def is_end(self, token: int) -> bool:
        """Whether the token ends an answer (EOS, EOT)."""
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

    @property
    def adds_bos(self) -> bool:
        """Whether BOS comes before a prompt by itself; where not, the template's own is kept."""
        return bool(llama_cpp.llama_vocab_get_add_bos(self._vocab))

    def special_text(self, name: str) -> str:
        """Return the text of the "bos" or "eos" token, or an empty string."""
        token = getattr(llama_cpp, f"llama_vocab_{name}")(self._vocab)
        return self._text(token) if token >= 0 else ""

    def _text(self, token: int) -> str:
        text = llama_cpp.llama_vocab_get_text(self._vocab, token)
        return text.decode("utf-8", "replace") if text else ""

    def _tokenize(self, text: str) -> list[int]:
        encoded = text.encode()
        room = len(encoded) + 2
        tokens = (llama_cpp.llama_token * room)()
        n = llama_cpp.llama_tokenize(self._vocab, encoded, len(encoded), tokens, room, False, True)
        return list(tokens[: max(n, 0)])
