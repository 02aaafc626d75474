"""SPARC (arXiv 2502.01419) on ggml: steers a vision model's attention while llama.cpp decodes.

    probe = make_probe()
    probe.attach(context_params)
    ...
    with Steering(probe, config, cells) as steering: ...

docs/python-api.md has a whole program. What is named here is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = [
    "PRESETS",
    "ClipOrder",
    "SparcConfig",
    "SparcError",
    "Steering",
    "StepRecord",
    "make_probe",
]

if TYPE_CHECKING:
    from sparc_ggml.clip_order import ClipOrder
    from sparc_ggml.config import PRESETS, SparcConfig
    from sparc_ggml.errors import SparcError
    from sparc_ggml.probe import make_probe
    from sparc_ggml.steering import Steering, StepRecord

_HOMES = {
    "PRESETS": "config",
    "ClipOrder": "clip_order",
    "SparcConfig": "config",
    "SparcError": "errors",
    "Steering": "steering",
    "StepRecord": "steering",
    "make_probe": "probe",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
