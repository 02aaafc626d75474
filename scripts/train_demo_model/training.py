"""What both stages share: the rate's course, progress lines, checkpoints and resuming."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import distributed, nn

from .config import Schedule


def optimizer_for(modules: list[nn.Module], schedule: Schedule) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices only."""
    parameters = [p for module in modules for p in module.parameters() if p.requires_grad]
    matrices = [p for p in parameters if p.ndim >= 2]
    others = [p for p in parameters if p.ndim < 2]
    groups = [
        {"params": matrices, "weight_decay": schedule.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=schedule.peak_rate, betas=(0.9, 0.98))


@dataclass
class Pace:
    """Where a stage stands: by steps, and by time if that runs out first."""

    schedule: Schedule
    step: int = 0
    spent_s: float = 0.0
    _since: float = field(default_factory=time.monotonic)

    @property
    def elapsed_s(self) -> float:
        """Training time so far, over all resumed runs."""
        return self.spent_s + time.monotonic() - self._since

    @property
    def done(self) -> float:
        """The finished part of the stage, 0 to 1."""
        by_time = self.elapsed_s / (60 * self.schedule.minutes)
        return min(1.0, max(self.step / self.schedule.steps, by_time))

    @property
    def rate(self) -> float:
        """Learning rate now: a linear warm-up, then a cosine down to one hundredth."""
        warm = min(1.0, (self.step + 1) / self.schedule.warmup_steps)
        return self.schedule.peak_rate * warm * (0.01 + 0.495 * (1 + math.cos(math.pi * self.done)))

    def line(self, **values: float) -> str:
        """One progress line with the time that is left."""
        left = self.elapsed_s / self.done - self.elapsed_s if self.done else 0.0
        speed = self.step * self.schedule.batch / max(self.elapsed_s, 1e-9)
        shown = " ".join(f"{name} {value:.4f}" for name, value in values.items())
        return (
            f"step {self.step} ({100 * self.done:.0f}%) {shown} "
            f"{speed:.0f} pictures/s, {left / 60:.1f} min left"
        )


def advance(
    optimizer: torch.optim.Optimizer, pace: Pace, loss: torch.Tensor, processes: int = 1
) -> bool:
    """One optimiser step at the rate that is due; whether the stage goes on.

    With several processes, gradients are averaged and the first one's clock rules, so that all of
    them hold the same weights.
    """
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    rate, done = pace.rate, pace.done
    if processes > 1:
        rate, done = _average(optimizer, rate, done, processes)
    for group in optimizer.param_groups:
        group["lr"] = rate
    for group in optimizer.param_groups:
        nn.utils.clip_grad_norm_(group["params"], 1.0)
    optimizer.step()
    pace.step += 1
    return done < 1.0


def _average(
    optimizer: torch.optim.Optimizer, rate: float, done: float, processes: int
) -> tuple[float, float]:
    """Averages gradients over processes, and hands out the first one's rate and progress."""
    first = distributed.get_rank() == 0
    gradients = [p.grad for group in optimizer.param_groups for p in group["params"]]
    clock = torch.tensor([rate, done]) if first else torch.zeros(2)
    flat = torch.cat([gradient.flatten() for gradient in gradients] + [clock])
    distributed.all_reduce(flat)
    start = 0
    for gradient in gradients:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient) / processes)
        start += gradient.numel()
    return float(flat[-2]), float(flat[-1])


def save(path: Path, pace: Pace, optimizer: torch.optim.Optimizer, **modules: nn.Module) -> None:
    """Writes a checkpoint in one move, so that a stop never leaves half a file."""
    state: dict[str, Any] = {name: module.state_dict() for name, module in modules.items()}
    state |= {"optimizer": optimizer.state_dict(), "step": pace.step, "spent_s": pace.elapsed_s}
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    beside.replace(path)


def resume(path: Path, pace: Pace, optimizer: torch.optim.Optimizer, **modules: nn.Module) -> None:
    """Takes up a checkpoint if there is one."""
    if not path.exists():
        return
    state = torch.load(path, weights_only=True)
    for name, module in modules.items():
        module.load_state_dict(state[name])
    optimizer.load_state_dict(state["optimizer"])
    pace.step, pace.spent_s = state["step"], state["spent_s"]
    print(f"resumed {path.name} at step {pace.step}", flush=True)
