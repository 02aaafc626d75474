"""Stage 3: tower and Llama learn on together, at a lower rate, from what stage 2 left.

What the ViT learned from labelled patches is not all that the Llama would like to know; now the
sentences themselves teach it.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import distributed

from .config import Config
from .data import loader
from .llama import Llama
from .sequences import LanguageBatches
from .tokenizer import Tokenizer
from .train_language import CHECKPOINT as LANGUAGE_CHECKPOINT
from .train_language import dev_report, sequence_loss
from .training import Pace, advance, optimizer_for, resume, save
from .vision import VisionTower

CHECKPOINT = "together.pt"
_PORT = 29512
_RANK_STRIDE = 100_000_000
_FIRST_SCENE = 50_000_000  # scenes that stage 2 has not seen


def train_together(config: Config, work: Path, device: str, processes: int = 1) -> None:
    """Runs or resumes stage 3; the result is `together.pt` (Llama, tower) under `work`."""
    if processes == 1:
        _train(0, config, work, device, 1)
        return
    torch.multiprocessing.spawn(_train, (config, work, device, processes), processes)


def _train(rank: int, config: Config, work: Path, device: str, processes: int) -> None:
    if processes > 1:
        torch.set_num_threads(1)
        meeting = f"tcp://127.0.0.1:{_PORT}"
        distributed.init_process_group("gloo", meeting, rank=rank, world_size=processes)
    torch.manual_seed(config.seed + 2)
    tokenizer = Tokenizer(work)
    tower = VisionTower(config.vision, config.language.width).to(device)
    llama = Llama(config.language).to(device)
    taught = torch.load(work / LANGUAGE_CHECKPOINT, weights_only=True)
    tower.load_state_dict(taught["tower"])
    llama.load_state_dict(taught["llama"])
    schedule = config.together_schedule
    optimizer = optimizer_for([llama, tower], schedule)
    pace = Pace(schedule)
    resume(work / CHECKPOINT, pace, optimizer, llama=llama, tower=tower)
    share = schedule.batch // processes
    start = _FIRST_SCENE + pace.step * share + rank * _RANK_STRIDE
    batches = iter(loader(LanguageBatches(tokenizer, config.vision, share, start, config.seed)))
    goes_on = pace.done < 1.0
    while goes_on:
        pictures, ids, positions, turns, targets = (part.to(device) for part in next(batches))
        loss = sequence_loss(llama, tower(pictures), ids, positions, turns, targets)
        goes_on = advance(optimizer, pace, loss, processes)
        if rank == 0 and pace.step % 20 == 0:
            print(pace.line(loss=loss.item()), flush=True)
        if rank == 0 and (pace.step % 100 == 0 or not goes_on):
            save(work / CHECKPOINT, pace, optimizer, llama=llama, tower=tower)
            if not goes_on:
                print(dev_report(config, tokenizer, llama, tower, 100), flush=True)
