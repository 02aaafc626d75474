"""Small vocabularies that split words as the real ones do; the families' marks come last, each a token of its own.

The real vocabularies are not needed: what is compared is how a prompt is put together and where it is split.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GemmaTokenizerFast, LlamaTokenizer, PreTrainedTokenizerFast

_TEXT = (
    "A chat between a curious user and an artificial intelligence assistant.",
    "The assistant gives helpful, detailed, and polite answers to the user's questions.",
    "user assistant system model User: Assistant: USER: ASSISTANT: Question: Answer: You are a helpful assistant.",
    "The picture shows a red car on the left, a dog on the right, and two green trees behind it.",
    "Describe this image in one sentence. What is on the left? What is this? How many people are there?",
    *["\n\n"] * 9,  # a token of its own, as everywhere
)
_QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LLAMA_3 = _QWEN.replace(r"|\p{N}| ?", r"|\p{N}{1,3}| ?")
_GPT_2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_SPLITS = {
    "qwen2": [pre_tokenizers.Split(Regex(_QWEN), "isolated")],
    "lfm2": [pre_tokenizers.Split(Regex(_LLAMA_3), "isolated")],
    "smollm": [
        pre_tokenizers.Digits(individual_digits=True),
        pre_tokenizers.Split(Regex(_GPT_2), "isolated"),
    ],
    "gpt-2": [pre_tokenizers.Split(Regex(_GPT_2), "isolated")],
}
"""How the text is split before pairs are merged, by llama.cpp's ``tokenizer.ggml.pre``."""


def make_byte_pairs(
    pre: str,
    marks: Sequence[str],
    bos: str,
    eos: str,
    template: str = "",
    *,
    adds_bos: bool = False,
) -> PreTrainedTokenizerFast:
    """Return a vocabulary of byte pairs; ``adds_bos`` is what llama.cpp reads of it, templates write the token."""
    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*_SPLITS[pre], byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_TEXT, trainer)
    tokenizer.add_special_tokens(
        [AddedToken(mark, special=True, normalized=False) for mark in marks]
    )
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=bos,
        eos_token=eos,
        pad_token=marks[0],
        add_bos_token=adds_bos,
        clean_up_tokenization_spaces=False,
    )
    if template:
        made.chat_template = template
    return made


def make_llama_pieces(folder: Path) -> LlamaTokenizer:
    """Return LLaMA 2's kind of vocabulary, as LLaVA's authors load it; ``folder`` gets its ``tokenizer.model``."""
    path = _train_pieces(folder, add_dummy_prefix=True, control_symbols=[])
    return LlamaTokenizer(str(path), legacy=True, pad_token="<unk>")


def make_gemma_pieces(folder: Path, marks: Sequence[str], template: str) -> GemmaTokenizerFast:
    """Return Gemma's kind of vocabulary: no space before the first word, marks among the pieces."""
    path = _train_pieces(
        folder,
        add_dummy_prefix=False,
        user_defined_symbols=[*marks, "\n", "\n\n"],
        pad_id=0, eos_id=1, bos_id=2, unk_id=3,
        pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>", unk_piece="<unk>",
    )  # fmt: skip
    made = GemmaTokenizerFast(str(path))
    made.add_special_tokens({"additional_special_tokens": list(marks)})
    made.chat_template = template
    return made


def _train_pieces(folder: Path, **options: Any) -> Path:
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_TEXT),
        model_writer=written,
        model_type="bpe",
        vocab_size=420,
        byte_fallback=True,
        split_digits=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        allow_whitespace_only_pieces=True,
        hard_vocab_limit=False,
        minloglevel=2,
        **options,
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "tokenizer.model"
    path.write_bytes(written.getvalue())
    return path


def forget_added_tokens(folder: Path) -> None:
    """Take the processor's own marks out of a saved tokenizer's list, as LLaVA's published files have it."""
    path = folder / "added_tokens.json"
    if path.exists():
        path.write_text(json.dumps({}))
