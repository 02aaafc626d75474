"""Random weights with which a model's parts all show: attention that selects, norms and biases that matter."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import torch

_SELECTING = ("q_proj", "k_proj", "qkv", "query", "key")
_EMBEDDINGS = ("embed", "embd", "class_", "cls_token", "newline", "position")
_GAINS = ("norm", "ln_", "ln1", "ln2", "layernorm", "lambda", "ls1", "ls2")


def fill(
    model: Any,
    seed: int,
    *,
    looked_up: float = 1.0,
    unpicked: Collection[int] = (),
    peak: float = 1.45,
) -> None:
    """Give all parameters new numbers that F16 holds exactly, so that a converted file has the very same.

    Args:
        model: a torch module; changed in place.
        seed: of the numbers.
        looked_up: width of a token's embedding.
        unpicked: tokens that the last layer never prefers: marks, and bytes that are no letters.
        peak: width of queries and keys; from about 1.4 on attention is peaky, so that steering has something to select.
    """
    generator = torch.Generator().manual_seed(seed)
    zero_centred = {
        id(module.weight)
        for module in model.modules()
        if type(module).__name__ == "Gemma3RMSNorm"  # it multiplies by one more than its weight
    }
    with torch.no_grad():
        for name, values in model.named_parameters():
            numbers = torch.randn(values.shape, generator=generator)
            last = name.lower()
            if values.ndim < 2 and any(part in last for part in _GAINS) and "bias" not in last:
                numbers = 0.1 * numbers + (0.0 if id(values) in zero_centred else 1.0)
            elif values.ndim < 2 and not any(part in last for part in _EMBEDDINGS):
                numbers = 0.1 * numbers
            elif "embed_tokens" in last:
                numbers = looked_up * numbers
            elif (
                values.ndim < 4
                and any(part in last for part in _EMBEDDINGS)
                and not _is_matrix(last)
            ):
                pass
            else:
                n_in = values.shape[0] if "input_projection_weight" in last else values[0].numel()
                width = peak if any(part in last for part in _SELECTING) else 1.0
                width = 3.0 if "lm_head" in last else width
                numbers = numbers * width / max(1, n_in) ** 0.5
            if "bias" in last:
                numbers = 0.1 * torch.randn(values.shape, generator=generator)
            if "lm_head.weight" in last:
                numbers[list(unpicked)] = 0.0
            if "lm_head.bias" in last:
                numbers = torch.zeros_like(numbers)
            values.copy_(numbers.to(torch.float16).to(values.dtype))
    model.eval()


def _is_matrix(name: str) -> bool:
    """Return whether patches or features go through what is named an embedding."""
    return "proj" in name or "patch_embed" in name
