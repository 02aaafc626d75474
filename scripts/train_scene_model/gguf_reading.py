"""Reads the two halves back out of their GGUF files: the inverse of `gguf_files.py`, up to rounding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray

from .config import LanguageShape, VisionShape
from .gguf_files import LLAMA_NAMES, QUICK_GELU, State, tokens_of


class _File:
    """A GGUF file's values, and its tensors as they are asked for."""

    def __init__(self, path: Path) -> None:
        reader = gguf.GGUFReader(str(path))
        self._fields = reader.fields
        self._tensors = {tensor.name: tensor for tensor in reader.tensors}

    def value(self, key: str) -> Any:
        """A number, a text, or a list of them."""
        return self._fields[key].contents()

    def small(self, key: str) -> float:
        """A number that was rounded to 32 bits, such as 0.00001, as it was written in a program."""
        return float(f"{self.value(key):.6g}")

    def tensor(self, name: str) -> NDArray[np.float32]:
        """The tensor in rows, whatever number type the file has it in."""
        tensor = self._tensors[name]
        flat = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        shape = tuple(int(n) for n in reversed(tensor.shape))
        return np.array(flat, np.float32).reshape(shape)


def read_language(path: Path) -> tuple[LanguageShape, State]:
    """The Llama's sizes and weights, by the names that training has for them."""
    file = _File(path)
    shape = LanguageShape(
        vocabulary=file.value("llama.vocab_size"),
        width=file.value("llama.embedding_length"),
        depth=file.value("llama.block_count"),
        heads=file.value("llama.attention.head_count"),
        kv_heads=file.value("llama.attention.head_count_kv"),
        ffn=file.value("llama.feed_forward_length"),
        eps=file.small("llama.attention.layer_norm_rms_epsilon"),
        rope_base=file.value("llama.rope.freq_base"),
        context=file.value("llama.context_length"),
    )
    state = {
        "embed.weight": file.tensor("token_embd.weight"),
        "head.weight": file.tensor("output.weight"),
        "norm.weight": file.tensor("output_norm.weight"),
    }
    for layer in range(shape.depth):
        for ours, theirs in LLAMA_NAMES.items():
            state[f"layers.{layer}.{ours}"] = file.tensor(f"blk.{layer}.{theirs}")
    return shape, state


def check_vocabulary(path: Path, model: Any) -> None:
    """Compares a file's vocabulary with a SentencePiece model, token by token.

    Raises:
        ValueError: they are not the same, so the weights would mean other words.
    """
    file = _File(path)
    pieces: list[str] = file.value("tokenizer.ggml.tokens")
    scores: list[float] = file.value("tokenizer.ggml.scores")
    types: list[int] = file.value("tokenizer.ggml.token_type")
    tokens = tokens_of(model)
    if len(pieces) != len(tokens):
        raise ValueError(f"{path.name} has {len(pieces)} tokens, the vocabulary {len(tokens)}")
    for number, (piece, score, kind) in enumerate(tokens):
        read = (pieces[number], np.float32(scores[number]), types[number])
        if read != (piece, np.float32(score), int(kind)):
            raise ValueError(f"token {number} is {read[0]!r} in {path.name}, {piece!r} here")


def read_vision(path: Path) -> tuple[VisionShape, State]:
    """The ViT's sizes, and its weights and the projector's, by the names that training has for them."""
    file = _File(path)
    shape = VisionShape(
        image_size=file.value("clip.vision.image_size"),
        patch_size=file.value("clip.vision.patch_size"),
        width=file.value("clip.vision.embedding_length"),
        depth=file.value("clip.vision.block_count"),
        heads=file.value("clip.vision.attention.head_count"),
        ffn=file.value("clip.vision.feed_forward_length"),
        eps=file.small("clip.vision.attention.layer_norm_epsilon"),
    )
    state = {
        "class_token": file.tensor("v.class_embd"),
        "patch.weight": file.tensor("v.patch_embd.weight"),
        "positions": file.tensor("v.position_embd.weight"),
    }

    def pair(ours: str, theirs: str, scale: float = 1.0, bias_scale: float = 1.0) -> None:
        state[f"{ours}.weight"] = file.tensor(f"{theirs}.weight") * np.float32(scale)
        state[f"{ours}.bias"] = file.tensor(f"{theirs}.bias") * np.float32(bias_scale)

    pair("pre_ln", "v.pre_ln")
    for layer in range(shape.depth):
        ours, theirs = f"blocks.{layer}.", f"v.blk.{layer}."
        for part in ("weight", "bias"):
            joined = [file.tensor(f"{theirs}attn_{letter}.{part}") for letter in "qkv"]
            state[f"{ours}qkv.{part}"] = np.concatenate(joined)
        pair(ours + "out", theirs + "attn_out")
        # Quick GELU in the file, SiLU in training (see vision.Block).
        pair(ours + "up", theirs + "ffn_up", QUICK_GELU, QUICK_GELU)
        pair(ours + "down", theirs + "ffn_down", 1 / QUICK_GELU)
        pair(ours + "ln_1", theirs + "ln1")
        pair(ours + "ln_2", theirs + "ln2")
    for number in (0, 2):
        pair(f"mm_{number}", f"mm.{number}")
    return shape, state
