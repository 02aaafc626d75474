"""Stage 1: the ViT and the projector learn to say what every patch shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from .config import Config
from .data import VisionBatches, loader, patch_labels, picture
from .kinds import SETTING_INDEX
from .training import Pace, advance, optimizer_for, resume, save
from .vision import DenseHeads, VisionTower
from .world import make_scene

CHECKPOINT = "vision.pt"


def train_vision(config: Config, work: Path, device: str) -> None:
    """Runs or resumes stage 1; the result is `vision.pt` under `work`."""
    torch.manual_seed(config.seed)
    tower = VisionTower(config.vision, config.language.width).to(device)
    heads = DenseHeads(config.language.width).to(device)
    optimizer = optimizer_for([tower, heads], config.vision_schedule)
    pace = Pace(config.vision_schedule)
    resume(work / CHECKPOINT, pace, optimizer, tower=tower, heads=heads)
    batch = config.vision_schedule.batch
    batches = iter(loader(VisionBatches(config.vision, batch, pace.step * batch)))
    while pace.done < 1.0:
        pictures, labels, settings = (part.to(device) for part in next(batches))
        loss, right = heads(tower(pictures), labels, settings)
        advance(optimizer, pace, loss)
        if pace.step % 50 == 0:
            print(pace.line(loss=loss.item(), object_patches=right.item()), flush=True)
        if pace.step % 500 == 0:
            save(work / CHECKPOINT, pace, optimizer, tower=tower, heads=heads)
            print(f"dev: object patches right {dev_accuracy(config, tower, heads):.4f}", flush=True)
    save(work / CHECKPOINT, pace, optimizer, tower=tower, heads=heads)
    print(f"done: dev object patches right {dev_accuracy(config, tower, heads):.4f}", flush=True)


@torch.no_grad()
def dev_accuracy(config: Config, tower: VisionTower, heads: DenseHeads, scenes: int = 128) -> float:
    """Part of object patches named rightly on dev scenes, drawn large and scaled down."""
    chosen = [make_scene("dev", index) for index in range(scenes)]
    side = config.vision.image_size
    device = tower.positions.device
    pictures = torch.from_numpy(np.stack([picture(s, side, 4) for s in chosen])).to(device)
    labels = torch.from_numpy(np.stack([patch_labels(s, config.vision) for s in chosen]))
    settings = torch.tensor([SETTING_INDEX[s.setting] for s in chosen])
    return float(heads(tower(pictures), labels.to(device), settings.to(device))[1])
