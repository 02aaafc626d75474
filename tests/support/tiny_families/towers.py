"""Tiny picture encoders with their projectors, as llama.cpp's converters name and store them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import gguf

from tests.support.tiny_families.weights import RandomGguf

HALF = (0.5, 0.5, 0.5)
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Tower:
    """Shape of a picture encoder.

    Attributes:
        image_size, patch_size: px.
        scale: how many patches of a side become one image token.
        n_text: the language model's ``n_embd``.
    """

    image_size: int
    patch_size: int
    scale: int
    n_layer: int = 3
    n_embd: int = 32
    n_head: int = 2
    n_ff: int = 48
    n_text: int = 64
    mean: tuple[float, float, float] = HALF
    std: tuple[float, float, float] = HALF
    eps: float = 1e-6

    @property
    def n_patch(self) -> int:
        """Patches of a square picture, all of them with a position of their own."""
        return (self.image_size // self.patch_size) ** 2


def write_idefics3(path: Path, shape: Tower, longest_edge_px: int) -> None:
    """SmolVLM: SigLIP without bias in its one projecting matrix; tiles of a picture of ``longest_edge_px``."""
    file = _begin(path, gguf.VisionProjectorType.IDEFICS3, shape)
    file.keys.add_vision_projector_scale_factor(shape.scale)
    file.keys.add_vision_use_gelu(True)
    file.keys.add_vision_preproc_image_size(longest_edge_px)
    _add_siglip(file, shape)
    file.matrix("mm.model.fc", shape.n_text, shape.n_embd * shape.scale**2)
    file.close()


def write_gemma3(path: Path, shape: Tower) -> None:
    """Gemma 3: SigLIP, patches averaged in squares of 4 × 4, a norm and a matrix stored the other way round."""
    file = _begin(path, gguf.VisionProjectorType.GEMMA3, shape)
    file.keys.add_vision_use_gelu(True)
    if shape.scale != 4:
        file.keys.add_vision_projector_scale_factor(shape.scale)
    _add_siglip(file, shape)
    file.gain("mm.soft_emb_norm", shape.n_embd)
    file.matrix("mm.input_projection", shape.n_embd, shape.n_text)
    file.close()


def write_lfm2(path: Path, shape: Tower) -> None:
    """LFM2-VL: SigLIP 2 with positions stretched to the picture, then a norm and two layers."""
    file = _begin(path, gguf.VisionProjectorType.LFM2, shape)
    file.keys.add_vision_projector_scale_factor(shape.scale)
    file.keys.add_vision_use_gelu(True)
    _add_siglip(file, shape)
    n_merged = shape.n_embd * shape.scale**2
    file.layer_norm("mm.input_norm", n_merged)
    file.linear("mm.1", shape.n_text, n_merged)
    file.linear("mm.2", shape.n_text, shape.n_text, width=1.5)
    file.close()


def write_internvl(path: Path, shape: Tower, max_tiles: int) -> None:
    """InternVL: a class token, layers scaled by vectors of their own, pixel shuffle, a norm and two layers."""
    file = _begin(path, gguf.VisionProjectorType.INTERNVL, shape)
    file.keys.add_vision_use_gelu(True)
    file.keys.add_vision_projector_scale_factor(shape.scale)
    file.keys.add_vision_preproc_min_tiles(1)
    file.keys.add_vision_preproc_max_tiles(max_tiles)
    n, n_merged = shape.n_embd, shape.n_embd * shape.scale**2
    file.vector("v.class_embd", n)
    file.convolution("v.patch_embd.weight", n, shape.patch_size)
    file.bias("v.patch_embd", n)
    file.table("v.position_embd.weight", shape.n_patch + 1, n)
    for il in range(shape.n_layer):
        _add_layer(file, f"v.blk.{il}", shape)
        for number in (1, 2):
            file.gain(f"v.blk.{il}.ls{number}", n)
    file.layer_norm("mm.model.mlp.0", n_merged)
    file.linear("mm.model.mlp.1", shape.n_text, n_merged)
    file.linear("mm.model.mlp.3", shape.n_text, shape.n_text, width=1.5)
    file.close()


def write_qwen25vl(path: Path, shape: Tower, n_wa_pattern: int) -> None:
    """Qwen2.5-VL: RMS norms, gates, every ``n_wa_pattern``-th layer sees all, the others windows of 112 px."""
    file = _begin(path, gguf.VisionProjectorType.QWEN25VL, shape)
    file.keys.add_vision_use_silu(True)
    file.keys.add_vision_n_wa_pattern(n_wa_pattern)
    n = shape.n_embd
    _add_two_frames(file, shape)
    for il in range(shape.n_layer):
        block = f"v.blk.{il}"
        _add_attention(file, block, shape)
        for norm in ("ln1", "ln2"):
            file.gain(f"{block}.{norm}", n)
        file.linear(f"{block}.ffn_gate", shape.n_ff, n)
        file.linear(f"{block}.ffn_up", shape.n_ff, n)
        file.linear(f"{block}.ffn_down", n, shape.n_ff)
    file.gain("v.post_ln", n)
    _add_merger(file, shape)
    file.close()


def write_qwen3vl(path: Path, shape: Tower, deepstack: tuple[int, ...]) -> None:
    """Qwen3-VL: positions stretched to the picture; the layers ``deepstack`` bring more numbers for a token."""
    file = _begin(path, gguf.VisionProjectorType.QWEN3VL, shape)
    file.keys.add_vision_use_gelu(True)
    file.keys.add_vision_spatial_merge_size(shape.scale)
    file.keys.add_vision_is_deepstack_layers([il in deepstack for il in range(shape.n_layer)])
    n, n_merged = shape.n_embd, shape.n_embd * shape.scale**2
    _add_two_frames(file, shape)
    file.bias("v.patch_embd", n)
    file.table("v.position_embd.weight", shape.n_patch, n)
    for il in range(shape.n_layer):
        block = f"v.blk.{il}"
        file.linear(f"{block}.attn_qkv", 3 * n, n, width=1.5)
        file.linear(f"{block}.attn_out", n, n)
        _add_norms_and_feed_forward(file, block, shape)
    for il in deepstack:
        file.layer_norm(f"v.deepstack.{il}.norm", n_merged)
        file.linear(f"v.deepstack.{il}.fc1", n_merged, n_merged)
        file.linear(f"v.deepstack.{il}.fc2", shape.n_text, n_merged)
    file.layer_norm("v.post_ln", n)
    _add_merger(file, shape)
    file.close()


def write_moondream(path: Path, shape: Tower) -> None:
    """Moondream2, by its own converter: SigLIP as "mlp", matrices interchanged, the last layer stored twice.

    llama.cpp leaves out the last layer of a LLaVA; the second copy is there to be left out.
    """
    file = RandomGguf(path, "clip", "tiny-moondream2")
    keys = file.keys
    keys.add_bool("clip.has_text_encoder", False)
    keys.add_bool("clip.has_llava_projector", True)
    keys.add_description("image encoder for vikhyatk/moondream2")
    _add_keys(file, "mlp", shape, n_layer=shape.n_layer + 1)
    keys.add_vision_use_gelu(True)
    _add_siglip(file, shape, is_legacy=True)
    file.linear("mm.0", shape.n_text, shape.n_embd)
    file.linear("mm.2", shape.n_text, shape.n_text, width=1.5)
    file.close()


def _begin(path: Path, projector: str, shape: Tower) -> RandomGguf:
    file = RandomGguf(path, "clip", f"tiny-{projector}")
    file.keys.add_type(gguf.GGUFType.MMPROJ)
    _add_keys(file, projector, shape)
    return file


def _add_keys(file: RandomGguf, projector: str, shape: Tower, n_layer: int | None = None) -> None:
    keys = file.keys
    keys.add_file_type(1)
    keys.add_clip_has_vision_encoder(True)
    keys.add_clip_projector_type(projector)
    keys.add_vision_projection_dim(shape.n_text)
    keys.add_vision_image_size(shape.image_size)
    keys.add_vision_patch_size(shape.patch_size)
    keys.add_vision_embedding_length(shape.n_embd)
    keys.add_vision_feed_forward_length(shape.n_ff)
    keys.add_vision_block_count(n_layer or shape.n_layer)
    keys.add_vision_head_count(shape.n_head)
    keys.add_vision_attention_layernorm_eps(shape.eps)
    keys.add_vision_image_mean(shape.mean)
    keys.add_vision_image_std(shape.std)


def _add_siglip(file: RandomGguf, shape: Tower, *, is_legacy: bool = False) -> None:
    n = shape.n_embd
    file.convolution("v.patch_embd.weight", n, shape.patch_size)
    file.bias("v.patch_embd", n)
    file.table("v.position_embd.weight", shape.n_patch, n)
    # Of the copy only the place matters: other numbers in it show whether someone runs it.
    for il in range(shape.n_layer + is_legacy):
        _add_layer(file, f"v.blk.{il}", shape, is_legacy=is_legacy)
    file.layer_norm("v.post_ln", n)


def _add_layer(file: RandomGguf, block: str, shape: Tower, *, is_legacy: bool = False) -> None:
    _add_attention(file, block, shape)
    _add_norms_and_feed_forward(file, block, shape, is_legacy=is_legacy)


def _add_attention(file: RandomGguf, block: str, shape: Tower) -> None:
    for part, width in (("attn_q", 1.5), ("attn_k", 1.5), ("attn_v", 1.0), ("attn_out", 1.0)):
        file.linear(f"{block}.{part}", shape.n_embd, shape.n_embd, width)


def _add_norms_and_feed_forward(
    file: RandomGguf, block: str, shape: Tower, *, is_legacy: bool = False
) -> None:
    for norm in ("ln1", "ln2"):
        file.layer_norm(f"{block}.{norm}", shape.n_embd)
    # The first converters had the two names interchanged; llama.cpp finds out by the shapes.
    up, down = ("ffn_down", "ffn_up") if is_legacy else ("ffn_up", "ffn_down")
    file.linear(f"{block}.{up}", shape.n_ff, shape.n_embd)
    file.linear(f"{block}.{down}", shape.n_embd, shape.n_ff)


def _add_two_frames(file: RandomGguf, shape: Tower) -> None:
    """The patch embedding for two frames of a film, which a picture goes through twice."""
    for name in ("v.patch_embd.weight", "v.patch_embd.weight.1"):
        file.convolution(name, shape.n_embd, shape.patch_size, std_scale=0.7)


def _add_merger(file: RandomGguf, shape: Tower) -> None:
    n_merged = shape.n_embd * shape.scale**2
    file.linear("mm.0", n_merged, n_merged)
    file.linear("mm.2", shape.n_text, n_merged, width=1.5)
