"""Writes the two halves of a LLaVA as GGUF files that llama.cpp loads like any LLaVA."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray

from .config import IMAGE_MEAN, IMAGE_STD, LanguageShape, VisionShape
from .quantize import quantize

QUICK_GELU = 1.702
_BOS, _EOS = 1, 2

State = dict[str, NDArray[np.float32]]

LLAMA_NAMES = {
    "attn_norm.weight": "attn_norm.weight",
    "q.weight": "attn_q.weight",
    "k.weight": "attn_k.weight",
    "v.weight": "attn_v.weight",
    "o.weight": "attn_output.weight",
    "ffn_norm.weight": "ffn_norm.weight",
    "gate.weight": "ffn_gate.weight",
    "up.weight": "ffn_up.weight",
    "down.weight": "ffn_down.weight",
}


def write_checksums(folder: Path, names: tuple[str, ...]) -> None:
    """Write the SHA-256 of the files, by which a damaged one is found later."""
    lines = ["# SHA-256 of the model's files, by which the doctor finds a damaged one.", "[sha256]"]
    for name in names:
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        lines.append(f'"{name}" = "{digest}"')
    (folder / "checksums.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _describe(writer: gguf.GGUFWriter, name: str, description: str) -> None:
    writer.add_name(name)
    writer.add_description(description)
    writer.add_license("apache-2.0")
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_language(
    path: Path,
    name: str,
    shape: LanguageShape,
    state: State,
    vocabulary: Any,
    number_type: str = "q8_0",
) -> None:
    """Write the Llama with a SentencePiece vocabulary as SPM: matrices of that number type, norms F32."""
    with TemporaryDirectory() as folder:
        full = Path(folder, "f32.gguf")
        _write_f32(full, name, shape, state, vocabulary)
        quantize(full, path, number_type)


def _write_f32(path: Path, name: str, shape: LanguageShape, state: State, vocabulary: Any) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    _describe(writer, name, "Language model of the embedded demo LLaVA; knows drawn scenes only")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.depth)
    writer.add_feed_forward_length(shape.ffn)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(shape.eps)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_vocab_size(shape.vocabulary)
    _write_vocabulary(writer, vocabulary)

    writer.add_tensor("token_embd.weight", state["embed.weight"])
    writer.add_tensor("output.weight", state["head.weight"])
    writer.add_tensor("output_norm.weight", state["norm.weight"])
    for layer in range(shape.depth):
        for ours, theirs in LLAMA_NAMES.items():
            writer.add_tensor(f"blk.{layer}.{theirs}", state[f"layers.{layer}.{ours}"])
    _finish(writer)


def tokens_of(model: Any) -> list[tuple[str, float, gguf.TokenType]]:
    """Piece, score and type of each token of a SentencePiece vocabulary."""
    return [
        (model.id_to_piece(number), model.get_score(number), _type_of(model, number))
        for number in range(model.vocab_size())
    ]


def _type_of(model: Any, number: int) -> gguf.TokenType:
    if model.is_unknown(number):
        return gguf.TokenType.UNKNOWN
    if model.is_control(number):
        return gguf.TokenType.CONTROL
    return gguf.TokenType.BYTE if model.is_byte(number) else gguf.TokenType.NORMAL


def _write_vocabulary(writer: gguf.GGUFWriter, model: Any) -> None:
    tokens = tokens_of(model)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([piece for piece, _, _ in tokens])
    writer.add_token_scores([score for _, score, _ in tokens])
    writer.add_token_types([kind for _, _, kind in tokens])
    writer.add_bos_token_id(_BOS)
    writer.add_eos_token_id(_EOS)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(True)


def write_vision(
    path: Path, name: str, shape: VisionShape, language_width: int, state: State
) -> None:
    """Write the ViT and the projector: matrices F16, the rest F32.

    `clip.vision.feature_layer` names the last stored block, because llama.cpp would otherwise leave
    it out (it expects files that still hold one block more than LLaVA uses).
    """
    writer = gguf.GGUFWriter(path, "clip")
    _describe(writer, name, "Vision encoder and projector of the embedded demo LLaVA")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.has_text_encoder", False)
    writer.add_bool("clip.has_llava_projector", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", False)  # quick GELU, as OpenAI's CLIP
    writer.add_uint32("clip.vision.image_size", shape.image_size)
    writer.add_uint32("clip.vision.patch_size", shape.patch_size)
    writer.add_uint32("clip.vision.embedding_length", shape.width)
    writer.add_uint32("clip.vision.feed_forward_length", shape.ffn)
    writer.add_uint32("clip.vision.projection_dim", language_width)
    writer.add_uint32("clip.vision.block_count", shape.depth)
    writer.add_uint32("clip.vision.attention.head_count", shape.heads)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", shape.eps)
    writer.add_array("clip.vision.feature_layer", [shape.depth])
    writer.add_array("clip.vision.image_mean", list(IMAGE_MEAN))
    writer.add_array("clip.vision.image_std", list(IMAGE_STD))

    def add(tensor: str, values: NDArray[np.float32], is_half: bool = False) -> None:
        kept = values.astype(np.float16) if is_half else values.astype(np.float32)
        writer.add_tensor(tensor, np.ascontiguousarray(kept))

    def linear(tensor: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        add(f"{tensor}.weight", weight, is_half=True)
        add(f"{tensor}.bias", bias)

    add("v.class_embd", state["class_token"])
    add("v.patch_embd.weight", state["patch.weight"], is_half=True)
    add("v.position_embd.weight", state["positions"])
    add("v.pre_ln.weight", state["pre_ln.weight"])
    add("v.pre_ln.bias", state["pre_ln.bias"])
    for layer in range(shape.depth):
        ours, theirs = f"blocks.{layer}.", f"v.blk.{layer}."
        weights = np.split(state[ours + "qkv.weight"], 3)
        biases = np.split(state[ours + "qkv.bias"], 3)
        for letter, weight, bias in zip("qkv", weights, biases, strict=True):
            linear(f"{theirs}attn_{letter}", weight, bias)
        linear(theirs + "attn_out", state[ours + "out.weight"], state[ours + "out.bias"])
        # Trained with SiLU; exactly quick GELU after this change of scale (see vision.Block).
        linear(
            theirs + "ffn_up",
            state[ours + "up.weight"] / QUICK_GELU,
            state[ours + "up.bias"] / QUICK_GELU,
        )
        linear(
            theirs + "ffn_down", state[ours + "down.weight"] * QUICK_GELU, state[ours + "down.bias"]
        )
        for ours_norm, norm in (("ln_1", "ln1"), ("ln_2", "ln2")):
            add(f"{theirs}{norm}.weight", state[f"{ours}{ours_norm}.weight"])
            add(f"{theirs}{norm}.bias", state[f"{ours}{ours_norm}.bias"])
    for number in (0, 2):
        linear(f"mm.{number}", state[f"mm_{number}.weight"], state[f"mm_{number}.bias"])
    _finish(writer)
