"""Whether two files are a LLaVA, from their metadata alone, before llama.cpp loads either.

llama.cpp answers a wrong file with an abort, a crash, or a meaningless answer; here it is a sentence. Noise inside
the weights does not show in metadata: a hash finds it (``assistant.model_store``), or the worker crashes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from assistant.errors import ModelError
from assistant.inference.gguf.header import ArrayLength, GgufError, GgufHeader, read_header
from assistant.messages import model_files as words

_LOGGER = logging.getLogger(__name__)

PROJECTOR = "clip"
"""``general.architecture`` of projector files."""
COMMON = frozenset(
    {"llama", "phi2", "phi3", "qwen2", "qwen3", "gemma", "gemma2", "gemma3", "mistral3", "mamba"}
)
"""Architectures that write text; for others gguf-py's long list is loaded, which takes longer."""
NOT_WRITERS = frozenset(
    {"bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3", "modern-bert", "eurobert",
     "gemma-embedding", "llama-embed", "t5", "t5encoder", "wavtokenizer-dec", "mmproj", "dream", "llada",
     "llada-moe", "rnd1"}
)  # fmt: skip
"""Known to llama.cpp, but they embed, translate, or fill gaps."""
_WIDTHS: dict[str, tuple[tuple[str, int], ...]] = {
    "mlp": (("mm.3.weight", 1), ("mm.2.weight", 1), ("mm.0.weight", 1)),
    "mlp_norm": (("mm.3.weight", 1),),
    "ldp": (("mm.model.mb_block.1.block.2.1.bias", 0),),
    "ldpv2": (("mm.model.peg.0.bias", 0),),
}
"""Where a projector's width is read: the first of these tensors that is there, and which of its ``ne``."""


_TEXT_KINDS = {
    "idefics3": ("llama", "smollm3"),
    "gemma3": ("gemma3",),
    "qwen2vl_merger": ("qwen2vl",),
    "qwen2.5vl_merger": ("qwen2vl",),
    "qwen3vl_merger": ("qwen3vl", "qwen3vlmoe", "qwen35", "qwen35moe"),
    "lfm2": ("lfm2", "lfm2moe"),
}
"""The language models that a projector is made for, where it is for one family alone."""


def check_pair(model_path: Path, mmproj_path: Path) -> tuple[GgufHeader, GgufHeader]:
    """Return both files' headers, unless they are not a LLaVA.

    Raises:
        ModelError: one sentence on what is wrong, and one on what to do.
    """
    model, mmproj = read(model_path), read(mmproj_path, words.projector_file)
    model_name, mmproj_name = model_path.name, mmproj_path.name
    if model.architecture == PROJECTOR and mmproj.architecture not in (PROJECTOR, ""):
        raise ModelError(words.PAIR_SWAPPED, words.PAIR_SWAPPED_HINT)
    _check_model(model, model_name)
    _check_projector(mmproj, mmproj_name)
    wants, gives = model.number(f"{model.architecture}.embedding_length"), projector_width(mmproj)
    if gives is not None and gives != wants:
        _LOGGER.info("the projector gives %s numbers a token, the model takes %s", gives, wants)
        raise ModelError(words.pair_unfit(mmproj_name, model_name), words.PAIR_UNFIT_HINT)
    known = _TEXT_KINDS.get(projector_kind(mmproj))
    if known is not None and model.architecture not in known:
        raise ModelError(words.pair_unfit(mmproj_name, model_name), words.PAIR_UNFIT_HINT)
    return model, mmproj


def read(path: Path, as_said: Callable[[str], str] = words.model_file) -> GgufHeader:
    """Return a file's header; ``as_said`` turns its name into the words for what it is.

    Raises:
        ModelError: it is missing, a folder, unreadable, no GGUF file, damaged, cut short, or of a newer kind.
    """
    try:
        return read_header(path)
    except (FileNotFoundError, ValueError) as error:  # no path has a NUL in it
        missing = words.file_missing(as_said(str(path)))
        raise ModelError(missing, words.FILE_MISSING_HINT) from error
    except IsADirectoryError as error:
        raise ModelError(words.file_is_folder(str(path)), words.FILE_IS_FOLDER_HINT) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(words.file_unreadable(as_said(str(path)), reason)) from error
    except GgufError as error:
        _LOGGER.info("%s: %s", path, error.detail)
        says = {
            "not_gguf": (words.file_not_gguf, words.FILE_NOT_GGUF_HINT),
            "version": (words.file_newer, words.FILE_NEWER_HINT),
            "cut": (words.file_cut, words.FILE_AGAIN_HINT),
            "damaged": (words.file_damaged, words.FILE_AGAIN_HINT),
        }
        message, hint = says[error.kind]
        raise ModelError(message(as_said(path.name)), hint) from error


def projector_width(mmproj: GgufHeader) -> int | None:
    """Return how many numbers the projector gives for an image token; ``None`` for kinds that llama.cpp must judge."""
    for name, index in _WIDTHS.get(projector_kind(mmproj), ()):
        tensor = mmproj.tensors.get(name)
        if tensor is not None and len(tensor.dims) > index:
            return tensor.dims[index]
    return None


