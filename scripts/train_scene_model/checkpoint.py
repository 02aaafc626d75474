"""Checkpoints: written in one move, taken up where a stage was stopped."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from .training import Average, Optimizers, Pace

EVERY_S = 150.0


class Keeper:
    """Saves one stage's state under a path, now and then."""

    def __init__(
        self,
        path: Path,
        modules: dict[str, nn.Module],
        optimizers: Optimizers,
        pace: Pace,
        average: Average,
    ) -> None:
        self.path, self.modules, self.optimizers = path, modules, optimizers
        self.pace, self.average = pace, average
        self._saved = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether it is time for the next one."""
        return time.monotonic() - self._saved > EVERY_S

    def save(self) -> None:
        """Write the checkpoint; a stop at any moment leaves the old one or the new one."""
        state: dict[str, Any] = {name: m.state_dict() for name, m in self.modules.items()}
        state |= {
            "average": self.average.state,
            "muon": self.optimizers.muon.state_dict(),
            "adam": self.optimizers.adam.state_dict(),
            "step": self.pace.step,
            "spent_s": self.pace.elapsed_s,
        }
        beside = self.path.with_suffix(".part")
        torch.save(state, beside)
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(self.path)
        self._saved = time.monotonic()

    def resume(self, frozen: tuple[str, ...] = ()) -> None:
        """Go on from the checkpoint if there is one; `frozen` modules stay what they are.

        A checkpoint that begins a round has no states of optimizers.
        """
        if not self.path.exists():
            return
        state = torch.load(self.path, weights_only=True)
        for name in self.modules.keys() - set(frozen):
            self.modules[name].load_state_dict(state[name])
            kept = self.average.state[name]
            for key, value in state["average"][name].items():
                kept[key].copy_(value)
        if "muon" in state:
            self.optimizers.muon.load_state_dict(state["muon"])
            self.optimizers.adam.load_state_dict(state["adam"])
        self.pace.resume(state["step"], state["spent_s"])
        print(f"resumed {self.path.name} at step {self.pace.step}", flush=True)


def averaged(path: Path, name: str) -> dict[str, torch.Tensor]:
    """Return a checkpoint's averaged weights of one module."""
    state: dict[str, torch.Tensor] = torch.load(path, weights_only=True, map_location="cpu")[
        "average"
    ][name]
    return state


def steps(path: Path) -> int:
    """How many steps a checkpoint's stage has made."""
    made: int = torch.load(path, weights_only=True, map_location="cpu")["step"]
    return made


def write_start(path: Path, modules: dict[str, dict[str, torch.Tensor]], step: int) -> None:
    """Write weights as a checkpoint to go on from, with no minutes spent and fresh optimizers."""
    state: dict[str, Any] = {**modules, "average": modules}
    torch.save(state | {"step": step, "spent_s": 0.0}, path)
