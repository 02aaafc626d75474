"""LLaVA's picture encoder in numpy, in the order it was trained in: the measure for llama.cpp's.

CLIP's convention: the class embedding stands FIRST and takes position 0, patches follow at 1..n in
reading order, and the class token is dropped before the projector. (llama.cpp appends it after the
patches: ggml-org/llama.cpp#25814.) Matrix shapes are (n_out, n_in); a sequence is (n_token,
n_embd).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tests.reference.gguf_weights import GgufWeights

Array = npt.NDArray[np.float64]


def encode(
    weights: GgufWeights, image_rgb: npt.NDArray[np.uint8], n_layer: int | None = None
) -> Array:
    """Returns the image embeddings for the language model, shape (n_patch, projection width).

    Args:
        weights: the mmproj file, modern or legacy layout.
        image_rgb: picture of exactly the encoder's size, shape (size, size, 3).
        n_layer: how many of the stored layers run; ``None`` is all of them.
    """
    get, tensors = weights.metadata, weights.tensors
    eps = float(get["clip.vision.attention.layer_norm_epsilon"])
    hidden = _patches(weights, image_rgb) @ _flat_kernel(weights).T  # (n_patch, n_embd)
    if "v.patch_embd.bias" in tensors:
        hidden = hidden + tensors["v.patch_embd.bias"]
    hidden = np.concatenate([tensors["v.class_embd"].reshape(1, -1), hidden])
    hidden = hidden + tensors["v.position_embd.weight"]
    if "v.pre_ln.weight" in tensors:
        hidden = _layer_norm(weights, hidden, "v.pre_ln", eps)
    n_run = int(get["clip.vision.block_count"]) if n_layer is None else n_layer
    for il in range(n_run):
        block = f"v.blk.{il}"
        hidden = hidden + _attend(weights, _layer_norm(weights, hidden, f"{block}.ln1", eps), block)
        hidden = hidden + _mlp(weights, _layer_norm(weights, hidden, f"{block}.ln2", eps), block)
    if "v.post_ln.weight" in tensors:
        hidden = _layer_norm(weights, hidden, "v.post_ln", eps)
    patches = hidden[1:]
    return _linear(weights, gelu_tanh(_linear(weights, patches, "mm.0")), "mm.2")


def gelu_tanh(x: Array) -> Array:
    """GELU by tanh, which is what ggml_gelu computes (ggml/src/ggml-cpu/vec.h)."""
    inner = np.sqrt(2.0 / np.pi) * x * (1.0 + 0.044715 * x * x)
    result: Array = 0.5 * x * (1.0 + np.tanh(inner))
    return result


def gelu_quick(x: Array) -> Array:
    """CLIP's own approximation of GELU."""
    result: Array = x / (1.0 + np.exp(-1.702 * x))
    return result


def _patches(weights: GgufWeights, image_rgb: npt.NDArray[np.uint8]) -> Array:
    """Normalised pixels by patch in reading order: (n_patch, 3 * patch * patch), channel first."""
    size = int(weights.metadata["clip.vision.image_size"])
    patch = int(weights.metadata["clip.vision.patch_size"])
    if image_rgb.shape != (size, size, 3):
        raise ValueError(f"the picture is {image_rgb.shape}, the encoder wants ({size}, {size}, 3)")
    mean = np.asarray(weights.metadata["clip.vision.image_mean"][:3])
    std = np.asarray(weights.metadata["clip.vision.image_std"][:3])
    pixels = (image_rgb.astype(np.float64) / 255.0 - mean) / std
    rows = []
    for y in range(0, size, patch):
        for x in range(0, size, patch):
            tile = pixels[y : y + patch, x : x + patch]  # (patch, patch, 3)
            rows.append(tile.transpose(2, 0, 1).reshape(-1))
    return np.stack(rows)


def _flat_kernel(weights: GgufWeights) -> Array:
    kernel = weights.tensors["v.patch_embd.weight"]  # (n_embd, 3, patch, patch)
    return np.asarray(kernel.reshape(len(kernel), -1), dtype=np.float64)


def _linear(weights: GgufWeights, x: Array, name: str) -> Array:
    out: Array = x @ weights.tensors[f"{name}.weight"].T
    return out + weights.tensors[f"{name}.bias"] if weights.has(f"{name}.bias") else out


def _layer_norm(weights: GgufWeights, x: Array, name: str, eps: float) -> Array:
    centred = x - x.mean(axis=-1, keepdims=True)
    scaled = centred / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + eps)
    result: Array = scaled * weights.tensors[f"{name}.weight"] + weights.tensors[f"{name}.bias"]
    return result


def _attend(weights: GgufWeights, x: Array, block: str) -> Array:
    n_head = int(weights.metadata["clip.vision.attention.head_count"])
    q, k, v = (
        _linear(weights, x, f"{block}.attn_{part}").reshape(len(x), n_head, -1) for part in "qkv"
    )
    mixed = np.empty_like(v)
    for head in range(n_head):
        scores = q[:, head] @ k[:, head].T / np.sqrt(q.shape[-1])
        probabilities = np.exp(scores - scores.max(axis=-1, keepdims=True))
        probabilities /= probabilities.sum(axis=-1, keepdims=True)
        mixed[:, head] = probabilities @ v[:, head]
    return _linear(weights, mixed.reshape(len(x), -1), f"{block}.attn_out")


def _mlp(weights: GgufWeights, x: Array, block: str) -> Array:
    up, down = f"{block}.ffn_up", f"{block}.ffn_down"
    if weights.tensors[f"{up}.weight"].shape[1] != x.shape[1]:
        up, down = down, up  # the legacy converter interchanged the names
    activation = gelu_tanh if weights.metadata.get("clip.use_gelu", False) else gelu_quick
    return _linear(weights, activation(_linear(weights, x, up)), down)
