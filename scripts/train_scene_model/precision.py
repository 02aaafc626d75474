"""Which numbers the processor multiplies fastest."""

from __future__ import annotations

import torch


def fast_dtype() -> torch.dtype:
    """Return bfloat16 where there is a matrix unit (AMX), which takes a seventh of the time, else float32."""
    return torch.bfloat16 if torch.cpu._is_amx_tile_supported() else torch.float32


def precision() -> torch.autocast:
    """Multiply in the fast numbers; weights, norms and losses stay float32."""
    return torch.autocast("cpu", torch.bfloat16, enabled=fast_dtype() == torch.bfloat16)
