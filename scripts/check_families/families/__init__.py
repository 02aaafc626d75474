"""The families, each as its authors' code has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.check_families.families.gemma import Gemma3
from scripts.check_families.families.lfm2 import Lfm2Vl
from scripts.check_families.families.llava import Llava15, Llava16
from scripts.check_families.families.mobilevlm import MobileVlm
from scripts.check_families.families.moondream import Moondream2
from scripts.check_families.families.qwen import Qwen3Vl, Qwen25Vl
from scripts.check_families.families.tiled import InternVl3, SmolVlm
from scripts.check_families.family import Family

FAMILIES: Mapping[str, Callable[[Path], Family]] = {
    "llava-1.5": Llava15,
    "llava-1.6": Llava16,
    "mobilevlm": MobileVlm,
    "moondream2": Moondream2,
    "smolvlm": SmolVlm,
    "qwen2.5-vl": Qwen25Vl,
    "qwen3-vl": Qwen3Vl,
    "gemma-3": Gemma3,
    "internvl3": InternVl3,
    "lfm2-vl": Lfm2Vl,
}
"""By the name that is typed; made with a folder for what has to be on the disk."""
