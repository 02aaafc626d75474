"""MobileVLM: LLaVA-1.5 with a projector of its own, which makes 144 image tokens of 576.

Source: ``mobilevlm/model/vision_projector.py`` of Meituan-AutoML/MobileVLM (Apache-2.0), with torchvision's
``InvertedResidual`` and ``SqueezeExcitation`` and timm's ``LayerNormAct2d`` put into it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import CLIPImageProcessor, CLIPVisionModel, LlamaForCausalLM

from scripts.check_families.authors import let_write
from scripts.check_families.convert import Converters
from scripts.check_families.families.llava import (
    N_EMBD,
    clip_config,
    llama_config,
    pad_to_square,
    tokenize_around_picture,
    vicuna,
)
from scripts.check_families.family import HELPER_MARK, Family, Pair, Picture
from scripts.check_families.seen import Floats, Seen
from scripts.check_families.vocabulary import forget_added_tokens, make_llama_pieces
from scripts.check_families.weights import fill


class MobileVlm(Family):
    """MobileVLM 1.7B, the first version."""

    name = "MobileVLM"
    template = "mobilevlm"
    seed = 3

    def __init__(self, folder: Path) -> None:
        self._tokenizer = make_llama_pieces(folder / "llm")
        self._tower = CLIPVisionModel(clip_config())
        self._projector = _LdpNetProjector(clip_config().hidden_size, N_EMBD)
        self._llama = LlamaForCausalLM(llama_config(len(self._tokenizer)))
        for part in (self._tower, self._projector, self._llama):
            fill(part, self.seed, unpicked=range(259))
        self._images = CLIPImageProcessor(
            size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}
        )

    def convert(self, converters: Converters, folder: Path) -> Pair:
        checkpoint, tower = folder / "llm", folder / "vit"
        self._llama.save_pretrained(checkpoint)
        self._tokenizer.save_pretrained(checkpoint)
        forget_added_tokens(checkpoint)
        converters.convert_text(checkpoint, folder / "model.gguf")
        state = {
            f"model.mm_projector.{key}": value
            for key, value in self._projector.state_dict().items()
        }
        torch.save(state, checkpoint / "pytorch_model.bin")
        converters.run_legacy("llava_surgery.py", "-m", str(checkpoint))
        self._tower.save_pretrained(tower)
        config = json.loads((tower / "config.json").read_text())
        (tower / "config.json").write_text(json.dumps(config | {"projection_dim": 48}))
        converters.run_legacy(
            "convert_image_encoder_to_gguf.py", "-m", str(tower), "--clip-model-is-vision",
            "--llava-projector", str(checkpoint / "llava.projector"), "--output-dir", str(tower),
            "--projector-type", "ldp",
        )  # fmt: skip
        return Pair(folder / "model.gguf", tower / "mmproj-model-f16.gguf")

    def look(self, picture: Picture, question: str) -> Seen:
        prompt = tokenize_around_picture(self._tokenizer, vicuna(question, "<image>"))
        return let_write(self._llama, prompt, torch.tensor(self.features(picture)))

    def features(self, picture: Picture) -> Floats:
        square = pad_to_square(picture, self._images.image_mean)
        pixels = self._images(square, return_tensors="pt")["pixel_values"]
        with torch.inference_mode():
            states = self._tower(pixels, output_hidden_states=True).hidden_states
            made: Floats = self._projector(states[-2][:, 1:])[0].numpy()
        return made

    def prompt(self, question: str) -> str:
        return vicuna(question, HELPER_MARK)


class _LdpNetProjector(nn.Module):
    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.model = _LdpBlock(n_in, n_out)

    def forward(self, x: Any) -> Any:
        return self.model(x)


class _LdpBlock(nn.Module):
    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Identity(), nn.Linear(n_in, n_out), nn.GELU(), nn.Linear(n_out, n_out)
        )
        self.mb_block = nn.Sequential(
            nn.Identity(), _InvertedResidual(n_out, 1), _InvertedResidual(n_out, 2)
        )

    def forward(self, x: Any) -> Any:
        n_batch, n_token, _ = x.shape
        side = int(n_token**0.5)
        x = self.mlp(x)
        x = x.permute(0, 2, 1).reshape(n_batch, -1, side, side)
        return self.mb_block(x).flatten(2).permute(0, 2, 1)


class _InvertedResidual(nn.Module):
    def __init__(self, n: int, stride: int) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Sequential(
                nn.Conv2d(n, n, 3, stride, padding=1, groups=n, bias=False),
                _LayerNorm2d(n),
                nn.Hardswish(),
            ),
            _SqueezeExcitation(n, n // 4),
            nn.Sequential(nn.Conv2d(n, n, 1, bias=False), _LayerNorm2d(n)),
        )
        self.is_residual = stride == 1

    def forward(self, x: Any) -> Any:
        return x + self.block(x) if self.is_residual else self.block(x)


class _SqueezeExcitation(nn.Module):
    def __init__(self, n: int, n_squeezed: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(n, n_squeezed, 1), nn.Conv2d(n_squeezed, n, 1)

    def forward(self, x: Any) -> Any:
        scale = self.fc2(torch.relu(self.fc1(x.mean((2, 3), keepdim=True))))
        return nn.functional.hardsigmoid(scale) * x


class _LayerNorm2d(nn.LayerNorm):
    """timm's, which has its parameters from ``nn.LayerNorm`` and norms over channels."""

    def forward(self, x: Any) -> Any:
        x = super().forward(x.permute(0, 2, 3, 1))
        return x.permute(0, 3, 1, 2)
