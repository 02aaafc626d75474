"""Small vocabularies with the marks that mtmd inserts and the chat templates write."""

from __future__ import annotations

from dataclasses import dataclass

import gguf

from tests.support.family_vocabularies import spm_vocabulary

_WORDS = (
    "user assistant system model User Assistant Question Answer You are a helpful answer clear "
    "the picture shows Describe this image in one sentence what is on left right dog tree red car"
)
_KIND = gguf.TokenType
_SHOWN = [*range(33, 127), *range(161, 173), *range(174, 256)]
_REST = [byte for byte in range(256) if byte not in _SHOWN]
_SPELLED = {byte: chr(byte) for byte in _SHOWN} | {
    byte: chr(256 + number) for number, byte in enumerate(_REST)
}
"""The character that GPT-2's vocabulary has for each byte."""


@dataclass(frozen=True)
class BytePairs:
    """A vocabulary of byte pairs; the marks come last, each a token of its own.

    Attributes:
        pre: ``tokenizer.ggml.pre``; ``None`` leaves it out, as Moondream's converter does.
        adds_bos: ``tokenizer.ggml.add_bos_token``; ``None`` leaves it to llama.cpp.
    """

    marks: tuple[str, ...]
    bos: str
    eos: str
    pre: str | None
    adds_bos: bool | None = False

    def add_to(self, writer: gguf.GGUFWriter) -> VocabularySize:
        """Write the keys."""
        tokens, merges = [_SPELLED[byte] for byte in range(256)], []
        words = [f" {word}" for word in _WORDS.split()] + _WORDS.split() + ["\n\n"]
        # Every beginning of a word is a token, so that merging from the left finds it.
        for word in map(_spell, words):
            for end in range(2, len(word) + 1):
                if word[:end] not in tokens:
                    tokens.append(word[:end])
                    merges.append(f"{word[: end - 1]} {word[end - 1]}")
        silent = [byte for byte in range(256) if not 32 < byte < 127]
        silent += range(len(tokens), len(tokens) + len(self.marks))
        types = [_KIND.NORMAL] * len(tokens) + [_KIND.CONTROL] * len(self.marks)
        tokens += self.marks
        writer.add_vocab_size(len(tokens))
        writer.add_tokenizer_model("gpt2")
        if self.pre is not None:
            writer.add_tokenizer_pre(self.pre)
        writer.add_token_list(tokens)
        writer.add_token_types([int(kind) for kind in types])
        writer.add_token_merges(merges)
        writer.add_bos_token_id(tokens.index(self.bos))
        writer.add_eos_token_id(tokens.index(self.eos))
        if self.adds_bos is not None:
            writer.add_add_bos_token(self.adds_bos)
        return VocabularySize(len(tokens), tuple(silent))


@dataclass(frozen=True)
class GemmaPieces:
    """Gemma's SentencePiece vocabulary in small: its four first tokens, no space before the first word."""

    marks: tuple[str, ...]

    def add_to(self, writer: gguf.GGUFWriter) -> VocabularySize:
        """Write the keys."""
        tokens, scores, types = spm_vocabulary(self.marks)
        first = {
            "<pad>": _KIND.CONTROL, "<eos>": _KIND.CONTROL,
            "<bos>": _KIND.CONTROL, "<unk>": _KIND.UNKNOWN,
        }  # fmt: skip
        tokens, scores, types = (
            [*first, *tokens[3:]],
            [0.0, *scores],
            [
                *(int(kind) for kind in first.values()),
                *types[3:],
            ],
        )
        writer.add_vocab_size(len(tokens))
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list(tokens)
        writer.add_token_scores(scores)
        writer.add_token_types(types)
        writer.add_bos_token_id(2)
        writer.add_eos_token_id(1)
        writer.add_unk_token_id(3)
        writer.add_pad_token_id(0)
        writer.add_add_bos_token(True)
        writer.add_add_eos_token(False)
        writer.add_add_space_prefix(False)
        silent = [i for i, kind in enumerate(types) if kind != int(_KIND.NORMAL)]
        return VocabularySize(len(tokens), tuple(silent))


@dataclass(frozen=True)
class VocabularySize:
    """What a language model has to know of its vocabulary.

    Attributes:
        silent: tokens that are never to win a greedy pick: marks, and bytes that are no letters.
    """

    n: int
    silent: tuple[int, ...]


Vocabulary = BytePairs | GemmaPieces


def _spell(text: str) -> str:
    return "".join(_SPELLED[byte] for byte in text.encode())
