"""The vision half: a CLIP ViT as llama.cpp's clip.cpp runs it for LLaVA, and the MLP projector."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .config import IMAGE_MEAN, IMAGE_STD, VisionShape
from .kinds import KINDS, SETTINGS


class Block(nn.Module):
    """Pre-norm attention and feed-forward block of the ViT.

    The activation is written as SiLU. With the input matrix divided by 1.702 and the output matrix
    multiplied by it this *is* quick GELU, x·sigmoid(1.702 x); `export.py` does that. SiLU is one
    fused kernel where quick GELU is three, which two CPU cores feel.
    """

    def __init__(self, shape: VisionShape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.ln_1 = nn.LayerNorm(shape.width, eps=shape.eps)
        self.qkv = nn.Linear(shape.width, 3 * shape.width)
        self.out = nn.Linear(shape.width, shape.width)
        self.ln_2 = nn.LayerNorm(shape.width, eps=shape.eps)
        self.up = nn.Linear(shape.width, shape.ffn)
        self.down = nn.Linear(shape.ffn, shape.width)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, tokens, width) to the same."""
        batch, tokens, width = x.shape
        qkv = self.qkv(self.ln_1(x)).view(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = functional.scaled_dot_product_attention(q, k, v)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.down(functional.silu(self.up(self.ln_2(x))))


class VisionTower(nn.Module):
    """ViT and projector: pictures in, image tokens for the language model out.

    The class token stands first, at position 0, and the patches at 1..n in reading order; the
    features are the last block's output without the class token and without a last norm.
    """

    def __init__(self, shape: VisionShape, language_width: int) -> None:
        super().__init__()
        self.shape = shape
        self.patch = nn.Conv2d(3, shape.width, shape.patch_size, shape.patch_size, bias=False)
        self.class_token = nn.Parameter(torch.randn(shape.width) * 0.02)
        self.positions = nn.Parameter(torch.randn(shape.patches + 1, shape.width) * 0.02)
        self.pre_ln = nn.LayerNorm(shape.width, eps=shape.eps)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.depth))
        self.mm_0 = nn.Linear(shape.width, language_width)
        self.mm_2 = nn.Linear(language_width, language_width)
        self.register_buffer("mean", torch.tensor(IMAGE_MEAN).view(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(IMAGE_STD).view(1, 3, 1, 1) * 255)

    def features(self, pictures: Tensor) -> Tensor:
        """ViT features of uint8 pictures (batch, side, side, 3): (batch, patches, width)."""
        pixels = (pictures.permute(0, 3, 1, 2).float() - self.mean) / self.std
        patches = self.patch(pixels).flatten(2).transpose(1, 2)
        first = self.class_token.expand(patches.shape[0], 1, -1)
        x = self.pre_ln(torch.cat([first, patches], 1) + self.positions)
        for block in self.blocks:
            x = block(x)
        return x[:, 1:]

    def project(self, features: Tensor) -> Tensor:
        """The projector: (batch, patches, language width). llama.cpp's GELU here is tanh's."""
        return self.mm_2(functional.gelu(self.mm_0(features), approximate="tanh"))

    def forward(self, pictures: Tensor) -> Tensor:
        """Image tokens of uint8 pictures."""
        return self.project(self.features(pictures))


class DenseHeads(nn.Module):
    """What stage 1 asks of every image token; dropped at export.

    Per patch: the kind of the thing that fills most of it (0 is background), its size and the cell
    of its centre; and from the mean of all patches, the setting.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.kind = nn.Linear(width, len(KINDS) + 1)
        self.size = nn.Linear(width, 4)
        self.cell = nn.Linear(width, 10)
        self.setting = nn.Linear(width, len(SETTINGS))

    def forward(self, tokens: Tensor, labels: Tensor, setting: Tensor) -> tuple[Tensor, Tensor]:
        """Loss, and the part of object patches whose kind is right.

        Args:
            tokens: image tokens (batch, patches, width).
            labels: (batch, patches, 3) kind, size, cell; 0 is background.
            setting: (batch,).
        """
        x = self.norm(tokens)
        kind = self.kind(x)
        truth = labels[..., 0]
        loss = functional.cross_entropy(kind.flatten(0, 1), truth.flatten())
        for head, which in ((self.size, 1), (self.cell, 2)):
            loss = loss + 0.3 * functional.cross_entropy(
                head(x).flatten(0, 1), labels[..., which].flatten()
            )
        loss = loss + 0.1 * functional.cross_entropy(self.setting(x.mean(1)), setting)
        on_object = truth > 0
        right = (kind.argmax(-1) == truth)[on_object].float().mean()
        return loss, right
