"""Moondream 2: SigLIP, two layers, a Phi; its files were made by a converter of its authors, restated here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from PIL import Image
from torch import nn
from transformers import PhiConfig, PhiForCausalLM, SiglipVisionConfig, SiglipVisionModel

from scripts.check_families.authors import let_write
from scripts.check_families.convert import Converters
from scripts.check_families.family import HELPER_MARK, Family, Pair, Picture
from scripts.check_families.seen import Floats, Seen
from scripts.check_families.vocabulary import make_byte_pairs
from scripts.check_families.weights import fill

_SIDE_PX, _PATCH_PX, _N_LAYER, _N_HEAD = 378, 14, 3, 4
_N_EMBD, _N_TEXT = 48, 64


class Moondream2(Family):
    """Moondream 2: the whole picture, stretched to a square."""

    name = "Moondream2"
    template = "moondream"
    seed = 8

    def __init__(self, folder: Path) -> None:
        marks = ("<|endoftext|>",)
        self._tokenizer = make_byte_pairs("gpt-2", marks, *marks, *marks)
        n_vocab = len(self._tokenizer)
        self._tower = SiglipVisionModel(
            SiglipVisionConfig(
                hidden_size=_N_EMBD, intermediate_size=96, num_hidden_layers=_N_LAYER,
                num_attention_heads=_N_HEAD, image_size=_SIDE_PX, patch_size=_PATCH_PX,
                vision_use_head=False,
            )
        )  # fmt: skip
        self._projector = nn.Sequential(
            nn.Linear(_N_EMBD, 96), nn.GELU(approximate="tanh"), nn.Linear(96, _N_TEXT)
        )
        self._phi = PhiForCausalLM(
            PhiConfig(
                vocab_size=n_vocab, hidden_size=_N_TEXT, intermediate_size=4 * _N_TEXT,
                num_hidden_layers=4, num_attention_heads=4, max_position_embeddings=2048,
                partial_rotary_factor=0.5, hidden_act="gelu_new", bos_token_id=n_vocab - 1,
                eos_token_id=n_vocab - 1,
            )
        )  # fmt: skip
        for part in (self._tower, self._projector, self._phi):
            fill(part, self.seed, unpicked=[n_vocab - 1])

    def convert(self, converters: Converters, folder: Path) -> Pair:
        checkpoint = folder / "phi"
        self._phi.save_pretrained(checkpoint)
        self._tokenizer.save_pretrained(checkpoint)
        pair = Pair(folder / "model.gguf", folder / "mmproj.gguf")
        converters.convert_text(checkpoint, pair.model, "gpt-2")
        self._write_picture_part(pair.mmproj)
        return pair

    def look(self, picture: Picture, question: str) -> Seen:
        text = self.prompt(question).split(HELPER_MARK)
        before, after = (self._tokenizer(part).input_ids for part in text)
        # ``input_embeds`` in its ``moondream.py`` begins with the BOS token.
        return let_write(self._phi, [*before, -1, *after], torch.tensor(self.features(picture)))

    def features(self, picture: Picture) -> Floats:
        image = Image.fromarray(picture).resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BICUBIC)
        pixels = torch.tensor(np.asarray(image, np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
        with torch.inference_mode():
            made: Floats = self._projector(self._tower(pixels).last_hidden_state)[0].numpy()
        return made

    def prompt(self, question: str) -> str:
        return f"{HELPER_MARK}\n\nQuestion: {question}\n\nAnswer:"

    def _write_picture_part(self, path: Path) -> None:
        """Write the file as the published one is: kind "mlp", names of old, the last layer twice."""
        with_copy = dict(self._tower.vision_model.state_dict())
        for key in list(with_copy):
            last = f"encoder.layers.{_N_LAYER - 1}."
            if key.startswith(last):  # llama.cpp leaves out the last layer of a LLaVA
                with_copy[key.replace(last, f"encoder.layers.{_N_LAYER}.")] = with_copy[key]
        writer = gguf.GGUFWriter(path, "clip")
        writer.add_bool("clip.has_text_encoder", False)
        writer.add_bool("clip.has_vision_encoder", True)
        writer.add_bool("clip.has_llava_projector", True)
        writer.add_file_type(1)
        writer.add_string("clip.projector_type", "mlp")
        for key, number in (
            ("image_size", _SIDE_PX), ("patch_size", _PATCH_PX), ("embedding_length", _N_EMBD),
            ("feed_forward_length", 96), ("projection_dim", _N_TEXT), ("attention.head_count", _N_HEAD),
            ("block_count", _N_LAYER + 1),
        ):  # fmt: skip
            writer.add_uint32(f"clip.vision.{key}", number)
        writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
        writer.add_array("clip.vision.image_mean", [0.5] * 3)
        writer.add_array("clip.vision.image_std", [0.5] * 3)
        writer.add_bool("clip.use_gelu", True)
        for key, values in with_copy.items():
            _add(writer, f"v.{_legacy_name(key)}", values)
        for key, values in self._projector.state_dict().items():
            _add(writer, f"mm.{key}", values)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def _legacy_name(key: str) -> str:
    for modern, old in (
        ("encoder.layers", "blk"), ("embeddings.", ""), ("_proj", ""), ("self_attn.", "attn_"),
        ("layer_norm", "ln"), ("layernorm", "ln"), ("mlp.fc1", "ffn_down"), ("mlp.fc2", "ffn_up"),
        ("embedding", "embd"),
    ):  # fmt: skip
        key = key.replace(modern, old)
    return key


def _add(writer: Any, name: str, values: Any) -> None:
    is_matrix = values.ndim > 1 and "position" not in name
    writer.add_tensor(name, values.numpy().astype(np.float16 if is_matrix else np.float32))
