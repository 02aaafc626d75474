"""Makes an exported pair a place to go on training from, where the checkpoint it came from is gone.

What a file does not hold begins anew: the optimizers' states, the schedule, and the heads of stage 1.
"""

from __future__ import annotations

from pathlib import Path

import torch

from .checkpoint import write_start
from .config import Config, LanguageShape, VisionShape
from .export import LANGUAGE_FILE, VISION_FILE
from .gguf_files import State
from .gguf_reading import check_vocabulary, read_language, read_vision
from .tokenizer import Tokenizer
from .train_language import CHECKPOINT as LANGUAGE_CHECKPOINT
from .train_together import CHECKPOINT as TOGETHER_CHECKPOINT
from .train_vision import CHECKPOINT as VISION_CHECKPOINT
from .vision import DenseHeads


def take_up(config: Config, work: Path, out: Path) -> None:
    """Writes `language.pt` under `work` from the pair in `out`, for `language` or `together` to go on from.

    `language` opens `vision.pt` too: where there is none, one is written with the pair's tower and heads that know
    nothing yet.

    Raises:
        ValueError: the pair has other sizes or another vocabulary, or there are checkpoints already.
    """
    for name in (LANGUAGE_CHECKPOINT, TOGETHER_CHECKPOINT):
        if (work / name).exists():
            raise ValueError(f"{work / name} is there already; taking up the pair would lose it")
    language, llama = read_language(out / LANGUAGE_FILE)
    vision, tower = read_vision(out / VISION_FILE)
    _check_sizes(config.language, language)
    _check_sizes(config.vision, vision)
    check_vocabulary(out / LANGUAGE_FILE, Tokenizer(work).model)
    halves = {"llama": _tensors(llama), "tower": _tensors(tower)}
    if not (work / VISION_CHECKPOINT).exists():
        torch.manual_seed(config.seed)
        heads = DenseHeads(config.language.width).state_dict()
        write_start(work / VISION_CHECKPOINT, {"tower": halves["tower"], "heads": heads})
    write_start(work / LANGUAGE_CHECKPOINT, halves, is_taken_up=True)
    print(f"{LANGUAGE_CHECKPOINT} has the weights of {LANGUAGE_FILE} and {VISION_FILE}")


def _check_sizes(wanted: LanguageShape | VisionShape, read: LanguageShape | VisionShape) -> None:
    if read != wanted:
        raise ValueError(f"the pair is a {read}, and training is set for a {wanted}")


def _tensors(state: State) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(values) for name, values in state.items()}
