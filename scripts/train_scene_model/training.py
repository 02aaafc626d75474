"""What all stages share: optimisers, the rate's course, processes, averaged weights."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed, nn

from .config import Schedule
from .muon import Muon

_PORT = 29531
_COOLED = 0.05
_AVERAGE_STEPS = 150


def is_hidden_matrix(name: str, parameter: Tensor) -> bool:
    """Whether Muon takes the parameter: a matrix between two hidden layers."""
    inner = ("blocks.", "layers.", "mm_")
    return parameter.ndim == 2 and name.startswith(inner)


class Optimizers:
    """Muon for hidden matrices, AdamW for the rest, on one schedule."""

    def __init__(self, modules: dict[str, nn.Module], schedule: Schedule) -> None:
        matrices: list[Tensor] = []
        joined: list[Tensor] = []
        others: list[Tensor] = []
        for module in modules.values():
            for name, parameter in module.named_parameters():
                if not parameter.requires_grad:
                    continue
                if not is_hidden_matrix(name, parameter):
                    others.append(parameter)
                elif "qkv" in name:
                    joined.append(parameter)
                else:
                    matrices.append(parameter)
        groups: list[dict[str, Any]] = [{"params": matrices}, {"params": joined, "split": 3}]
        self.muon = Muon([g for g in groups if g["params"]], schedule.matrix_rate)
        self.adam = torch.optim.AdamW(others, schedule.rate, betas=(0.9, 0.98), weight_decay=0.0)
        self.schedule = schedule
        self.parameters = matrices + joined + others

    def step(self, share: float) -> None:
        """One step at this share of the peak rates; gradients are cut to norm 1 for AdamW."""
        rates = (self.schedule.matrix_rate, self.schedule.rate)
        for optimizer, rate in zip((self.muon, self.adam), rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * share
        nn.utils.clip_grad_norm_(self.adam.param_groups[0]["params"], 1.0)
        self.muon.step()
        self.adam.step()

    def clear(self) -> None:
        """Forgets the gradients."""
        for parameter in self.parameters:
            parameter.grad = None


@dataclass
class Pace:
    """Where a stage stands, by its own CPU time."""

    schedule: Schedule
    step: int = 0
    spent_s: float = 0.0
    _since: float = field(default=0.0, init=False)
    _clock: float = field(default_factory=time.monotonic, init=False)
    _first: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._since = self._now()

    def _now(self) -> float:
        return time.process_time()

    def resume(self, step: int, spent_s: float) -> None:
        """Go on from a checkpoint."""
        self.step = self._first = step
        self.spent_s = spent_s

    @property
    def elapsed_s(self) -> float:
        """Training time so far, over all resumed runs."""
        return self.spent_s + self._now() - self._since

    @property
    def is_done(self) -> bool:
        """Whether the stage's time is over."""
        return self.elapsed_s >= 60 * self.schedule.minutes

    @property
    def is_cooling(self) -> bool:
        """Whether the stage is in its last minutes, in which the rate falls."""
        return self.elapsed_s > 60 * (self.schedule.minutes - self.schedule.cool_minutes)

    @property
    def share(self) -> float:
        """Part of the peak rate that is due now."""
        warm = min(1.0, (self.step + 1) / self.schedule.warmup_steps)
        if not self.schedule.cool_minutes:
            return warm
        left = (self.schedule.minutes - self.elapsed_s / 60) / self.schedule.cool_minutes
        return warm * max(_COOLED, min(1.0, left))

    def line(self, **values: float) -> str:
        """One progress line."""
        wall = max(time.monotonic() - self._clock, 1e-9)
        speed = (self.step - self._first) * self.schedule.batch / wall
        shown = " ".join(f"{name} {value:.4f}" for name, value in values.items())
        return (
            f"step {self.step} {shown} rate {self.share:.2f} {speed:.1f} scenes/s, "
            f"{self.elapsed_s / 60:.1f} of {self.schedule.minutes:.0f} min"
        )


class Average:
    """A running average of weights: what a falling rate would reach, without letting it fall."""

    def __init__(self, modules: dict[str, nn.Module]) -> None:
        self.modules = modules
        self.state = {
            name: {key: value.clone() for key, value in module.state_dict().items()}
            for name, module in modules.items()
        }

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take the present weights in; over few steps at first, over `_AVERAGE_STEPS` later."""
        weight = 1 / min(_AVERAGE_STEPS, 1 + step / 10)
        for name, module in self.modules.items():
            kept, now = self.state[name], module.state_dict()
            floats = [key for key, value in now.items() if value.dtype == torch.float32]
            torch._foreach_lerp_([kept[k] for k in floats], [now[k] for k in floats], weight)


def advance(optimizers: Optimizers, pace: Pace, loss: Tensor, processes: int = 1) -> bool:
    """One step at the rate that is due; whether the stage goes on.

    With several processes, gradients are averaged and the first one's clock rules, so that all of
    them hold the same weights.
    """
    optimizers.clear()
    loss.backward()
    share, is_done = pace.share, pace.is_done
    if processes > 1:
        share, is_done = _average(optimizers.parameters, share, is_done, processes)
    optimizers.step(share)
    pace.step += 1
    return not is_done


def _average(
    parameters: list[Tensor], share: float, is_done: bool, processes: int
) -> tuple[float, bool]:
    """Averages gradients over processes, and hands out the first one's rate and end."""
    is_first = distributed.get_rank() == 0
    for parameter in parameters:
        # What this process's part of the batch did not ask for, another's may have.
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    gradients = [p.grad for p in parameters if p.grad is not None]
    clock = torch.tensor([share, float(is_done)]) if is_first else torch.zeros(2)
    flat = torch.cat([gradient.flatten() for gradient in gradients] + [clock])
    distributed.all_reduce(flat)
    start = 0
    for gradient in gradients:
        end = start + gradient.numel()
        gradient.copy_(flat[start:end].view_as(gradient) / processes)
        start = end
    return float(flat[-2]), float(flat[-1]) > 0.5


_Config = TypeVar("_Config")


def run_processes(
    train: Callable[[int, _Config, Path, int], None], config: _Config, work: Path, processes: int
) -> None:
    """Call `train(rank, config, work, processes)` in this process, or in several.

    Several processes of one thread each share a batch: where other programs take the cores now and
    then, they wait for one another once a step, and threads would at every operation.
    """
    if processes == 1:
        train(0, config, work, 1)
        return
    torch.multiprocessing.spawn(train, (config, work, processes), processes)


def join(rank: int, processes: int) -> None:
    """Meets the other processes of a stage, if there are any."""
    if processes > 1:
        torch.set_num_threads(1)
        meeting = f"tcp://127.0.0.1:{_PORT}"
        distributed.init_process_group("gloo", meeting, rank=rank, world_size=processes)
