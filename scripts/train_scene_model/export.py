"""Writes the trained model as two GGUF files."""

from __future__ import annotations

from pathlib import Path

import torch

from .config import Config
from .gguf_files import write_checksums, write_language, write_vision
from .tokenizer import Tokenizer
from .train_language import CHECKPOINT as LANGUAGE_CHECKPOINT
from .train_together import CHECKPOINT as TOGETHER_CHECKPOINT

NAME = "sparc-demo-llava"
NUMBER_TYPE = "q8_0"
LANGUAGE_FILE = f"{NAME}-{NUMBER_TYPE}.gguf"
VISION_FILE = f"{NAME}-mmproj-f16.gguf"
LARGEST_MB = 64


def newest_checkpoint(work: Path) -> Path:
    """Return the checkpoint of the last stage that was run."""
    checkpoints = (work / TOGETHER_CHECKPOINT, work / LANGUAGE_CHECKPOINT)
    return next(path for path in checkpoints if path.exists())


def export(config: Config, work: Path, out: Path) -> None:
    """Write both files under `out`, from the averaged weights of the last stage that was run.

    Raises:
        ValueError: together they are larger than the program may carry.
    """
    out.mkdir(parents=True, exist_ok=True)
    newest = newest_checkpoint(work)
    state = torch.load(newest, weights_only=True, map_location="cpu")
    arrays = {
        part: {name: tensor.float().numpy() for name, tensor in kept.items()}
        for part, kept in state["average"].items()
    }
    vocabulary = Tokenizer(work).model
    write_language(
        out / LANGUAGE_FILE, NAME, config.language, arrays["llama"], vocabulary, NUMBER_TYPE
    )
    write_vision(out / VISION_FILE, NAME, config.vision, config.language.width, arrays["tower"])
    write_checksums(out, (VISION_FILE, LANGUAGE_FILE))
    sizes = {name: (out / name).stat().st_size / 1e6 for name in (LANGUAGE_FILE, VISION_FILE)}
    for name, size_mb in sizes.items():
        print(f"{name}: {size_mb:.2f} MB, from {newest.name} at step {state['step']}")
    if sum(sizes.values()) > LARGEST_MB:
        raise ValueError(f"together more than {LARGEST_MB} MB")
