"""LLaVA-1.5 and 1.6: CLIP, two layers, a LLaMA; converted by llama.cpp's legacy scripts, as the published files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlamaConfig,
    LlamaForCausalLM,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessor,
)

from scripts.check_families.authors import let_answer
from scripts.check_families.convert import Converters
from scripts.check_families.family import HELPER_MARK, Family, Pair, Picture
from scripts.check_families.seen import Floats, Seen
from scripts.check_families.vocabulary import forget_added_tokens, make_llama_pieces
from scripts.check_families.weights import fill

_SYSTEM = (
    "A chat between a curious user and an artificial intelligence assistant. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions."
)
_PINPOINTS = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
N_EMBD = 64


def clip_config() -> CLIPVisionConfig:
    """Return CLIP ViT-L/14-336 in small."""
    return CLIPVisionConfig(
        hidden_size=48, intermediate_size=96, num_hidden_layers=4, num_attention_heads=4,
        image_size=336, patch_size=14, projection_dim=48,
    )  # fmt: skip


def llama_config(n_vocab: int) -> LlamaConfig:
    """Return a LLaMA 2 in small."""
    return LlamaConfig(
        vocab_size=n_vocab, hidden_size=N_EMBD, intermediate_size=96, num_hidden_layers=4,
        num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=4096,
        rms_norm_eps=1e-5, tie_word_embeddings=False,
    )  # fmt: skip


def vicuna(question: str, mark: str) -> str:
    """Return the prompt of ``conv_vicuna_v1`` (``llava/conversation.py``)."""
    return f"{_SYSTEM} USER: {mark}\n{question} ASSISTANT:"


def tokenize_around_picture(tokenizer: Any, prompt: str) -> list[int]:
    """Return ids with -1 for the picture: ``tokenizer_image_token`` in ``llava/mm_utils.py``."""
    before, after = (tokenizer(part).input_ids for part in prompt.split("<image>"))
    return [*before, -1, *after[1:]]


def pad_to_square(picture: Picture, mean: list[float]) -> Image.Image:
    """Return ``expand2square`` of ``llava/mm_utils.py``."""
    image = Image.fromarray(picture)
    width, height = image.size
    side = max(width, height)
    colour = tuple(int(each * 255) for each in mean)
    square = Image.new(image.mode, (side, side), colour)
    square.paste(image, ((side - width) // 2, (side - height) // 2))
    return square


class Llava15(Family):
    """LLaVA-1.5."""

    name = "LLaVA-1.5"
    template = "vicuna_v1"
    seed = 3

    def __init__(self, folder: Path) -> None:
        self._tokenizer = make_llama_pieces(folder / "llm")
        n_vocab = len(self._tokenizer)
        self._image_id = n_vocab  # a row more, which the file does not get
        self._model = self._make(llama_config(n_vocab + 1), n_vocab)
        # The picture's token, control tokens and single bytes.
        fill(self._model, self.seed, unpicked=[*range(259), n_vocab])

    def _make(self, text: LlamaConfig, image_id: int) -> Any:
        config = LlavaConfig(
            vision_config=clip_config(), text_config=text, image_token_index=image_id,
            image_token_id=image_id, vision_feature_layer=-2, image_seq_length=576,
        )  # fmt: skip
        self._images = CLIPImageProcessor(
            size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}
        )
        return LlavaForConditionalGeneration(config)

    def convert(self, converters: Converters, folder: Path) -> Pair:
        checkpoint, tower, llm = folder / "checkpoint", folder / "vit", folder / "llm"
        self._model.save_pretrained(checkpoint)
        converters.run_legacy("llava_surgery_v2.py", "-C", "-m", str(checkpoint))
        tower.mkdir(exist_ok=True)
        shutil.copy(checkpoint / "llava.clip", tower / "pytorch_model.bin")
        (tower / "config.json").write_text(json.dumps(self._tower_config()))
        converters.run_legacy(
            "convert_image_encoder_to_gguf.py", "-m", str(tower), "--clip-model-is-vision",
            "--llava-projector", str(checkpoint / "llava.projector"), "--output-dir", str(tower),
        )  # fmt: skip
        _save_llama(self._model, self._image_id, llm)
        self._tokenizer.save_pretrained(llm)
        forget_added_tokens(llm)
        converters.convert_text(llm, folder / "model.gguf")
        return Pair(folder / "model.gguf", tower / "mmproj-model-f16.gguf")

    def _tower_config(self) -> dict[str, Any]:
        config = self._model.config.vision_config.to_dict()
        return config | {"architectures": ["CLIPVisionModel"]}

    def look(self, picture: Picture, question: str) -> Seen:
        prompt = tokenize_around_picture(self._tokenizer, vicuna(question, "<image>"))
        pixels = self._pixels(picture)
        n_image = len(self.features(picture))
        at = prompt.index(-1)
        ids = prompt[:at] + [self._image_id] * n_image + prompt[at + 1 :]
        inputs = {"input_ids": torch.tensor([ids]), **pixels}
        return let_answer(self._model, self._model.model.language_model, inputs, self._image_id)

    def _pixels(self, picture: Picture) -> dict[str, Any]:
        square = pad_to_square(picture, self._images.image_mean)
        return {"pixel_values": self._images(square, return_tensors="pt")["pixel_values"]}

    def features(self, picture: Picture) -> Floats:
        with torch.inference_mode():
            made = self._model.model.get_image_features(**self._pixels(picture))
        return np.concatenate([part.numpy() for part in made])

    def prompt(self, question: str) -> str:
        return vicuna(question, HELPER_MARK)


class Llava16(Llava15):
    """LLaVA-1.6 (LLaVA-NeXT): an overview and tiles."""

    name = "LLaVA-1.6"
    size = (451, 300)

    def _make(self, text: LlamaConfig, image_id: int) -> Any:
        config = LlavaNextConfig(
            vision_config=clip_config(), text_config=text, image_token_index=image_id,
            image_token_id=image_id, vision_feature_layer=-2, image_grid_pinpoints=_PINPOINTS,
        )  # fmt: skip
        self._images = LlavaNextImageProcessor(
            size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336},
            image_grid_pinpoints=_PINPOINTS,
        )  # fmt: skip
        return LlavaNextForConditionalGeneration(config)

    def _tower_config(self) -> dict[str, Any]:
        # What llama.cpp's README tells to add for LLaVA-1.6.
        return super()._tower_config() | {
            "image_aspect_ratio": "anyres",
            "image_crop_resolution": 224,
            "image_grid_pinpoints": _PINPOINTS,
            "image_split_resolution": 224,
            "mm_patch_merge_type": "spatial_unpad",
            "mm_projector_type": "mlp2x_gelu",
        }

    def _pixels(self, picture: Picture) -> dict[str, Any]:
        made = self._images(Image.fromarray(picture), return_tensors="pt")
        return {"pixel_values": made["pixel_values"], "image_sizes": made["image_sizes"]}

    def shapes(self) -> tuple[tuple[int, int], ...]:
        return (
            (300, 200), (180, 400), (512, 512), (900, 600), (640, 480), (336, 336), (1920, 1080),
            (335, 1000), (3000, 200), (50, 37),
        )  # fmt: skip


def _save_llama(model: Any, n_vocab: int, folder: Path) -> None:
    """Save the language model alone, without the row of the picture's token."""
    model_config = llama_config(n_vocab)
    llama = LlamaForCausalLM(model_config)
    state = {
        f"model.{key}": value for key, value in model.model.language_model.state_dict().items()
    }
    state["model.embed_tokens.weight"] = state["model.embed_tokens.weight"][:n_vocab]
    state["lm_head.weight"] = model.lm_head.weight.detach()[:n_vocab]
    llama.load_state_dict(state)
    llama.save_pretrained(folder)
