"""Writes small random language models in GGUF, so that the tests run the real llama.cpp.

The weights are random but not tame: attention is peaky enough that the attention paid to the
picture jumps from one token to the next (otherwise SPARC would select nothing), and logits are wide
enough that greedy picks are well separated (otherwise rounding would choose the token).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import gguf
import numpy as np
import numpy.typing as npt

from tests.support.family_vocabularies import (
    add_llama_3_vocabulary,
    add_phi_3_vocabulary,
    spm_vocabulary,
)

FloatArray = npt.NDArray[np.float32]

UNK, BOS, EOS = 0, 1, 2
FIRST_BYTE = 3


@dataclass(frozen=True)
class TinyLlama:
    """Shape of a tiny Llama. The names are llama.cpp's.

    Attributes:
        quant: storage of the weight matrices, "F32", "F16" or "Q8_0".
        is_tied: whether the output matrix is the token embedding.
        attention_width: spread of q and k; 1 is calm, from about 1.4 on attention is peaky.
        seed: of the weights.
        chat_template: Jinja template to store, or ``None`` for none (as LLaVA-1.5's files).
        architecture: "llama", or "phi3", whose query, key and value are one matrix, as are its gate and up.
        special: control tokens of its chat template.
        name: ``general.name``; ``None`` takes one that says nothing.
        vocabulary: "small"; or one of the size and with the marks of the real "phi-3", or of "llama-3" as files from
            before May 2024 have it: byte pairs without ``tokenizer.ggml.pre``.
    """

    n_layer: int = 5
    n_embd: int = 64
    n_head: int = 4
    n_head_kv: int = 4
    n_ff: int = 96
    n_ctx_train: int = 2048
    quant: str = "F32"
    is_tied: bool = False
    attention_width: float = 1.45
    seed: int = 0
    chat_template: str | None = None
    architecture: Literal["llama", "phi3"] = "llama"
    special: tuple[str, ...] = ()
    name: str | None = None
    vocabulary: Literal["small", "phi-3", "llama-3"] = "small"


def write_tiny_llama(path: Path, shape: TinyLlama = TinyLlama()) -> Path:
    """Writes a GGUF file of the wished architecture; returns ``path``."""
    writer = gguf.GGUFWriter(str(path), shape.architecture)
    head_dim = shape.n_embd // shape.n_head
    writer.add_name(shape.name or f"tiny-llama-{shape.seed}")
    writer.add_context_length(shape.n_ctx_train)
    writer.add_embedding_length(shape.n_embd)
    writer.add_block_count(shape.n_layer)
    writer.add_feed_forward_length(shape.n_ff)
    writer.add_head_count(shape.n_head)
    writer.add_head_count_kv(shape.n_head_kv)
    writer.add_rope_dimension_count(head_dim)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    add_vocabulary = {
        "small": lambda writer: _add_vocabulary(writer, shape.special),
        "phi-3": add_phi_3_vocabulary,
        "llama-3": add_llama_3_vocabulary,
    }[shape.vocabulary]
    n_vocab = add_vocabulary(writer)
    if shape.chat_template is not None:
        writer.add_chat_template(shape.chat_template)

    rng = np.random.default_rng(shape.seed)
    add = _TensorAdder(writer, shape.quant)
    n_embd, n_kv = shape.n_embd, shape.n_head_kv * head_dim
    embedding = _normal(rng, n_vocab, n_embd, std=1.0)
    embedding[:FIRST_BYTE] = 0.0  # with tied weights: <unk>, <s>, </s> then never win a greedy pick
    add.matrix("token_embd.weight", embedding)
    width = shape.attention_width
    for il in range(shape.n_layer):
        block = f"blk.{il}"
        add.vector(f"{block}.attn_norm.weight", _norm_gain(rng, n_embd))
        q = _normal(rng, n_embd, n_embd, std=width / np.sqrt(n_embd))
        k = _normal(rng, n_kv, n_embd, std=width / np.sqrt(n_embd))
        v = _normal(rng, n_kv, n_embd, std=1.0 / np.sqrt(n_embd))
        add.matrices(f"{block}.attn", {"q": q, "k": k, "v": v}, shape.architecture == "phi3")
        add.matrix(
            f"{block}.attn_output.weight", _normal(rng, n_embd, n_embd, std=1.0 / np.sqrt(n_embd))
        )
        add.vector(f"{block}.ffn_norm.weight", _norm_gain(rng, n_embd))
        gate = _normal(rng, shape.n_ff, n_embd, std=1.0 / np.sqrt(n_embd))
        up = _normal(rng, shape.n_ff, n_embd, std=1.0 / np.sqrt(n_embd))
        if shape.architecture == "phi3":
            add.matrix(f"{block}.ffn_up.weight", np.concatenate([gate, up]))
        else:
            add.matrix(f"{block}.ffn_gate.weight", gate)
            add.matrix(f"{block}.ffn_up.weight", up)
        add.matrix(
            f"{block}.ffn_down.weight",
            _normal(rng, n_embd, shape.n_ff, std=1.0 / np.sqrt(shape.n_ff)),
        )
    add.vector("output_norm.weight", _norm_gain(rng, n_embd))
    if not shape.is_tied:
        output = _normal(rng, n_vocab, n_embd, std=3.0 / np.sqrt(n_embd))
        output[:FIRST_BYTE] = 0.0
        add.matrix("output.weight", output)
    _close(writer)
    return path


def write_tiny_mamba(path: Path, n_embd: int = 64, n_layer: int = 2, seed: int = 0) -> Path:
    """Writes a recurrent model, which has no attention that could be steered; returns ``path``."""
    n_inner, n_state, n_conv, n_rank = 2 * n_embd, 8, 4, 8
    writer = gguf.GGUFWriter(str(path), "mamba")
    writer.add_name("tiny-mamba")
    writer.add_context_length(2048)
    writer.add_embedding_length(n_embd)
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_block_count(n_layer)
    writer.add_ssm_conv_kernel(n_conv)
    writer.add_ssm_inner_size(n_inner)
    writer.add_ssm_state_size(n_state)
    writer.add_ssm_time_step_rank(n_rank)
    writer.add_layer_norm_rms_eps(1e-5)
    n_vocab = _add_vocabulary(writer)
    rng = np.random.default_rng(seed)
    add = _TensorAdder(writer, "F32")
    add.matrix("token_embd.weight", _normal(rng, n_vocab, n_embd, std=1.0))
    for il in range(n_layer):
        block = f"blk.{il}"
        add.vector(f"{block}.attn_norm.weight", _norm_gain(rng, n_embd))
        add.matrix(f"{block}.ssm_in.weight", _normal(rng, 2 * n_inner, n_embd, std=n_embd**-0.5))
        add.matrix(f"{block}.ssm_conv1d.weight", _normal(rng, n_inner, n_conv, std=0.5))
        add.vector(f"{block}.ssm_conv1d.bias", _normal(rng, n_inner, std=0.1))
        add.matrix(
            f"{block}.ssm_x.weight", _normal(rng, n_rank + 2 * n_state, n_inner, std=n_inner**-0.5)
        )
        add.matrix(f"{block}.ssm_dt.weight", _normal(rng, n_inner, n_rank, std=n_rank**-0.5))
        add.vector(f"{block}.ssm_dt.bias", _normal(rng, n_inner, std=0.1))
        add.matrix(
            f"{block}.ssm_a", -np.tile(np.arange(1, n_state + 1, dtype=np.float32), (n_inner, 1))
        )
        add.vector(f"{block}.ssm_d", np.ones(n_inner, np.float32))
        add.matrix(f"{block}.ssm_out.weight", _normal(rng, n_embd, n_inner, std=n_inner**-0.5))
    add.vector("output_norm.weight", _norm_gain(rng, n_embd))
    _close(writer)
    return path


class _TensorAdder:
    """Adds tensors in the wished storage; vectors stay F32, as in llama.cpp's own converter."""

    def __init__(self, writer: gguf.GGUFWriter, quant: str) -> None:
        self._writer = writer
        self._type = gguf.GGMLQuantizationType[quant]

    def matrix(self, name: str, values: FloatArray) -> None:
        """Adds a matrix of shape (n_out, n_in)."""
        self._writer.add_tensor(
            name, gguf.quants.quantize(values, self._type), raw_dtype=self._type
        )

    def matrices(self, block: str, parts: dict[str, FloatArray], is_fused: bool) -> None:
        """Adds matrices of one block by their letters, as one where the architecture has them so."""
        if is_fused:
            self.matrix(f"{block}_{''.join(parts)}.weight", np.concatenate(list(parts.values())))
            return
        for letter, values in parts.items():
            self.matrix(f"{block}_{letter}.weight", values)

    def vector(self, name: str, values: FloatArray) -> None:
        """Adds a vector."""
        self._writer.add_tensor(name, values)


def _add_vocabulary(writer: gguf.GGUFWriter, special: tuple[str, ...] = ()) -> int:
    tokens, scores, types = spm_vocabulary(special)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_bos_token_id(BOS)
    writer.add_eos_token_id(EOS)
    writer.add_unk_token_id(UNK)
    return len(tokens)


def _normal(rng: np.random.Generator, *size: int, std: float) -> FloatArray:
    return (rng.standard_normal(size) * std).astype(np.float32)


def _norm_gain(rng: np.random.Generator, n: int) -> FloatArray:
    return (1.0 + 0.1 * rng.standard_normal(n)).astype(np.float32)


def _close(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
