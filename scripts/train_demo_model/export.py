"""Writes the trained model as two GGUF files that llama.cpp loads like any LLaVA."""

from __future__ import annotations

from pathlib import Path

import torch

from scripts.train_scene_model.gguf_files import write_checksums, write_language, write_vision

from .config import Config
from .tokenizer import Tokenizer
from .train_language import CHECKPOINT as LANGUAGE_CHECKPOINT
from .train_together import CHECKPOINT as TOGETHER_CHECKPOINT

LANGUAGE_FILE = "sparc-demo-llava-q8_0.gguf"
VISION_FILE = "sparc-demo-llava-mmproj-f16.gguf"
NAME = "sparc-demo-llava"


def export(config: Config, work: Path, out: Path) -> None:
    """Writes both files under `out`, from the last stage that was run, and prints their sizes."""
    out.mkdir(parents=True, exist_ok=True)
    checkpoints = (work / TOGETHER_CHECKPOINT, work / LANGUAGE_CHECKPOINT)
    newest = next(path for path in checkpoints if path.exists())
    state = torch.load(newest, weights_only=True, map_location="cpu")
    arrays = {
        part: {name: tensor.float().numpy() for name, tensor in state[part].items()}
        for part in ("llama", "tower")
    }
    vocabulary = Tokenizer(work).model
    write_language(out / LANGUAGE_FILE, NAME, config.language, arrays["llama"], vocabulary)
    write_vision(out / VISION_FILE, NAME, config.vision, config.language.width, arrays["tower"])
    write_checksums(out, (VISION_FILE, LANGUAGE_FILE))
    for name in (LANGUAGE_FILE, VISION_FILE):
        print(f"{name}: {(out / name).stat().st_size / 1e6:.2f} MB")
