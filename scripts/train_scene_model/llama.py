"""The language half: a Llama as llama.cpp's arch "llama" runs it (interleaved-pair RoPE, GQA)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .attention import Part, attend_in_parts
from .config import LanguageShape
from .norm import Norm
from .precision import fast_dtype

Cache = list[tuple[Tensor, Tensor]]
EMBEDDING_STD = 0.3


def rotate(x: Tensor, turn: Tensor) -> Tensor:
    """RoPE on pairs (2i, 2i + 1) as complex numbers. x is (batch, tokens, heads, head width)."""
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
        self.attn_norm = Norm(shape.width, shape.eps)
        self.q = nn.Linear(shape.width, shape.width, bias=False)
        self.k = nn.Linear(shape.width, kv_width, bias=False)
        self.v = nn.Linear(shape.width, kv_width, bias=False)
        self.o = nn.Linear(shape.width, shape.width, bias=False)
        self.ffn_norm = Norm(shape.width, shape.eps)
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
        batch, tokens, _ = x.shape
        together = torch.cat((self.q.weight, self.k.weight, self.v.weight))
        qkv = functional.linear(self.attn_norm(x), together).unflatten(
            -1, (-1, self.shape.head_width)
        )
        turned, v = qkv.split((self.shape.heads + self.shape.kv_heads, self.shape.kv_heads), 2)
        q, k = rotate(turned, rope).split((self.shape.heads, self.shape.kv_heads), 2)
        q, k, v = (part.transpose(1, 2) for part in (q, k, v))
        if past is not None:
            k, v = torch.cat((past[0], k), 2), torch.cat((past[1], v), 2)
        kept = (k, v)
        self.seen = (q, k) if self.is_watched else None
        if parts is None:
            mixed = functional.scaled_dot_product_attention(
                q, k, v, is_causal=past is None, enable_gqa=True
            )
        else:
            mixed = attend_in_parts(q, k, v, parts)
        x = x + self.o(mixed.transpose(1, 2).reshape(batch, tokens, -1))
        wide = functional.linear(self.ffn_norm(x), torch.cat((self.gate.weight, self.up.weight)))
        gate, up = wide.chunk(2, -1)
        return x + self.down(functional.silu(gate) * up), kept


class Llama(nn.Module):
    """The decoder. Inputs are embeddings, so that image tokens stand among the words."""

    def __init__(self, shape: LanguageShape, embedding_std: float = EMBEDDING_STD) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.depth))
        self.norm = Norm(shape.width, shape.eps)
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
        x = x.to(fast_dtype() if torch.is_autocast_enabled("cpu") else x.dtype)
        rope = self.turns[positions][:, :, None]
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
        batch = image.shape[0]

        def words(ids: list[int]) -> Tensor:
            return self.embed(torch.tensor(ids)).expand(batch, -1, -1)

        x = torch.cat((words(before), image, words(after)), 1)
        place = x.shape[1]
        out, past = self(x, torch.arange(place).expand(batch, -1))
        answers: list[list[int]] = [[] for _ in range(batch)]
        ended = torch.zeros(batch, dtype=torch.bool)
        for _ in range(limit):
            token = self.head(out[:, -1]).argmax(-1)
            for answer, one in zip(answers, token.tolist(), strict=True):
                answer.append(one)
            ended |= token == eos
            if bool(ended.all()):
                break
            positions = torch.full((batch, 1), place)
            out, past = self(self.embed(token)[:, None], positions, past=past)
            place += 1
        return answers
