"""Stage 3: tower and Llama learn on together, at a lower rate, from what stage 2 left.

What the ViT learned from labelled patches is not all that the Llama would like to know; now the
sentences themselves teach it.
"""

from __future__ import annotations

from pathlib import Path

import torch

from .checkpoint import averaged, steps
from .config import Config
from .llama import Llama
from .train_language import CHECKPOINT as LANGUAGE_CHECKPOINT
from .train_language import learn
from .training import join, run_processes
from .vision import VisionTower

CHECKPOINT = "together.pt"
_FIRST_SCENE = 200_000_000  # scenes that stage 2 has not seen


def train_together(config: Config, work: Path, processes: int = 1) -> None:
    """Run or resume stage 3; the result is `together.pt` (Llama, tower) under `work`."""
    run_processes(_train, config, work, processes)


def _train(rank: int, config: Config, work: Path, processes: int) -> None:
    join(rank, processes)
    torch.manual_seed(config.seed + 2)
    tower = VisionTower(config.vision, config.language.width)
    llama = Llama(config.language)
    taught = work / LANGUAGE_CHECKPOINT
    tower.load_state_dict(averaged(taught, "tower"))
    llama.load_state_dict(averaged(taught, "llama"))
    checkpoint, schedule = work / CHECKPOINT, config.together_schedule
    # Each round begins where stage 2 has come to, so that it does not show the scenes of the last one.
    first_scene = _FIRST_SCENE + 2 * steps(taught) * schedule.batch
    learn(
        rank,
        config,
        schedule,
        checkpoint,
        llama,
        tower,
        processes,
        first_scene=first_scene,
    )
