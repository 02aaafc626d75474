"""Write random-weight model files in the shapes of real LLaVAs, to time what cannot be shipped.

Speed depends on shapes and number types, not on what the weights say: the text that such a model
writes is noise. Which tensor gets which type follows llama.cpp's own Q4_K_M mix
(src/llama-quant.cpp).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf

from assistant.core.questions import DETAILED_PROMPT
from assistant.inference.chat_templates import vicuna_v1
from scripts.bench.blocks import QK_K, FileWriter

_CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073]
_CLIP_STD = [0.26862954, 0.26130258, 0.27577711]
_SEED = 7


@dataclass(frozen=True)
class LlamaShape:
    """A Llama's sizes, in llama.cpp's names.

    Attributes:
        is_tied: whether the output matrix is the token embedding.
    """

    n_layer: int
    n_embd: int
    n_head: int
    n_head_kv: int
    n_ff: int
    n_vocab: int
    is_tied: bool = False
    n_ctx: int = 4096


@dataclass(frozen=True)
class ClipShape:
    """A CLIP ViT's sizes; ``n_layer`` layers are stored, and all of them run.

    Attributes:
        projector: "mlp", or MobileVLM's "ldp", which makes one image token of four patches.
    """

    n_layer: int = 23
    n_embd: int = 1024
    n_head: int = 16
    n_ff: int = 4096
    image_size: int = 336
    patch_size: int = 14
    projector: str = "mlp"

    @property
    def n_patch(self) -> int:
        return (self.image_size // self.patch_size) ** 2

    @property
    def n_image(self) -> int:
        return self.n_patch // 4 if self.projector == "ldp" else self.n_patch


@dataclass(frozen=True)
class PairShape:
    """A LLaVA: language model (Q4_K_M mix) and picture encoder (F16)."""

    title: str
    llama: LlamaShape
    clip: ClipShape = ClipShape()


SHAPES: dict[str, PairShape] = {
    # Qwen2-0.5B's sizes; 896 columns do not fill K-quant blocks, so it falls back as llama.cpp
    # does.
    "0.5b": PairShape("0.5B LLaVA", LlamaShape(24, 896, 14, 2, 4864, 151936, is_tied=True)),
    "7b": PairShape("LLaVA-1.5-7B", LlamaShape(32, 4096, 32, 32, 11008, 32000)),
    "llama-3-8b": PairShape("LLaVA-Llama-3-8B", LlamaShape(32, 4096, 32, 8, 14336, 128256)),
    # A Llama of Phi 3's sizes: its fused matrices cost the same. Not called so, since llama.cpp wants Phi 3's tokens
    # of a file with that name.
    "3.8b": PairShape("LLaVA-Phi-3-mini", LlamaShape(32, 3072, 32, 32, 8192, 32064)),
    "mobilevlm": PairShape(
        "MobileVLM-1.7B", LlamaShape(24, 2048, 16, 16, 5632, 32000), ClipShape(projector="ldp")
    ),
}


def write_pair(name: str, folder: Path) -> tuple[Path, Path]:
    """Write the language model and the mmproj of a shape, unless they are there.

    Returns:
        The paths of both files.
    """
    shape = SHAPES[name]
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / f"{name}-q4_k_m.gguf"
    mmproj = folder / f"{name}-mmproj-f16.gguf"
    _write_once(model, lambda path: _write_llama(path, name, shape.llama))
    _write_once(mmproj, lambda path: _write_clip(path, name, shape.clip, shape.llama.n_embd))
    return model, mmproj


def _write_once(path: Path, write: Callable[[Path], None]) -> None:
    # A file cut short by an interrupted run would be taken for a whole one at the next.
    if path.exists():
        return
    partial = path.with_suffix(".part")
    write(partial)
    partial.replace(path)


def has_more_bits(il: int, n_layer: int) -> bool:
    """Return whether Q4_K_M stores this layer's V and down matrices in Q6_K (``use_more_bits``)."""
    eighth = n_layer // 8
    return il < eighth or il >= 7 * n_layer // 8 or (il - eighth) % 3 == 2


def _mixed_type(n_in: int, *, is_rich: bool) -> str:
    if n_in % QK_K == 0:
        return "Q6_K" if is_rich else "Q4_K"
    return "Q8_0" if is_rich else "Q5_0"


def _write_llama(path: Path, name: str, shape: LlamaShape) -> None:
    writer = gguf.GGUFWriter(str(path), "llama")
    head_dim = shape.n_embd // shape.n_head
    writer.add_name(f"random-{name}")
    writer.add_context_length(shape.n_ctx)
    writer.add_embedding_length(shape.n_embd)
    writer.add_block_count(shape.n_layer)
    writer.add_feed_forward_length(shape.n_ff)
    writer.add_head_count(shape.n_head)
    writer.add_head_count_kv(shape.n_head_kv)
    writer.add_rope_dimension_count(head_dim)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_K_M)
    _add_vocabulary(writer, shape.n_vocab)
    n_embd, n_kv, n_ff = shape.n_embd, shape.n_head_kv * head_dim, shape.n_ff
    file = FileWriter(writer, _SEED)
    file.matrix(
        "token_embd.weight", shape.n_vocab, n_embd, _mixed_type(n_embd, is_rich=shape.is_tied)
    )
    for il in range(shape.n_layer):
        is_rich = has_more_bits(il, shape.n_layer)
        for part, n_out, n_in, gets_more in (
            ("attn_q", n_embd, n_embd, False),
            ("attn_k", n_kv, n_embd, False),
            ("attn_v", n_kv, n_embd, is_rich),
            ("attn_output", n_embd, n_embd, False),
            ("ffn_gate", n_ff, n_embd, False),
            ("ffn_up", n_ff, n_embd, False),
            ("ffn_down", n_embd, n_ff, is_rich),
        ):
            file.matrix(
                f"blk.{il}.{part}.weight", n_out, n_in, _mixed_type(n_in, is_rich=gets_more)
            )
        file.constant(f"blk.{il}.attn_norm.weight", 1.0, n_embd)
        file.constant(f"blk.{il}.ffn_norm.weight", 1.0, n_embd)
    file.constant("output_norm.weight", 1.0, n_embd)
    if not shape.is_tied:
        file.matrix("output.weight", shape.n_vocab, n_embd, _mixed_type(n_embd, is_rich=True))
    file.write()


