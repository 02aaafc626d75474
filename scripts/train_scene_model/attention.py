"""Attention as training computes it: the fused kernel, or plain products where those are faster."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def attend(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, is_causal: bool = False
) -> Tensor:
    """Scaled dot-product attention of (batch, heads, tokens, head width).

    torch's fused kernel for the CPU takes three times as long in bfloat16 as in float32, since its
    backward pass does not use the matrix unit; products of whole matrices do.

    Args:
        q: queries.
        k: keys.
        v: values.
        mask: True where a query may look, or None.
        is_causal: whether a query looks at its own place and those before it.
    """
    if q.dtype != torch.bfloat16 or q.device.type != "cpu":
        return functional.scaled_dot_product_attention(q, k, v, mask, is_causal=is_causal)
    scores = (q * q.shape[-1] ** -0.5) @ k.mT
    if is_causal:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).tril()
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return scores.softmax(-1, dtype=scores.dtype) @ v