def projector_kind(mmproj: GgufHeader) -> str:
    """Return llama.cpp's name of the projector's kind; files older than that key are MLPs."""
    kind = mmproj.values.get("clip.vision.projector_type", mmproj.values.get("clip.projector_type"))
    return kind if isinstance(kind, str) else "mlp"


def is_llava(mmproj: GgufHeader) -> bool:
    """Return whether it is a LLaVA's: CLIP with its class token, and an MLP or MobileVLM's downsampling."""
    return projector_kind(mmproj) in _WIDTHS and "v.class_embd" in mmproj.tensors


def has_tiles(mmproj: GgufHeader) -> bool:
    """Return whether pictures are cut into tiles, as in LLaVA-NeXT (1.6): up to 2,880 image tokens."""
    return "clip.vision.image_grid_pinpoints" in mmproj.values


def _check_model(model: GgufHeader, name: str) -> None:
    kind = model.architecture
    if kind == PROJECTOR:
        raise ModelError(words.model_is_projector(name), words.MODEL_IS_PROJECTOR_HINT)
    n_parts = model.number("split.count") or 1
    if n_parts > 1:
        raise ModelError(words.model_split(name, n_parts), words.MODEL_SPLIT_HINT)
    if not kind or not kind.isprintable():
        raise ModelError(words.file_damaged(words.model_file(name)), words.FILE_AGAIN_HINT)
    if not _writes_text(kind):
        raise ModelError(words.model_wrong_kind(name, kind), words.MODEL_WRONG_KIND_HINT)
    n_layer, n_embd = model.number(f"{kind}.block_count"), model.number(f"{kind}.embedding_length")
    embedding = model.tensors.get("token_embd.weight")
    has_layers = n_layer is not None and _has_layers(model, "blk", n_layer)
    if embedding is None or embedding.dims[0] != n_embd or not has_layers:
        raise ModelError(words.file_incomplete(words.model_file(name)), words.FILE_AGAIN_HINT)


def _check_projector(mmproj: GgufHeader, name: str) -> None:
    if mmproj.architecture != PROJECTOR:
        raise ModelError(words.mmproj_is_model(name), words.MMPROJ_IS_MODEL_HINT)
    if not mmproj.values.get("clip.has_vision_encoder", True):
        raise ModelError(words.mmproj_hears(name), words.MMPROJ_IS_MODEL_HINT)
    sides = [mmproj.number(f"clip.vision.{key}") or 0 for key in ("image_size", "patch_size")]
    n_layer = mmproj.number("clip.vision.block_count")
    n_head = mmproj.number("clip.vision.attention.head_count") or 0
    n_embd = mmproj.number("clip.vision.embedding_length") or 0
    has_sizes = 0 < sides[1] <= sides[0] <= 1 << 15 and 0 < n_head <= n_embd
    if not has_sizes or n_layer is None or not _has_layers(mmproj, "v.blk", n_layer):
        raise ModelError(words.file_incomplete(words.projector_file(name)), words.FILE_AGAIN_HINT)


def _writes_text(kind: str) -> bool:
    if kind in NOT_WRITERS:
        return False
    if kind in COMMON:
        return True
    import gguf  # half a second on a small machine, so only for rare kinds

    return kind in gguf.MODEL_ARCH_NAMES.values()


def _has_layers(header: GgufHeader, prefix: str, n_layer: int) -> bool:
    """Return whether the first and the last of ``n_layer`` layers are stored."""
    if not 0 < n_layer <= 1024:
        return False
    ends = (f"{prefix}.0.", f"{prefix}.{n_layer - 1}.")
    return all(any(tensor.startswith(end) for tensor in header.tensors) for end in ends)


_LLAMA_3_SIZE, _LLAMA_3_BOS = 128_256, 128_000
_PHI_3_SIZE, _PHI_3_ENDS = 32_064, (32_000, 32_007)
_NAME, _PRE = "general.name", "tokenizer.ggml.pre"


def vocabulary_repairs(model: GgufHeader) -> dict[str, str]:
    """Return metadata to load a model with instead of its own, by key; empty for most files.

    A Llama-3 file from before May 2024 does not name its pre-tokenizer (``tokenizer.ggml.pre``): llama.cpp then splits
    words differently, and puts no BOS before the prompt (``src/llama-vocab.cpp``). Phi-3's marks swallow the white
    space after them (``rstrip`` in its ``tokenizer_config.json``), which llama.cpp knows by the model's name alone.
    """
    values = model.values
    kind, tokens = values.get("tokenizer.ggml.model"), values.get("tokenizer.ggml.tokens")
    n_vocab = tokens.n if isinstance(tokens, ArrayLength) else 0  # a shorter list is neither's
    if (
        (kind, n_vocab) == ("gpt2", _LLAMA_3_SIZE)
        and not values.get(_PRE)
        and model.number("tokenizer.ggml.bos_token_id") == _LLAMA_3_BOS
    ):
        return {_PRE: "llama-bpe"}
    if (kind, n_vocab) == ("llama", _PHI_3_SIZE) and (
        model.number("tokenizer.ggml.eos_token_id") in _PHI_3_ENDS
    ):
        return {_NAME: "phi-3"}
    return {}
