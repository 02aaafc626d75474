"""The language half: a Llama as llama.cpp's arch "llama" runs it (interleaved-pair RoPE, GQA)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .attention import attend
from .config import LanguageShape

Cache = list[tuple[Tensor, Tensor]]
EMBEDDING_STD = 0.3


@dataclass(frozen=True)
class Part:
    """A run of tokens that attend to the first part and to themselves, and to no other part.

    Attributes:
        start: first token.
        end: behind the last token.
        mask: (batch, 1, tokens, tokens of the first part + tokens), True where a query may look;
            None for the first part, which is causal.
    """

    start: int
    end: int
    mask: Tensor | None


def _in_parts(q: Tensor, k: Tensor, v: Tensor, parts: list[Part]) -> Tensor:
    """Attention (batch, heads, tokens, head width) without the pairs that no part needs."""
    first, *others = parts
    prefix = slice(first.start, first.end)
    mixed = [attend(q[:, :, prefix], k[:, :, prefix], v[:, :, prefix], is_causal=True)]
    for part in others:
        own = slice(part.start, part.end)
        keys = torch.cat((k[:, :, prefix], k[:, :, own]), 2)
        values = torch.cat((v[:, :, prefix], v[:, :, own]), 2)
        mixed.append(attend(q[:, :, own], keys, values, part.mask))
    return torch.cat(mixed, 2)


def rotate(x: Tensor, turn: Tensor) -> Tensor:
    """RoPE on pairs (2i, 2i + 1) as complex numbers. x is (batch, heads, tokens, head width)."""
    pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))
    return torch.view_as_real(pairs * turn).flatten(-2).to(x.dtype)


class Layer(nn.Module):
    """One Llama block."""

    def __init__(self, shape: LanguageShape) -> None:
        super().__init__()
        self.shape = shape
        # The last queries and keys of a layer whose attention is taught.
        self.is_watched = False
        self.seen: tuple[Tensor, Tensor] | None = None
        kv_width = shape.kv_heads * shape.head_width
        self.attn_norm = nn.RMSNorm(shape.width, eps=shape.eps)
        self.q = nn.Linear(shape.width, shape.width, bias=False)
        self.k = nn.Linear(shape.width, kv_width, bias=False)
        self.v = nn.Linear(shape.width, kv_width, bias=False)
        self.o = nn.Linear(shape.width, shape.width, bias=False)
        self.ffn_norm = nn.RMSNorm(shape.width, eps=shape.eps)
        self.gate = nn.Linear(shape.width, shape.ffn, bias=False)
        self.up = nn.Linear(shape.width, shape.ffn, bias=False)
        self.down = nn.Linear(shape.ffn, shape.width, bias=False)

    def forward(
        self,
        x: Tensor,
        rope: Tensor,
        parts: list[Part] | None,
        past: tuple[Tensor, Tensor] | None = None,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """(batch, tokens, width) to the same, and the keys and values so far."""
        batch, tokens, width = x.shape
        normed = self.attn_norm(x)

        def heads(y: Tensor) -> Tensor:
            return y.view(batch, tokens, -1, self.shape.head_width).transpose(1, 2)

        q, k = rotate(heads(self.q(normed)), rope), rotate(heads(self.k(normed)), rope)
        v = heads(self.v(normed))
        if past is not None:
            k, v = torch.cat((past[0], k), 2), torch.cat((past[1], v), 2)
        kept = (k, v)
        self.seen = (q, k) if self.is_watched else None
        group = self.shape.heads // self.shape.kv_heads
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        if parts is None:
            mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=past is None)
        else:
            mixed = _in_parts(q, k, v, parts)
        x = x + self.o(mixed.transpose(1, 2).reshape(batch, tokens, width))
        normed = self.ffn_norm(x)
        return x + self.down(functional.silu(self.gate(normed)) * self.up(normed)), kept


class Llama(nn.Module):
    """The decoder. Inputs are embeddings, so that image tokens stand among the words."""

    def __init__(self, shape: LanguageShape, embedding_std: float = EMBEDDING_STD) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.depth))
        self.norm = nn.RMSNorm(shape.width, eps=shape.eps)
        self.head = nn.Linear(shape.width, shape.vocabulary, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                std = embedding_std if name == "embed.weight" else parameter.shape[1] ** -0.5
                nn.init.normal_(parameter, std=std)
                if name.endswith(("o.weight", "down.weight")):
                    parameter.data *= (2 * shape.depth) ** -0.5
        half = torch.arange(0, shape.head_width, 2).float() / shape.head_width
        angles = torch.outer(torch.arange(shape.context).float(), shape.rope_base**-half)
        self.register_buffer("turns", torch.polar(torch.ones_like(angles), angles), False)

    def forward(
        self,
        x: Tensor,
        positions: Tensor,
        parts: list[Part] | None = None,
        past: Cache | None = None,
    ) -> tuple[Tensor, Cache]:
        """Last hidden states, normed, of embeddings (batch, tokens, width).

        Args:
            x: embeddings.
            positions: (batch, tokens) position of each.
            parts: how the sequences are divided; None for one that is causal throughout.
            past: keys and values of earlier tokens, for generating.
        """
        rope = self.turns[positions][:, None]
        cache: Cache = []
        for number, layer in enumerate(self.layers):
            x, kept = layer(x, rope, parts, past[number] if past else None)
            cache.append(kept)
        return self.norm(x), cache

    @torch.no_grad()
    def generate(
        self, image: Tensor, before: list[int], after: list[int], eos: int, limit: int = 260
    ) -> list[list[int]]:
        """Greedy answers to one question on a batch of pictures (batch, patches, width)."""
        batch, device = image.shape[0], image.device

        def words(ids: list[int]) -> Tensor:
            return self.embed(torch.tensor(ids, device=device)).expand(batch, -1, -1)

        x = torch.cat((words(before), image, words(after)), 1)
        place = x.shape[1]
        out, past = self(x, torch.arange(place, device=device).expand(batch, -1))
        answers: list[list[int]] = [[] for _ in range(batch)]
        ended = torch.zeros(batch, dtype=torch.bool, device=device)
        for _ in range(limit):
            token = self.head(out[:, -1]).argmax(-1)
            for answer, one in zip(answers, token.tolist(), strict=True):
                answer.append(one)
            ended |= token == eos
            if bool(ended.all()):
                break
            positions = torch.full((batch, 1), place, device=device)
            out, past = self(self.embed(token)[:, None], positions, past=past)
            place += 1
        return answers