def _add_vocabulary(writer: Any, n_vocab: int) -> None:
    """Add a vocabulary in which the prompt's words are whole, so that it takes as many tokens as usual."""
    kind = gguf.TokenType
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    words = dict.fromkeys(f"\u2581{word}" for word in vicuna_v1(DETAILED_PROMPT).split())
    # SPM merges neighbours pairwise, so every beginning of a word has to be a token as well.
    normal = list(dict.fromkeys(word[:end] for word in words for end in range(1, len(word) + 1)))
    letters = {letter for word in normal for letter in word} - set(normal)
    normal += sorted(letters)
    normal += [f"\u2581w{i}" for i in range(n_vocab - len(special) - len(normal))]
    tokens = special + normal
    types = [kind.UNKNOWN, kind.CONTROL, kind.CONTROL, *[kind.BYTE] * 256]
    types += [kind.NORMAL] * len(normal)
    scores = [0.0] * len(special) + [float(len(token)) for token in normal]
    writer.add_vocab_size(n_vocab)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types([int(t) for t in types])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)


def _write_clip(path: Path, name: str, shape: ClipShape, n_out: int) -> None:
    writer = gguf.GGUFWriter(str(path), "clip")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_name(f"random-clip-{name}")
    writer.add_string("clip.projector_type", shape.projector)
    for key, value in (
        ("image_size", shape.image_size),
        ("patch_size", shape.patch_size),
        ("embedding_length", shape.n_embd),
        ("feed_forward_length", shape.n_ff),
        ("projection_dim", n_out),
        ("attention.head_count", shape.n_head),
        ("block_count", shape.n_layer),
    ):
        writer.add_uint32(f"clip.vision.{key}", value)
    writer.add_array("clip.vision.feature_layer", [shape.n_layer])
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_array("clip.vision.image_mean", _CLIP_MEAN)
    writer.add_array("clip.vision.image_std", _CLIP_STD)
    writer.add_bool("clip.use_gelu", False)
    n, n_ff = shape.n_embd, shape.n_ff
    file = FileWriter(writer, _SEED)

    def norm(prefix: str) -> None:
        file.constant(f"{prefix}.weight", 1.0, n)
        file.constant(f"{prefix}.bias", 0.0, n)

    def linear(prefix: str, n_to: int, n_from: int) -> None:
        file.matrix(f"{prefix}.weight", n_to, n_from, "F16")
        file.constant(f"{prefix}.bias", 0.0, n_to)

    file.constant("v.class_embd", 0.1, n)
    file.tensor("v.patch_embd.weight", (n, 3, shape.patch_size, shape.patch_size))
    file.matrix("v.position_embd.weight", shape.n_patch + 1, n, "F16")
    norm("v.pre_ln")
    for il in range(shape.n_layer):
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            linear(f"v.blk.{il}.{part}", n, n)
        linear(f"v.blk.{il}.ffn_up", n_ff, n)
        linear(f"v.blk.{il}.ffn_down", n, n_ff)
        norm(f"v.blk.{il}.ln1")
        norm(f"v.blk.{il}.ln2")
    if shape.projector == "ldp":
        _add_ldp(file, n, n_out)
    else:
        linear("mm.0", n_out, n)
        linear("mm.2", n_out, n_out)
    file.write()


def _add_ldp(file: FileWriter, n_in: int, n_out: int) -> None:
    """Add MobileVLM's projector, with the names of llama.cpp's ``tools/mtmd/clip.cpp``."""
    for layer, n_from in ((1, n_in), (3, n_out)):
        file.matrix(f"mm.model.mlp.{layer}.weight", n_out, n_from, "F16")
        file.constant(f"mm.model.mlp.{layer}.bias", 0.0, n_out)
    for number in (1, 2):
        block = f"mm.model.mb_block.{number}.block"
        file.tensor(f"{block}.0.0.weight", (n_out, 1, 3, 3))
        for part, n_to, n_from in (("fc1", n_out // 4, n_out), ("fc2", n_out, n_out // 4)):
            file.matrix(f"{block}.1.{part}.weight", n_to, n_from, "F16")
            file.constant(f"{block}.1.{part}.bias", 0.0, n_to)
        file.matrix(f"{block}.2.0.weight", n_out, n_out, "F16")
        for norm in (f"{block}.0.1", f"{block}.2.1"):
            file.constant(f"{norm}.weight", 1.0, n_out)
            file.constant(f"{norm}.bias", 0.0, n_out)
