"""Qwen2.5-VL and Qwen3-VL: pictures of any size, positions in three dimensions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image
from transformers import (
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2VLImageProcessor,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

from scripts.check_families.families.published import N_EMBD, PublishedFamily
from scripts.check_families.vocabulary import make_byte_pairs
from scripts.check_families.weights import fill
from tests.support.tiny_families import templates

_MARKS = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip


class _QwenVl(PublishedFamily):
    mark = image_token = "<|image_pad|>"
    template_text: str
    seed: int

    def __init__(self, folder: Path) -> None:
        self.tokenizer = make_byte_pairs(
            "qwen2", _MARKS, "<|endoftext|>", "<|im_end|>", self.template_text
        )
        n_vocab = len(self.tokenizer)
        ids = {
            f"{name}_token_id": self.tokenizer.convert_tokens_to_ids(f"<|{mark}|>")
            for name, mark in (
                ("image", "image_pad"), ("video", "video_pad"),
                ("vision_start", "vision_start"), ("vision_end", "vision_end"),
            )
        }  # fmt: skip
        self.model = self._make(n_vocab, ids)
        fill(self.model, self.seed, unpicked=range(n_vocab - len(_MARKS), n_vocab))

    def _make(self, n_vocab: int, ids: dict[str, int]) -> Any:
        raise NotImplementedError

    def helper_mark(self) -> str:
        return "<|vision_start|><|image_pad|><|vision_end|>"

    def read(self, picture: Image.Image) -> tuple[str, dict[str, Any]]:
        made = self.images(picture, return_tensors="pt")
        n_image = int(made["image_grid_thw"].prod()) // 4
        return self.image_token * n_image, dict(made)


class Qwen25Vl(_QwenVl):
    """Qwen2.5-VL."""

    name = "Qwen2.5-VL"
    template_text = templates.QWEN25VL
    seed = 1
    size = (392, 252)

    def _make(self, n_vocab: int, ids: dict[str, int]) -> Any:
        self.images = Qwen2VLImageProcessor(patch_size=14)
        config = Qwen2_5_VLConfig(
            text_config={
                "vocab_size": n_vocab, "hidden_size": N_EMBD, "intermediate_size": 96,
                "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
                "max_position_embeddings": 8192, "rope_theta": 1e6, "rms_norm_eps": 1e-6,
                "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]},
                "bos_token_id": 0, "eos_token_id": 0,
            },
            vision_config={
                "depth": 4, "hidden_size": 64, "num_heads": 4, "intermediate_size": 96,
                "out_hidden_size": N_EMBD, "patch_size": 14, "window_size": 112,
                "fullatt_block_indexes": [1, 3],
            },
            tie_word_embeddings=False,
            **ids,
        )  # fmt: skip
        return Qwen2_5_VLForConditionalGeneration(config)


class Qwen3Vl(_QwenVl):
    """Qwen3-VL: three layers of the picture encoder reach three layers of the language model."""

    name = "Qwen3-VL"
    template_text = templates.QWEN3VL
    seed = 4

    def _make(self, n_vocab: int, ids: dict[str, int]) -> Any:
        self.images = Qwen2VLImageProcessor(
            patch_size=16, image_mean=[0.5] * 3, image_std=[0.5] * 3,
            size={"shortest_edge": 65536, "longest_edge": 16777216},
        )  # fmt: skip
        config = Qwen3VLConfig(
            text_config={
                "vocab_size": n_vocab, "hidden_size": N_EMBD, "intermediate_size": 96,
                "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
                "head_dim": 32, "max_position_embeddings": 8192, "rope_theta": 5e6, "rms_norm_eps": 1e-6,
                "rope_scaling": {
                    "rope_type": "default", "mrope_interleaved": True, "mrope_section": [6, 5, 5],
                },
                "bos_token_id": 0, "eos_token_id": 0,
            },
            vision_config={
                "depth": 4, "hidden_size": 64, "num_heads": 4, "intermediate_size": 96,
                "out_hidden_size": N_EMBD, "patch_size": 16, "num_position_embeddings": 2304,
                "deepstack_visual_indexes": [0, 1, 2],
            },
            tie_word_embeddings=False,
            **ids,
        )  # fmt: skip
        return Qwen3VLForConditionalGeneration(config)
