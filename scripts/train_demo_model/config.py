"""Sizes and schedules of the demo model: one for two CPU cores, a larger one for a GPU."""

from __future__ import annotations

from dataclasses import dataclass, field

# The mean and spread that CLIP was trained with; written into the mmproj and used in training.
IMAGE_MEAN = (0.48145466, 0.4578275, 0.40821073)
IMAGE_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class VisionShape:
    """The CLIP-style ViT, and the projector behind it."""

    image_size: int = 128
    patch_size: int = 16
    width: int = 160
    depth: int = 5
    heads: int = 5
    ffn: int = 640
    eps: float = 1e-5

    @property
    def side(self) -> int:
        """Patches along one side."""
        return self.image_size // self.patch_size

    @property
    def patches(self) -> int:
        """Image tokens of a picture."""
        return self.side**2


@dataclass(frozen=True)
class LanguageShape:
    """The Llama."""

    vocabulary: int = 1024
    width: int = 192
    depth: int = 5
    heads: int = 6
    kv_heads: int = 2
    ffn: int = 512
    eps: float = 1e-5
    rope_base: float = 10000.0
    context: int = 2048

    @property
    def head_width(self) -> int:
        """Numbers in one head."""
        return self.width // self.heads


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

    vision: VisionShape = field(default_factory=VisionShape)
    language: LanguageShape = field(default_factory=LanguageShape)
    vision_schedule: Schedule = Schedule(steps=3500, batch=32, peak_rate=1.5e-3)
    language_schedule: Schedule = Schedule(steps=1800, batch=32, peak_rate=2e-3)
    together_schedule: Schedule = Schedule(steps=2000, batch=32, peak_rate=3e-4, warmup_steps=30)
    seed: int = 1


CPU = Config()
CUDA = Config(
    vision=VisionShape(width=256, depth=6, heads=8, ffn=1024),
    language=LanguageShape(width=256, depth=6, heads=8, kv_heads=2, ffn=704),
    vision_schedule=Schedule(steps=20_000, batch=128, peak_rate=8e-4, warmup_steps=500),
    language_schedule=Schedule(steps=20_000, batch=128, peak_rate=1e-3, warmup_steps=500),
)
