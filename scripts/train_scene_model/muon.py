"""Muon (Jordan et al. 2024): momentum whose steps are made orthogonal, for hidden matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, distributed

from .precision import fast_dtype

# The quintic iteration's coefficients, from the method's description.
_A, _B, _C = 3.4445, -4.7750, 2.0315
_ROUNDS = 5


def orthogonal(matrices: Tensor) -> Tensor:
    """Return the nearest (about) semi-orthogonal ones of matrices (number, rows, columns), by Newton-Schulz."""
    is_tall = matrices.shape[-2] > matrices.shape[-1]
    x = (matrices.mT if is_tall else matrices).to(fast_dtype())
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(_ROUNDS):
        gram = x @ x.mT
        x = _A * x + (_B * gram + _C * gram @ gram) @ x
    return (x.mT if is_tall else x).to(matrices.dtype)


class Muon(torch.optim.Optimizer):
    """Muon over matrices; `split` of a matrix's rows are taken as matrices of their own.

    With several processes each makes its share of the steps and they are added up.
    """

    def __init__(
        self,
        groups: Sequence[dict[str, Any]],
        rate: float,
        momentum: float = 0.95,
        weight_decay: float = 0.01,
    ) -> None:
        defaults = {"lr": rate, "momentum": momentum, "weight_decay": weight_decay, "split": 1}
        super().__init__(list(groups), defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step along the momenta, made orthogonal."""
        for group in self.param_groups:
            shapes: dict[torch.Size, list[Tensor]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    shapes.setdefault(parameter.shape, []).append(parameter)
            for parameters in shapes.values():
                self._step(group, parameters)

    def _step(self, group: dict[str, Any], parameters: list[Tensor]) -> None:
        directions = []
        for parameter in parameters:
            state = self.state[parameter]
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(parameter)
            momentum = state["momentum"]
            momentum.lerp_(parameter.grad, 1 - group["momentum"])
            directions.append(torch.lerp(parameter.grad, momentum, group["momentum"]))
        rows, columns = parameters[0].shape
        stack = torch.stack(directions).view(-1, rows // group["split"], columns)
        steps = _shared(stack).view(len(parameters), rows, columns)
        scale = max(1.0, rows / group["split"] / columns) ** 0.5
        for parameter, direction in zip(parameters, steps, strict=True):
            parameter.mul_(1 - group["lr"] * group["weight_decay"])
            parameter.add_(direction, alpha=-group["lr"] * scale)


def _shared(stack: Tensor) -> Tensor:
    """`orthogonal` of all, each process doing its part."""
    if not distributed.is_initialized():
        return orthogonal(stack)
    rank, count = distributed.get_rank(), distributed.get_world_size()
    steps = torch.zeros_like(stack)
    if stack[rank::count].shape[0]:
        steps[rank::count] = orthogonal(stack[rank::count])
    distributed.all_reduce(steps)
    return steps
