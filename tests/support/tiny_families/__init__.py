"""Writes a tiny pair of files of each family of vision models, random weights in the real architecture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.support.tiny_families import templates, towers
from tests.support.tiny_families.text_models import TextModel, write_phi_2, write_text_model
from tests.support.tiny_families.towers import Tower
from tests.support.tiny_families.vocabularies import BytePairs, GemmaPieces
from tests.support.tiny_llama import TinyLlama, write_tiny_llama
from tests.support.tiny_mmproj import TinyMmproj, write_tiny_mmproj

__all__ = ["FAMILIES", "Family", "Pair", "write_pair"]


@dataclass(frozen=True)
class Pair:
    """The two files of one model."""

    model: Path
    mmproj: Path


@dataclass(frozen=True)
class Family:
    """How to write a tiny pair.

    Attributes:
        template: what the file has as ``tokenizer.chat_template``.
        image_mark: what the template writes for a picture, mtmd's own marks around it included; "" where it has none.
    """

    write_model: Callable[[Path], object]
    write_mmproj: Callable[[Path], object]
    template: str
    image_mark: str


def write_pair(name: str, folder: Path) -> Pair:
    """Write the family ``name`` of ``FAMILIES`` into a folder, unless it is there."""
    family = FAMILIES[name]
    pair = Pair(folder / f"{name}.gguf", folder / f"mmproj-{name}.gguf")
    for path, write in ((pair.model, family.write_model), (pair.mmproj, family.write_mmproj)):
        if not path.exists():
            write(path)
    return pair


_CHATML = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_QWEN_VL = BytePairs(
    (*_CHATML, "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>"),
    bos="<|endoftext|>", eos="<|im_end|>", pre="qwen2",
)  # fmt: skip
_INTERNVL = BytePairs(
    (*_CHATML, "<img>", "</img>", "<IMG_CONTEXT>"),
    bos="<|endoftext|>", eos="<|im_end|>", pre="qwen2",
)  # fmt: skip
_SMOLVLM = BytePairs(
    (
        "<|endoftext|>", "<|im_start|>", "<end_of_utterance>", "<fake_token_around_image>", "<image>", "<global-img>",
        *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)),
    ),
    bos="<|im_start|>", eos="<end_of_utterance>", pre="smollm",
)  # fmt: skip
_LFM2 = BytePairs(
    (
        "<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>",
        "<|image_start|>", "<|image_end|>", "<|img_thumbnail|>",
        *(f"<|img_row_{row}_col_{column}|>" for row in range(1, 11) for column in range(1, 11)),
    ),
    bos="<|startoftext|>", eos="<|im_end|>", pre="lfm2", adds_bos=True,
)  # fmt: skip
_MOONDREAM = BytePairs(
    ("<|endoftext|>",), bos="<|endoftext|>", eos="<|endoftext|>", pre=None, adds_bos=False
)
_GEMMA = GemmaPieces(
    ("<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>", "<image_soft_token>")
)


def _family(
    text: TextModel,
    write_mmproj: Callable[[Path], object],
    image_mark: str,
    write_model: Callable[[Path, TextModel], object] = write_text_model,
) -> Family:
    return Family(lambda path: write_model(path, text), write_mmproj, text.template, image_mark)


FAMILIES = {
    # Tiles of 192 px where the real ones have 512 or 384: 13 for a picture of 4 to 3, text between them.
    "smolvlm": _family(
        TextModel("llama", _SMOLVLM, templates.SMOLVLM, rope_freq_base=1e5, seed=3),
        partial(towers.write_idefics3, shape=Tower(192, 16, scale=3), longest_edge_px=768),
        "<image>",
    ),
    "qwen2.5-vl": _family(
        TextModel(
            "qwen2vl",
            _QWEN_VL,
            templates.QWEN25VL,
            rope_sections=(2, 3, 3, 0),
            has_qkv_bias=True,
            seed=1,
        ),
        partial(
            towers.write_qwen25vl,
            shape=Tower(560, 14, scale=2, n_layer=4, mean=towers.CLIP_MEAN, std=towers.CLIP_STD),
            n_wa_pattern=2,
        ),
        "<|vision_start|><|image_pad|><|vision_end|>",
    ),
    "qwen3-vl": _family(
        TextModel(
            "qwen3vl",
            _QWEN_VL,
            templates.QWEN3VL,
            head_dim=32,
            rope_freq_base=5e6,
            rope_sections=(6, 5, 5, 0),
            n_deepstack=2,
            has_qk_norm=True,
            seed=4,
        ),
        partial(towers.write_qwen3vl, shape=Tower(256, 16, scale=2, n_layer=4), deepstack=(1, 2)),
        "<|vision_start|><|image_pad|><|vision_end|>",
    ),
    # Six layers, since every sixth of a Gemma sees all; the window is smaller than a picture.
    "gemma-3": _family(
        TextModel(
            "gemma3",
            _GEMMA,
            templates.GEMMA3,
            n_layer=6,
            head_dim=32,
            sliding_window=48,
            has_qk_norm=True,
            has_post_norm=True,
            seed=9,
        ),
        partial(towers.write_gemma3, shape=Tower(448, 14, scale=4)),
        "<start_of_image>",
    ),
    "internvl3": _family(
        TextModel("qwen2", _INTERNVL, templates.INTERNVL3, has_qkv_bias=True, seed=3),
        partial(
            towers.write_internvl,
            shape=Tower(112, 14, scale=2, mean=towers.IMAGENET_MEAN, std=towers.IMAGENET_STD),
            max_tiles=12,
        ),
        "",
    ),
    "internvl3.5": _family(
        TextModel("qwen3", _INTERNVL, templates.INTERNVL35, head_dim=32, has_qk_norm=True, seed=4),
        partial(
            towers.write_internvl,
            shape=Tower(112, 14, scale=2, mean=towers.IMAGENET_MEAN, std=towers.IMAGENET_STD),
            max_tiles=12,
        ),
        "<IMG_CONTEXT>",
    ),
    "lfm2-vl": _family(
        TextModel(
            "lfm2",
            _LFM2,
            templates.LFM2VL,
            n_layer=6,
            convolved=(0, 1, 3, 4),
            has_qk_norm=True,
            seed=2,
        ),
        partial(towers.write_lfm2, shape=Tower(256, 16, scale=2)),
        "<image>",
    ),
    "moondream2": _family(
        TextModel("phi2", _MOONDREAM, templates.VICUNA_BY_NAME, n_ff=128, seed=8),
        partial(towers.write_moondream, shape=Tower(112, 14, scale=1)),
        "",
        write_phi_2,
    ),
    "llava-1.6": Family(
        lambda path: write_tiny_llama(
            path,
            TinyLlama(n_layer=4, n_head_kv=2, quant="F16", chat_template=templates.MISTRAL, seed=8),
        ),
        lambda path: write_tiny_mmproj(
            path,
            TinyMmproj(
                image_size=56,
                patch_size=14,
                layout="legacy",
                pinpoints=((56, 112), (112, 56), (112, 112), (168, 56), (56, 168)),
            ),
        ),
        templates.MISTRAL,
        "",
    ),
}
"""By name; the newest of each family that llama-cpp-python 0.3.36 runs."""
