"""SmolVLM and InternVL3: a picture becomes tiles of one size, and an overview."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image
from transformers import (
    GotOcr2ImageProcessor,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessor,
    Idefics3Processor,
    InternVLConfig,
    InternVLForConditionalGeneration,
)

from scripts.check_families.families.published import N_EMBD, PublishedFamily, save_as_named_inside
from scripts.check_families.vocabulary import make_byte_pairs
from scripts.check_families.weights import fill
from tests.support.tiny_families import templates


class SmolVlm(PublishedFamily):
    """SmolVLM (Idefics3): text between the tiles tells where each is."""

    name = "SmolVLM"
    pre = "smollm"
    mark = image_token = "<image>"
    text_architecture = "VLlama3ForCausalLM"
    seed = 1

    def __init__(self, folder: Path) -> None:
        marks = (
            "<|endoftext|>", "<|im_start|>", "<end_of_utterance>", "<fake_token_around_image>", "<image>",
            "<global-img>", *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)),
        )  # fmt: skip
        self.tokenizer = make_byte_pairs(
            "smollm", marks, "<|im_start|>", "<end_of_utterance>", templates.SMOLVLM
        )
        n_vocab = len(self.tokenizer)
        config = Idefics3Config(
            image_token_id=self.tokenizer.convert_tokens_to_ids("<image>"),
            vision_config={
                "image_size": 512, "patch_size": 16, "hidden_size": 48, "intermediate_size": 96,
                "num_hidden_layers": 3, "num_attention_heads": 4,
            },
            text_config={
                "model_type": "llama", "vocab_size": n_vocab, "hidden_size": N_EMBD, "intermediate_size": 96,
                "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
                "max_position_embeddings": 8192, "rope_theta": 1e5, "rms_norm_eps": 1e-5, "pad_token_id": 0,
            },
            scale_factor=4,
            tie_word_embeddings=False,
            pad_token_id=0,
        )  # fmt: skip
        self.model = Idefics3ForConditionalGeneration(config)
        fill(self.model, self.seed, unpicked=range(n_vocab - len(marks), n_vocab))
        _place_as_trained(self.model.model.vision_model.embeddings)
        self.images = Idefics3ImageProcessor(
            size={"longest_edge": 2048}, max_image_size={"longest_edge": 512}
        )
        self._processor = Idefics3Processor(self.images, self.tokenizer, image_seq_len=64)

    def language_model(self) -> Any:
        return self.model.model.text_model

    def read(self, picture: Image.Image) -> tuple[str, dict[str, Any]]:
        made = self._processor(text="<image>", images=[picture], return_tensors="pt")
        text = self.tokenizer.decode(made.pop("input_ids")[0], skip_special_tokens=False)
        return text, {key: made[key] for key in ("pixel_values", "pixel_attention_mask")}


def _place_as_trained(embeddings: Any) -> None:
    """Give every patch of a full tile the position of its number.

    So did ``arange(0, 1 - 1e-6, 1 / n)`` in the ``modeling_idefics3.py`` of the training. transformers 4.57 multiplies
    by ``1 - 1e-6`` in its place, which puts every patch but the first one position too low.
    """

    def embed(pixel_values: Any, patch_attention_mask: Any) -> Any:
        assert bool(patch_attention_mask.all())
        patches = embeddings.patch_embedding(pixel_values).flatten(2).transpose(1, 2)
        return patches + embeddings.position_embedding.weight

    embeddings.forward = embed


class InternVl3(PublishedFamily):
    """InternVL3: tiles one after the other.

    llama.cpp's helper, and so this program, cuts fewer tiles than the authors of many pictures: none of one smaller
    than a tile, 4 and not 12 of 640×480. The picture here has a size of which both make 3 times 2.
    """

    name = "InternVL3"
    size = (900, 600)
    mark = image_token = "<IMG_CONTEXT>"
    text_architecture = "Qwen2ForCausalLM"
    vision_architecture = "InternVisionModel"
    seed = 4

    def __init__(self, folder: Path) -> None:
        marks = (
            "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<img>", "</img>", "<IMG_CONTEXT>",
        )  # fmt: skip
        self.tokenizer = make_byte_pairs(
            "qwen2", marks, "<|endoftext|>", "<|im_end|>", templates.INTERNVL35
        )
        n_vocab = len(self.tokenizer)
        config = InternVLConfig(
            image_token_id=self.tokenizer.convert_tokens_to_ids("<IMG_CONTEXT>"),
            vision_config={
                "hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 4, "num_attention_heads": 4,
                "attention_bias": True, "image_size": [448, 448], "patch_size": [14, 14],
            },
            text_config={
                "model_type": "qwen2", "vocab_size": n_vocab, "hidden_size": N_EMBD, "intermediate_size": 96,
                "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
                "max_position_embeddings": 8192, "rope_theta": 1e6, "rms_norm_eps": 1e-6,
                "tie_word_embeddings": False, "bos_token_id": 0, "eos_token_id": 0,
            },
            tie_word_embeddings=False,
            min_dynamic_patch=1,
            max_dynamic_patch=12,
        )  # fmt: skip
        self.model = InternVLForConditionalGeneration(config)
        fill(self.model, self.seed, unpicked=range(n_vocab - len(marks), n_vocab))
        self.images = GotOcr2ImageProcessor(
            size={"height": 448, "width": 448}, crop_to_patches=True, min_patches=1, max_patches=12,
            image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225],
        )  # fmt: skip

    def shapes(self) -> tuple[tuple[int, int], ...]:
        return ((448, 896), (640, 480))

    def edit(self, checkpoint: Path) -> None:
        super().edit(checkpoint)
        save_as_named_inside(self.model, checkpoint)

    def read(self, picture: Image.Image) -> tuple[str, dict[str, Any]]:
        made = self.images(picture, return_tensors="pt")
        pixels = made["pixel_values"]
        return f"<img>{self.image_token * 256 * len(pixels)}</img>", {"pixel_values": pixels}
