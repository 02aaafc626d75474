"""Tiny language models of today's families, one table row of differences each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import gguf

from tests.support.tiny_families.vocabularies import Vocabulary
from tests.support.tiny_families.weights import RandomGguf


@dataclass(frozen=True)
class TextModel:
    """Shape of a tiny language model. The names are llama.cpp's.

    Attributes:
        head_dim: width of a head; where it is not ``n_embd / n_head`` the file says so.
        rope_sections: how M-RoPE shares a head's pairs between time, row and column; empty for one position.
        n_deepstack: layers to which a picture brings numbers of its own (Qwen3-VL).
        sliding_window: cells that a local layer sees; 0 for all.
        convolved: layers that have a short convolution in place of attention (LFM2).
        has_qkv_bias, has_qk_norm, has_post_norm: what the architecture has beside the matrices.
        attention_width: from about 1.4 on attention is peaky, so that steering has something to select.
        seed: of the weights; chosen where others had two logits side by side, or one token over and over.
    """

    architecture: str
    vocabulary: Vocabulary
    template: str
    n_layer: int = 4
    n_embd: int = 64
    n_head: int = 4
    n_head_kv: int = 2
    head_dim: int = 16
    n_ff: int = 96
    rope_freq_base: float = 1e6
    rope_sections: tuple[int, ...] = ()
    n_deepstack: int = 0
    sliding_window: int = 0
    convolved: tuple[int, ...] = ()
    has_qkv_bias: bool = False
    has_qk_norm: bool = False
    has_post_norm: bool = False
    attention_width: float = 1.45
    seed: int = 0


def write_text_model(path: Path, shape: TextModel) -> None:
    """Write a GGUF file with gated feed-forward layers and RMS norms, as all but Phi have them."""
    file = RandomGguf(path, shape.architecture, f"tiny-{shape.architecture}", shape.seed)
    _add_shape(file, shape)
    vocabulary = shape.vocabulary.add_to(file.keys)
    file.keys.add_chat_template(shape.template)
    # Gemma multiplies what it looks up by the root of its width.
    looked_up = shape.n_embd**-0.5 if shape.architecture == "gemma3" else 1.0
    n_embd = shape.n_embd
    file.matrix("token_embd", vocabulary.n, n_embd, width=looked_up * n_embd**0.5)
    for il in range(shape.n_layer):
        block = f"blk.{il}"
        file.gain(f"{block}.attn_norm", n_embd)
        if il in shape.convolved:
            _add_convolution(file, block, n_embd)
        else:
            _add_attention(file, block, shape)
        file.gain(f"{block}.ffn_norm", n_embd)
        file.matrix(f"{block}.ffn_gate", shape.n_ff, n_embd)
        file.matrix(f"{block}.ffn_up", shape.n_ff, n_embd)
        file.matrix(f"{block}.ffn_down", n_embd, shape.n_ff)
        if shape.has_post_norm:
            file.gain(f"{block}.post_attention_norm", n_embd)
            file.gain(f"{block}.post_ffw_norm", n_embd)
    # LFM2's converter gives the last norm the name of another one, and llama.cpp looks for it there.
    file.gain("token_embd_norm" if shape.convolved else "output_norm", n_embd)
    file.matrix("output", vocabulary.n, n_embd, width=3.0, silent=vocabulary.silent)
    file.close()


def write_phi_2(path: Path, shape: TextModel) -> None:
    """Write a Phi-2: layer norms, one matrix for query, key and value, biases everywhere, half a head turned."""
    file = RandomGguf(path, shape.architecture, "tiny-phi2", shape.seed)
    keys, n_embd = file.keys, shape.n_embd
    keys.add_context_length(2048)
    keys.add_embedding_length(n_embd)
    keys.add_feed_forward_length(shape.n_ff)
    keys.add_block_count(shape.n_layer)
    keys.add_head_count(shape.n_head)
    keys.add_head_count_kv(shape.n_head)
    keys.add_layer_norm_eps(1e-5)
    keys.add_rope_dimension_count(shape.head_dim // 2)
    keys.add_file_type(1)
    vocabulary = shape.vocabulary.add_to(keys)
    keys.add_chat_template(shape.template)
    file.matrix("token_embd", vocabulary.n, n_embd, width=n_embd**0.5)
    for il in range(shape.n_layer):
        block = f"blk.{il}"
        file.layer_norm(f"{block}.attn_norm", n_embd)
        file.linear(f"{block}.attn_qkv", 3 * n_embd, n_embd, shape.attention_width)
        # Two branches side by side change the running sum less than one after the other.
        file.linear(f"{block}.attn_output", n_embd, n_embd, width=2.0)
        file.linear(f"{block}.ffn_up", shape.n_ff, n_embd)
        file.linear(f"{block}.ffn_down", n_embd, shape.n_ff, width=2.0)
    file.layer_norm("output_norm", n_embd)
    file.matrix("output", vocabulary.n, n_embd, width=3.0, silent=vocabulary.silent)
    file.bias("output", vocabulary.n)
    file.close()


def _add_shape(file: RandomGguf, shape: TextModel) -> None:
    keys = file.keys
    keys.add_type(gguf.GGUFType.MODEL)
    keys.add_context_length(8192)
    keys.add_embedding_length(shape.n_embd)
    keys.add_block_count(shape.n_layer)
    keys.add_feed_forward_length(shape.n_ff)
    keys.add_head_count(shape.n_head)
    if shape.convolved:
        keys.add_head_count_kv(
            [0 if il in shape.convolved else shape.n_head_kv for il in range(shape.n_layer)]
        )
        keys.add_shortconv_l_cache(3)
    else:
        keys.add_head_count_kv(shape.n_head_kv)
    if shape.head_dim * shape.n_head != shape.n_embd:
        keys.add_key_length(shape.head_dim)
        keys.add_value_length(shape.head_dim)
    keys.add_rope_freq_base(shape.rope_freq_base)
    keys.add_layer_norm_rms_eps(1e-6)
    if shape.rope_sections:
        keys.add_rope_dimension_sections(shape.rope_sections)
    if shape.n_deepstack:
        keys.add_num_deepstack_layers(shape.n_deepstack)
    if shape.sliding_window:
        keys.add_sliding_window(shape.sliding_window)
    keys.add_file_type(1)


def _add_attention(file: RandomGguf, block: str, shape: TextModel) -> None:
    n_q, n_kv = shape.n_head * shape.head_dim, shape.n_head_kv * shape.head_dim
    width = 1.0 if shape.has_qk_norm else shape.attention_width
    for letter, n, spread in (("q", n_q, width), ("k", n_kv, width), ("v", n_kv, 1.0)):
        file.matrix(f"{block}.attn_{letter}", n, shape.n_embd, spread)
        if shape.has_qkv_bias:
            file.bias(f"{block}.attn_{letter}", n)
        if shape.has_qk_norm and letter != "v":
            file.gain(f"{block}.attn_{letter}_norm", shape.head_dim, around=shape.attention_width)
    file.matrix(f"{block}.attn_output", shape.n_embd, n_q)


def _add_convolution(file: RandomGguf, block: str, n_embd: int) -> None:
    file.matrix(f"{block}.shortconv.conv", n_embd, 3, is_precise=True)
    file.matrix(f"{block}.shortconv.in_proj", 3 * n_embd, n_embd)
    file.matrix(f"{block}.shortconv.out_proj", n_embd, n_embd)
