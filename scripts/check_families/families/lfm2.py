"""LFM2-VL: SigLIP 2, and a language model in which most layers are short convolutions."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import Lfm2VlConfig, Lfm2VlForConditionalGeneration, Siglip2ImageProcessor

from scripts.check_families.families.published import N_EMBD, PublishedFamily
from scripts.check_families.vocabulary import make_byte_pairs
from scripts.check_families.weights import fill
from tests.support.tiny_families import templates

_MARKS = (
    "<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>",
    "<|image_start|>", "<|image_end|>", "<|img_thumbnail|>",
    *(f"<|img_row_{row}_col_{column}|>" for row in range(1, 11) for column in range(1, 11)),
)  # fmt: skip
_PATCH_PX = 16


class Lfm2Vl(PublishedFamily):
    """LFM2-VL.

    Its image processor needs torchvision. What it does with a picture that stays whole is restated.
    """

    name = "LFM2-VL"
    pre = "lfm2"
    mark = image_token = "<image>"
    adds_bos = True
    text_architecture = "Lfm2ForCausalLM"
    seed = 1

    def __init__(self, folder: Path) -> None:
        self.tokenizer = make_byte_pairs(
            "lfm2", _MARKS, "<|startoftext|>", "<|im_end|>", templates.LFM2VL, adds_bos=True
        )
        n_vocab = len(self.tokenizer)
        config = Lfm2VlConfig(
            vision_config={
                "model_type": "siglip2_vision_model", "hidden_size": 48, "intermediate_size": 96,
                "num_hidden_layers": 3, "num_attention_heads": 4, "num_patches": 256,
                "patch_size": _PATCH_PX, "vision_use_head": False,
            },
            text_config={
                "model_type": "lfm2", "vocab_size": n_vocab, "hidden_size": N_EMBD, "intermediate_size": 96,
                "num_hidden_layers": 6, "num_attention_heads": 4, "num_key_value_heads": 2,
                "block_auto_adjust_ff_dim": False, "max_position_embeddings": 8192,
                "layer_types": ["conv", "conv", "full_attention", "conv", "conv", "full_attention"],
                "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
            },
            image_token_id=self.tokenizer.convert_tokens_to_ids("<image>"),
            projector_hidden_size=96,
            tie_word_embeddings=True,  # as published; its converter knows no other
        )  # fmt: skip
        self.model = Lfm2VlForConditionalGeneration(config)
        # The numbers that look a token up choose it, too: small, so that it does not choose itself.
        fill(self.model, self.seed, looked_up=0.3)
        self.images = Siglip2ImageProcessor(image_mean=[0.5] * 3, image_std=[0.5] * 3)

    def read(self, picture: Image.Image) -> tuple[str, dict[str, Any]]:
        pixels = _resize(np.asarray(picture)).astype(np.float32) / 127.5 - 1
        rows, columns = (side // _PATCH_PX for side in pixels.shape[:2])
        patches = pixels.reshape(rows, _PATCH_PX, columns, _PATCH_PX, 3).swapaxes(1, 2)
        n_patch = rows * columns
        inputs = {
            "pixel_values": torch.tensor(patches.reshape(1, n_patch, -1)),
            "spatial_shapes": torch.tensor([[rows, columns]]),
            "pixel_attention_mask": torch.ones((1, n_patch), dtype=torch.int32),
        }
        return f"<|image_start|>{self.image_token * (n_patch // 4)}<|image_end|>", inputs


def _resize(picture: Any) -> Any:
    """Return ``smart_resize``'s and torchvision's result for a picture of no more than 512 image tokens."""
    height, width = picture.shape[:2]
    rows, columns = (max(1, round(side / 32)) for side in (height, width))
    assert rows * columns <= 512
    if rows * columns > 256:
        beta = math.sqrt(height * width / (256 * 32**2))
        rows, columns = (max(1, math.floor(side / beta / 32)) for side in (height, width))
    elif rows * columns < 64:
        beta = math.sqrt(64 * 32**2 / (height * width))
        rows, columns = (math.ceil(side * beta / 32) for side in (height, width))
    pixels = torch.tensor(picture).permute(2, 0, 1)[None]
    made = torch.nn.functional.interpolate(
        pixels, (rows * 32, columns * 32), mode="bilinear", align_corners=False, antialias=True
    )
    return made[0].permute(1, 2, 0).numpy()
