"""Writes small random LLaVA picture encoders (CLIP ViT and MLP projector) in GGUF, in two layouts.

"modern" is what this project exports: every stored layer runs (``clip.vision.feature_layer =
[block_count]``), the file names the feed-forward matrices as llama.cpp does. "legacy" is what
LLaVA-1.5 files in circulation hold, as llama.cpp's
``tools/mtmd/legacy-models/convert_image_encoder_to_gguf.py`` writes them: the last layer dropped,
``block_count`` one less than the ViT's layers, no ``feature_layer``, and ``ffn_up`` / ``ffn_down``
interchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import gguf
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class TinyMmproj:
    """Shape of a tiny picture encoder.

    Attributes:
        n_layer: layers *stored*: in the legacy layout the ViT it comes from had one more.
        projection_dim: the language model's ``n_embd``.
        layout: "modern" or "legacy".
        quant: storage of the matrices, "F32", "F16" or "Q8_0". The legacy converter writes F16.
        use_gelu: tanh-approximated GELU in the ViT instead of CLIP's quick GELU.
        pinpoints: sizes (width, height) in px of pictures cut into tiles, as LLaVA-NeXT has them; its other keys
            and its newline vector are then written too.
        has_kind: whether the projector's kind is written; the first converter did not.
        projector: "mlp" (LLaVA) or "ldp" (MobileVLM), for which llama.cpp wants 24 patches a side and makes 144 tokens.
        has_post_ln: whether a post-layernorm is stored (LLaVA's files have none).
        seed: of the weights.
    """

    image_size: int = 64
    patch_size: int = 16
    n_embd: int = 48
    n_head: int = 4
    n_ff: int = 96
    n_layer: int = 4
    projection_dim: int = 64
    layout: Literal["modern", "legacy"] = "modern"
    quant: str = "F16"
    use_gelu: bool = False
    has_kind: bool = True
    projector: Literal["mlp", "ldp"] = "mlp"
    has_post_ln: bool = False
    pinpoints: tuple[tuple[int, int], ...] = ()
    seed: int = 0

    @property
    def n_patch(self) -> int:
        """Image tokens of one picture."""
        return (self.image_size // self.patch_size) ** 2


def write_tiny_mmproj(path: Path, shape: TinyMmproj = TinyMmproj()) -> Path:
    """Writes a GGUF file of architecture "clip"; returns ``path``."""
    writer = gguf.GGUFWriter(str(path), "clip")
    is_legacy = shape.layout == "legacy"
    if is_legacy:
        writer.add_bool("clip.has_text_encoder", False)
        writer.add_bool("clip.has_llava_projector", True)
        writer.add_description("image encoder for LLaVA")
    else:
        writer.add_array("clip.vision.feature_layer", [shape.n_layer])
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_file_type({"F32": 0, "F16": 1, "Q8_0": 7}[shape.quant])
    writer.add_name(f"tiny-clip-{shape.seed}")
    if shape.has_kind:
        writer.add_string("clip.projector_type", shape.projector)
    writer.add_uint32("clip.vision.image_size", shape.image_size)
    writer.add_uint32("clip.vision.patch_size", shape.patch_size)
    writer.add_uint32("clip.vision.embedding_length", shape.n_embd)
    writer.add_uint32("clip.vision.feed_forward_length", shape.n_ff)
    # The legacy converter stores CLIP's own projection_dim (768), not the language model's width.
    writer.add_uint32("clip.vision.projection_dim", 768 if is_legacy else shape.projection_dim)
    writer.add_uint32("clip.vision.attention.head_count", shape.n_head)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_uint32("clip.vision.block_count", shape.n_layer)
    if shape.pinpoints:
        flat = [side for size in shape.pinpoints for side in size]
        writer.add_array("clip.vision.image_grid_pinpoints", flat)
        writer.add_uint32("clip.vision.image_crop_resolution", 224)
        writer.add_string("clip.vision.image_aspect_ratio", "anyres")
        writer.add_string("clip.vision.mm_patch_merge_type", "spatial_unpad")
    writer.add_array("clip.vision.image_mean", list(CLIP_MEAN))
    writer.add_array("clip.vision.image_std", list(CLIP_STD))
    writer.add_bool("clip.use_gelu", shape.use_gelu)
    for name, values in _random_tensors(shape).items():
        kind = _storage(values, shape.quant)
        writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _storage(values: FloatArray, quant: str) -> gguf.GGMLQuantizationType:
    """Matrices and the patch convolution small, vectors in F32; "F32" keeps all of it."""
    kinds = gguf.GGMLQuantizationType
    if values.ndim < 2 or quant == "F32":
        return kinds.F32
    return kinds.Q8_0 if quant == "Q8_0" and values.ndim == 2 else kinds.F16


def _random_tensors(shape: TinyMmproj) -> dict[str, FloatArray]:
    rng = np.random.default_rng(shape.seed)
    n, n_ff, patch = shape.n_embd, shape.n_ff, shape.patch_size

    def normal(*size: int, std: float) -> FloatArray:
        return (rng.standard_normal(size) * std).astype(np.float32)

    def layer_norm(name: str) -> dict[str, FloatArray]:
        return {f"{name}.weight": 1.0 + normal(n, std=0.1), f"{name}.bias": normal(n, std=0.1)}

    # fc1 goes from n_embd to n_ff. Its name in the legacy layout is ffn_down; llama.cpp swaps it
    # back.
    fc1, fc2 = ("ffn_down", "ffn_up") if shape.layout == "legacy" else ("ffn_up", "ffn_down")
    tensors = {
        "v.class_embd": normal(n, std=1.0),
        "v.patch_embd.weight": normal(n, 3, patch, patch, std=1.0 / np.sqrt(3 * patch * patch)),
        "v.position_embd.weight": normal(shape.n_patch + 1, n, std=1.0),
        **layer_norm("v.pre_ln"),
    }
    for il in range(shape.n_layer):
        block = f"v.blk.{il}"
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            width = 1.5 if part in ("attn_q", "attn_k") else 1.0
            tensors[f"{block}.{part}.weight"] = normal(n, n, std=width / np.sqrt(n))
            tensors[f"{block}.{part}.bias"] = normal(n, std=0.1)
        tensors[f"{block}.{fc1}.weight"] = normal(n_ff, n, std=1.0 / np.sqrt(n))
        tensors[f"{block}.{fc1}.bias"] = normal(n_ff, std=0.1)
        tensors[f"{block}.{fc2}.weight"] = normal(n, n_ff, std=1.0 / np.sqrt(n_ff))
        tensors[f"{block}.{fc2}.bias"] = normal(n, std=0.1)
        tensors |= layer_norm(f"{block}.ln1") | layer_norm(f"{block}.ln2")
    if shape.pinpoints:
        tensors["model.image_newline"] = normal(shape.projection_dim, std=1.0)
    if shape.has_post_ln:
        tensors |= layer_norm("v.post_ln")
    if shape.projector == "ldp":
        return tensors | _random_ldp(shape, normal)
    tensors["mm.0.weight"] = normal(shape.projection_dim, n, std=1.0 / np.sqrt(n))
    tensors["mm.0.bias"] = normal(shape.projection_dim, std=0.1)
    tensors["mm.2.weight"] = normal(
        shape.projection_dim, shape.projection_dim, std=1.5 / np.sqrt(shape.projection_dim)
    )
    tensors["mm.2.bias"] = normal(shape.projection_dim, std=0.1)
    return tensors


def _random_ldp(shape: TinyMmproj, normal: Callable[..., FloatArray]) -> dict[str, FloatArray]:
    """MobileVLM's projector: two linear layers, then two blocks of depthwise convolution, the second halving."""
    n, width, squeezed = shape.n_embd, shape.projection_dim, shape.projection_dim // 4
    tensors = {
        "mm.model.mlp.1.weight": normal(width, n, std=1.0 / np.sqrt(n)),
        "mm.model.mlp.1.bias": normal(width, std=0.1),
        "mm.model.mlp.3.weight": normal(width, width, std=1.0 / np.sqrt(width)),
        "mm.model.mlp.3.bias": normal(width, std=0.1),
    }
    for number in (1, 2):
        block = f"mm.model.mb_block.{number}.block"
        tensors |= {
            f"{block}.0.0.weight": normal(width, 1, 3, 3, std=1.0 / 3),
            f"{block}.1.fc1.weight": normal(squeezed, width, std=1.0 / np.sqrt(width)),
            f"{block}.1.fc1.bias": normal(squeezed, std=0.1),
            f"{block}.1.fc2.weight": normal(width, squeezed, std=1.0 / np.sqrt(squeezed)),
            f"{block}.1.fc2.bias": normal(width, std=0.1),
            f"{block}.2.0.weight": normal(width, width, std=1.0 / np.sqrt(width)),
        }
        for norm in (f"{block}.0.1", f"{block}.2.1"):
            tensors |= {
                f"{norm}.weight": 1.0 + normal(width, std=0.1),
                f"{norm}.bias": normal(width, std=0.1),
            }
    return tensors
