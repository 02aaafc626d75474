"""Gemma 3: the tokens of a picture see each other, and most layers see a window only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image
from transformers import Gemma3Config, Gemma3ForConditionalGeneration, Gemma3ImageProcessor

from scripts.check_families.families.published import N_EMBD, PublishedFamily
from scripts.check_families.vocabulary import make_gemma_pieces
from scripts.check_families.weights import fill
from tests.support.tiny_families import templates

_MARKS = (
    "<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>", "<image_soft_token>",
)  # fmt: skip


class Gemma3(PublishedFamily):
    """Gemma 3."""

    name = "Gemma 3"
    pre = ""
    mark = "<start_of_image>"
    image_token = "<image_soft_token>"
    adds_bos = True
    seed = 4

    def __init__(self, folder: Path) -> None:
        self.tokenizer = make_gemma_pieces(folder / "pieces", _MARKS, templates.GEMMA3)
        n_vocab = len(self.tokenizer)
        config = Gemma3Config(
            text_config={
                "vocab_size": n_vocab, "hidden_size": N_EMBD, "intermediate_size": 96,
                "num_hidden_layers": 6, "num_attention_heads": 4, "num_key_value_heads": 2,
                "head_dim": 32, "query_pre_attn_scalar": 32, "max_position_embeddings": 8192,
                # Shorter than the prompt, and no shorter than a picture.
                "sliding_window": 264, "tie_word_embeddings": False,
            },
            vision_config={
                "image_size": 896, "patch_size": 14, "hidden_size": 48, "intermediate_size": 96,
                "num_hidden_layers": 3, "num_attention_heads": 4, "vision_use_head": False,
            },
            image_token_index=self.tokenizer.convert_tokens_to_ids("<image_soft_token>"),
            boi_token_index=self.tokenizer.convert_tokens_to_ids("<start_of_image>"),
            eoi_token_index=self.tokenizer.convert_tokens_to_ids("<end_of_image>"),
            tie_word_embeddings=False,
        )  # fmt: skip
        self.model = Gemma3ForConditionalGeneration(config)
        # Gemma multiplies what it looks up by the root of its width.
        unpicked = [
            i
            for i, text in enumerate(self.tokenizer.convert_ids_to_tokens(range(n_vocab)))
            if "<" in text
        ]
        fill(self.model, self.seed, looked_up=N_EMBD**-0.5, unpicked=unpicked)
        self.images = Gemma3ImageProcessor(
            size={"height": 896, "width": 896}, image_mean=[0.5] * 3, image_std=[0.5] * 3
        )

    def read(self, picture: Image.Image) -> tuple[str, dict[str, Any]]:
        made = self.images(picture, return_tensors="pt")
        text = f"\n\n<start_of_image>{self.image_token * 256}<end_of_image>\n\n"
        return text, {"pixel_values": made["pixel_values"]}

    def complete(self, inputs: dict[str, Any], is_image: Any) -> dict[str, Any]:
        return inputs | {"token_type_ids": is_image.long()}
