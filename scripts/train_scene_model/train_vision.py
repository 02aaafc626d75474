"""Stage 1: the ViT and the projector learn to say what every patch shows.

Until the rate has fallen far, half of every picture's patches are left out, mostly background; then all
are looked at, as they are later.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from .checkpoint import Keeper
from .config import Config
from .data import VisionBatches, loader, patch_labels, picture
from .precision import precision
from .settings import SETTING_INDEX
from .training import Average, Optimizers, Pace, advance, join, run_processes
from .vision import DenseHeads, VisionTower
from .world import make_scene

CHECKPOINT = "vision.pt"
_RANK_STRIDE = 400_000_000
_DEV_SCENES = 96
_WHOLE_BELOW = 0.3


def train_vision(config: Config, work: Path, processes: int = 1) -> None:
    """Run or resume stage 1; the result is `vision.pt` (tower, heads) under `work`."""
    run_processes(_train, config, work, processes)


def _train(rank: int, config: Config, work: Path, processes: int) -> None:
    join(rank, processes)
    torch.manual_seed(config.seed)
    schedule = config.vision_schedule
    tower = VisionTower(config.vision, config.language.width)
    heads = DenseHeads(config.language.width)
    modules: dict[str, torch.nn.Module] = {"tower": tower, "heads": heads}
    optimizers, pace = Optimizers(modules, schedule), Pace(schedule)
    keeper = Keeper(work / CHECKPOINT, modules, optimizers, pace, Average(modules))
    keeper.resume()
    share = schedule.batch // processes
    start = pace.step * share + rank * _RANK_STRIDE
    dataset = VisionBatches(config.vision, share, start)
    batches = iter(loader(dataset))
    goes_on = not pace.is_done
    while goes_on:
        pictures, labels, settings, kept = next(batches)
        is_whole = pace.share < _WHOLE_BELOW and pace.is_cooling
        if not is_whole:
            labels = labels.gather(1, kept[..., None].expand(-1, -1, labels.shape[2]))
        with precision():
            tokens = tower(pictures, None if is_whole else kept)
            loss, right = heads(tokens, labels, settings)
        goes_on = advance(optimizers, pace, loss, processes)
        keeper.average.update(pace.step)
        if rank:
            continue
        if pace.step % 25 == 0:
            shown = {name: value.item() for name, value in right.items()}
            print(pace.line(loss=loss.item(), **shown), flush=True)
        if keeper.is_due or not goes_on:
            keeper.save()
            print(dev_report(config, keeper.average), flush=True)


@torch.no_grad()
def dev_report(config: Config, average: Average) -> str:
    """Return what the averaged weights tell rightly of patches of dev scenes, drawn large and scaled down."""
    tower = VisionTower(config.vision, config.language.width)
    heads = DenseHeads(config.language.width)
    tower.load_state_dict(average.state["tower"])
    heads.load_state_dict(average.state["heads"])
    chosen = [make_scene("dev", index) for index in range(_DEV_SCENES)]
    side = config.vision.image_size
    pictures = torch.from_numpy(np.stack([picture(s, side, 2) for s in chosen]))
    labels = torch.from_numpy(np.stack([patch_labels(s, config.vision) for s in chosen]))
    settings = torch.tensor([SETTING_INDEX[s.setting] for s in chosen])
    with precision():
        right = heads(tower(pictures), labels, settings)[1]
    return "dev: " + " ".join(f"{name} {value.item():.4f}" for name, value in right.items())
