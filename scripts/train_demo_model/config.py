"""Sizes and schedules of the demo model: one for two CPU cores, a larger one for a GPU."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.train_scene_model.config import IMAGE_MEAN as IMAGE_MEAN
from scripts.train_scene_model.config import IMAGE_STD as IMAGE_STD
from scripts.train_scene_model.config import LanguageShape as LanguageShape
from scripts.train_scene_model.config import VisionShape as VisionShape

_VISION = VisionShape(image_size=128, width=160, depth=5, heads=5, ffn=640)
_LANGUAGE = LanguageShape(vocabulary=1024, width=192, depth=5, heads=6, kv_heads=2, ffn=512)


@dataclass(frozen=True)
class Schedule:
    """How long and how fast one stage learns; it ends at whichever limit comes first."""

    steps: int
    batch: int
    peak_rate: float
    minutes: float = 1e9
    warmup_steps: int = 150
    weight_decay: float = 0.05


@dataclass(frozen=True)
class Config:
    """Everything that a training run needs to be repeated."""

    vision: VisionShape = _VISION
    language: LanguageShape = _LANGUAGE
    vision_schedule: Schedule = Schedule(steps=3500, batch=32, peak_rate=1.5e-3)
    language_schedule: Schedule = Schedule(steps=1800, batch=32, peak_rate=2e-3)
    together_schedule: Schedule = Schedule(steps=2000, batch=32, peak_rate=3e-4, warmup_steps=30)
    seed: int = 1


CPU = Config()
CUDA = Config(
    vision=VisionShape(image_size=128, width=256, depth=6, heads=8, ffn=1024),
    language=LanguageShape(vocabulary=1024, width=256, depth=6, heads=8, kv_heads=2, ffn=704),
    vision_schedule=Schedule(steps=20_000, batch=128, peak_rate=8e-4, warmup_steps=500),
    language_schedule=Schedule(steps=20_000, batch=128, peak_rate=1e-3, warmup_steps=500),
)
