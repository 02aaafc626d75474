"""Attention as training computes it: torch's fused kernel, or plain products where those are faster.

The fused kernel for the CPU takes three times as long in bfloat16 as in float32, since its backward pass does not use
the matrix unit. Products of whole matrices do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Part:
    """A run of tokens that attend to the first part and to themselves, and to no other part.

    Attributes:
        start: first token.
        end: behind the last token.
        bias: added to the scores, (batch or 1, 1, tokens, tokens of the first part + tokens; of the first part
            only tokens): 0 where a query may look, minus infinity where not.
    """

    start: int
    end: int
    bias: Tensor


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Scaled dot-product attention of everything to everything; each (batch, heads, tokens, head width)."""
    if not _is_plain(q):
        return functional.scaled_dot_product_attention(q, k, v)
    scores = (q * q.shape[-1] ** -0.5) @ k.mT
    return scores.softmax(-1, dtype=scores.dtype) @ v


def attend_in_parts(q: Tensor, k: Tensor, v: Tensor, parts: list[Part]) -> Tensor:
    """Attention without the pairs that no part needs.

    Args:
        q: queries (batch, heads, tokens, head width).
        k: keys (batch, key heads, tokens, head width); each is shared by as many heads in a row as there are more.
        v: values, as the keys.
        parts: what may look at what, in order and without gaps.
    """
    if _is_plain(q):
        mixed: Tensor = _InParts.apply(q, k, v, parts)
        return mixed
    group = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
    return torch.cat(
        [
            functional.scaled_dot_product_attention(
                q[:, :, part.start : part.end], _seen(k, parts[0], part), _seen(v, parts[0], part),
                part.bias.to(q.dtype),
            )
            for part in parts
        ],
        2,
    )  # fmt: skip


def _is_plain(q: Tensor) -> bool:
    return q.dtype == torch.bfloat16


def _seen(x: Tensor, first: Part, part: Part) -> Tensor:
    """Return the keys or values that a part sees."""
    own = x[:, :, part.start : part.end]
    return own if part is first else torch.cat((x[:, :, : first.end], own), 2)


class _InParts(torch.autograd.Function):
    """Queries that share keys stand below one another, so that nothing is repeated."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, parts: list[Part]) -> Tensor:  # type: ignore[override]
        batch, heads, tokens, width = q.shape
        shared = k.shape[1]
        scaled = q * width**-0.5
        out = torch.empty(batch, tokens, heads, width, dtype=q.dtype).transpose(1, 2)
        kept: list[Tensor] = []
        for part in parts:
            queries = scaled[:, :, part.start : part.end].reshape(batch * shared, -1, width)
            keys = _seen(k, parts[0], part).reshape(batch * shared, -1, width)
            values = _seen(v, parts[0], part).reshape(batch * shared, -1, width)
            scores = torch.bmm(queries, keys.mT)
            length = part.end - part.start
            scores.view(batch, heads, length, -1).add_(part.bias)
            shares = torch.softmax(scores, -1)
            mixed = torch.bmm(shares, values)
            out[:, :, part.start : part.end] = mixed.view(batch, heads, length, width)
            kept += [queries, keys, values, shares]
        ctx.save_for_backward(*kept)
        ctx.parts, ctx.shape = parts, (batch, heads, shared, tokens, width)
        return out

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:  # type: ignore[override]
        batch, heads, shared, tokens, width = ctx.shape
        parts, kept = ctx.parts, ctx.saved_tensors
        dq = torch.empty(batch, heads, tokens, width, dtype=slope.dtype)
        dk = torch.empty(batch, shared, tokens, width, dtype=slope.dtype)
        dv = torch.empty_like(dk)
        first = parts[0]
        for number in range(len(parts)):
            part = parts[number]
            queries, keys, values, shares = kept[4 * number : 4 * number + 4]
            above = slope[:, :, part.start : part.end].reshape(batch * shared, -1, width)
            d_shares = torch.bmm(above, values.mT)
            d_scores = torch._softmax_backward_data(d_shares, shares, -1, shares.dtype)
            d_queries = torch.bmm(d_scores, keys).view(batch, heads, -1, width)
            dq[:, :, part.start : part.end] = d_queries
            for total, left, right in ((dk, d_scores, queries), (dv, shares, above)):
                found = torch.bmm(left.mT, right).view(batch, shared, -1, width)
                if number:
                    total[:, :, : first.end] += found[:, :, : first.end]
                    found = found[:, :, first.end :]
                total[:, :, part.start : part.end] = found
        return dq.mul_(width**-0.5), dk, dv, None
