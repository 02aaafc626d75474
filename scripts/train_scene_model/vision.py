"""The vision half: a CLIP ViT as llama.cpp's clip.cpp runs it for LLaVA, and the MLP projector."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .attention import attend
from .config import IMAGE_MEAN, IMAGE_STD, VisionShape
from .data import CELL, COLOUR, IGNORED, KIND, SIZE, WEIGHT, WORD, X, Y
from .kinds import COLOUR_NAMES, KINDS, WORDS
from .settings import SETTINGS

_BACKGROUND_WEIGHT = 0.3


class Block(nn.Module):
    """Pre-norm attention and feed-forward block of the ViT.

    The activation is written as SiLU. With the input matrix divided by 1.702 and the output matrix
    multiplied by it this *is* quick GELU, x·sigmoid(1.702 x); `export.py` does that. SiLU is one
    fused kernel where quick GELU is three, which two CPU cores feel.

    Queries and keys start alike, so that a patch first looks at patches like itself and near it.
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
        with torch.no_grad():
            alike = torch.linalg.qr(torch.randn(shape.width, shape.width))[0] * 0.8
            self.qkv.weight[: shape.width] = alike
            self.qkv.weight[shape.width : 2 * shape.width] = alike
            for linear in (self.out, self.down):
                linear.weight *= (2 * shape.depth) ** -0.5
            for linear in (self.qkv, self.out, self.up, self.down):
                linear.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        """(batch, tokens, width) to the same."""
        batch, tokens, width = x.shape
        qkv = self.qkv(self.ln_1(x)).view(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = attend(q, k, v)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.down(functional.silu(self.up(self.ln_2(x))))


def _grid_positions(shape: VisionShape) -> Tensor:
    """Sines and cosines of row and column, where learning starts from: (patches, width)."""
    quarter = shape.width // 4
    rates = 50.0 ** -(torch.arange(quarter) / quarter)
    places = torch.outer(torch.arange(shape.side).float(), rates)
    one = torch.cat((places.sin(), places.cos()), 1)
    rows = one.repeat_interleave(shape.side, 0)
    return torch.cat((rows, one.repeat(shape.side, 1)), 1)


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
        first = torch.randn(1, shape.width) * 0.02
        self.positions = nn.Parameter(torch.cat((first, _grid_positions(shape))))
        self.pre_ln = nn.LayerNorm(shape.width, eps=shape.eps)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.depth))
        self.mm_0 = nn.Linear(shape.width, language_width)
        self.mm_2 = nn.Linear(language_width, language_width)
        pixels = shape.patch_size**2
        for name, value in (("mean", IMAGE_MEAN), ("std", IMAGE_STD)):
            self.register_buffer(name, torch.tensor(value).repeat_interleave(pixels) * 255, False)

    def features(self, pictures: Tensor, kept: Tensor | None = None) -> Tensor:
        """ViT features of uint8 pictures (batch, side, side, 3): (batch, patches, width).

        With `kept` (batch, number), only these patches are looked at.
        """
        side, patch = self.shape.side, self.shape.patch_size
        cut = pictures.view(-1, side, patch, side, patch, 3).permute(0, 1, 3, 5, 2, 4)
        pixels = cut.reshape(-1, side**2, 3 * patch**2)
        places = self.positions[1:].expand(pixels.shape[0], -1, -1)
        if kept is not None:
            pixels = pixels.gather(1, kept[..., None].expand(-1, -1, pixels.shape[2]))
            places = places.gather(1, kept[..., None].expand(-1, -1, places.shape[2]))
        normed = (pixels.float() - self.mean) / self.std
        patches = functional.linear(normed, self.patch.weight.flatten(1)) + places
        first = (self.class_token + self.positions[0]).expand(patches.shape[0], 1, -1)
        x = self.pre_ln(torch.cat([first, patches], 1))
        for block in self.blocks:
            x = block(x)
        return x[:, 1:]

    def project(self, features: Tensor) -> Tensor:
        """Return the projector's output (batch, patches, language width). llama.cpp's GELU here is tanh's."""
        return self.mm_2(functional.gelu(self.mm_0(features), approximate="tanh"))

    def forward(self, pictures: Tensor, kept: Tensor | None = None) -> Tensor:
        """Image tokens of uint8 pictures, of the `kept` patches or of all."""
        return self.project(self.features(pictures, kept))


class DenseHeads(nn.Module):
    """What stage 1 asks of every image token; dropped at export.

    Per patch: the kind of the thing that fills most of it (0 is background), and of that thing the
    size, the cell and the place of its centre, the colour and the word; and from the mean of all
    patches, the setting.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.kind = nn.Linear(width, len(KINDS) + 1)
        self.size = nn.Linear(width, 3)
        self.cell = nn.Linear(width, 9)
        self.colour = nn.Linear(width, len(COLOUR_NAMES))
        self.word = nn.Linear(width, len(WORDS))
        self.centre = nn.Linear(width, 2)
        self.setting = nn.Linear(width, len(SETTINGS))

    def forward(
        self, tokens: Tensor, labels: Tensor, setting: Tensor
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss, and the rightly told part of patches of things: kind, cell, colour, word.

        Args:
            tokens: image tokens (batch, patches, width).
            labels: (batch, patches, 8), see `data.patch_labels`.
            setting: (batch,).
        """
        x = self.norm(tokens).flatten(0, 1)
        labels = labels.flatten(0, 1)
        kind, truth = self.kind(x), labels[:, KIND]
        of_thing = labels[:, WEIGHT] / 1000
        weight = torch.where(truth == 0, _BACKGROUND_WEIGHT, of_thing) * (truth != IGNORED)
        losses = functional.cross_entropy(kind, truth, reduction="none", ignore_index=IGNORED)
        loss = (losses * weight).sum() / weight.sum()
        on_thing = truth > 0
        right = {"kind": (kind.argmax(-1) == truth)[on_thing].float().mean()}
        x, labels = x[on_thing], labels[on_thing]
        for name, column, share in (
            ("size", SIZE, 0.2),
            ("cell", CELL, 0.3),
            ("colour", COLOUR, 0.3),
            ("word", WORD, 0.3),
        ):
            asked = labels[:, column] != IGNORED
            if bool(asked.any()):
                said, true = getattr(self, name)(x[asked]), labels[asked, column]
                loss = loss + share * functional.cross_entropy(said, true)
                right[name] = (said.argmax(-1) == true).float().mean()
        centre = labels[:, (X, Y)].float() / 1000
        loss = loss + 2.0 * (self.centre(x) + 0.5 - centre).abs().mean()
        loss = loss + 0.1 * functional.cross_entropy(self.setting(tokens.mean(1)), setting)
        return loss, right
