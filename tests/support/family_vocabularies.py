"""Vocabularies of tiny models: a small one, and two of the size and with the marks of real ones."""

from __future__ import annotations

import gguf

_TEXT = (
    "USER ASSISTANT Please describe this image in detail what is on the left right a dog tree "
    "red car house sun there and an apple cat near of picture shows"
)


def spm_vocabulary(special: tuple[str, ...] = ()) -> tuple[list[str], list[float], list[int]]:
    """Returns tokens, scores and types of a SentencePiece vocabulary with all 256 byte tokens.

    SPM merges neighbours pairwise, so every prefix of a word has to be a token as well.
    """
    kind = gguf.TokenType
    tokens = ["<unk>", "<s>", "</s>"]
    types = [kind.UNKNOWN, kind.CONTROL, kind.CONTROL]
    tokens += [f"<0x{byte:02X}>" for byte in range(256)]
    types += [kind.BYTE] * 256
    normal = ["\u2581", *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:?!"]
    for word in _TEXT.split():
        spelled = "\u2581" + word
        normal += [spelled[:end] for end in range(2, len(spelled) + 1)]
    normal = list(dict.fromkeys(normal))
    # Longer pieces score higher, so that words come out whole.
    scores = [0.0] * len(tokens) + [float(len(token)) - 100.0 for token in normal]
    types += [kind.NORMAL] * len(normal) + [kind.CONTROL] * len(special)
    return tokens + normal + list(special), scores + [0.0] * len(special), [int(t) for t in types]


PHI_3 = {
    32000: "<|endoftext|>", 32001: "<|assistant|>", 32007: "<|end|>", 32010: "<|user|>",
}  # fmt: skip
"""Its marks by number; the EOS token of the published LLaVA is the first, its answers end with ``<|end|>``."""
LLAMA_3 = {
    128000: "<|begin_of_text|>", 128001: "<|end_of_text|>", 128006: "<|start_header_id|>",
    128007: "<|end_header_id|>", 128009: "<|eot_id|>",
}  # fmt: skip
_KIND = gguf.TokenType


def add_phi_3_vocabulary(writer: gguf.GGUFWriter) -> int:
    """SentencePiece, 32,064 tokens; returns how many."""
    tokens, scores, types = spm_vocabulary()
    _pad(tokens, types, 32_064, PHI_3)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores + [-1000.0] * (len(tokens) - len(scores)))
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(32_000)
    writer.add_unk_token_id(0)
    return len(tokens)


def add_llama_3_vocabulary(writer: gguf.GGUFWriter) -> int:
    """Byte pairs, 128,256 tokens, without ``tokenizer.ggml.pre``; returns how many."""
    tokens = _byte_characters()
    types = [int(_KIND.NORMAL)] * len(tokens)
    tokens += ["th", "in"]
    types += [int(_KIND.NORMAL)] * 2
    _pad(tokens, types, 128_256, LLAMA_3)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(["t h", "i n"])
    writer.add_bos_token_id(128_000)
    writer.add_eos_token_id(128_001)
    return len(tokens)


def _pad(tokens: list[str], types: list[int], n_vocab: int, marks: dict[int, str]) -> None:
    for number in range(len(tokens), n_vocab):
        tokens.append(marks.get(number, f"<unused {number}>"))
        types.append(int(_KIND.CONTROL if number in marks else _KIND.UNUSED))


def _byte_characters() -> list[str]:
    """The character that GPT-2's vocabulary has for each byte."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in shown]
    return [chr(byte) for byte in shown] + [chr(256 + number) for number in range(len(rest))]
