"""Sizes and schedules of the embedded model, for two CPU cores."""

from __future__ import annotations

from dataclasses import dataclass, field

# The mean and spread that CLIP was trained with; written into the mmproj and used in training.
IMAGE_MEAN = (0.48145466, 0.4578275, 0.40821073)
IMAGE_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class VisionShape:
    """The CLIP-style ViT, and the projector behind it."""

    image_size: int = 224
    patch_size: int = 16
    width: int = 256
    depth: int = 6
    heads: int = 8
    ffn: int = 1024
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
    """The Llama. Widths are multiples of 256, the block of the K-quants."""

    vocabulary: int = 1536
    width: int = 256
    depth: int = 8
    heads: int = 8
    kv_heads: int = 2
    ffn: int = 768
    eps: float = 1e-5
    rope_base: float = 10000.0
    context: int = 2048

    @property
    def head_width(self) -> int:
        """Numbers in one head."""
        return self.width // self.heads


@dataclass(frozen=True)
class Schedule:
    """How a stage learns: a warm-up, a constant rate, and a fall to a tenth over its last minutes.

    Minutes are of the training process's own CPU time, so that a pause costs nothing.
    With `cool_minutes` 0 the rate stays, and a later run goes on from there.

    Attributes:
        batch: pictures a step, over all processes.
        matrix_rate: peak rate of the hidden matrices (Muon).
        rate: peak rate of everything else (AdamW).
        minutes: when the stage ends, over all its runs.
        cool_minutes: how long before its end the rate falls.
        warmup_steps: steps until the peak.
        pointing: weight of the scaffold of `pointing.py`; 0 for none.
    """

    batch: int
    matrix_rate: float
    rate: float
    minutes: float
    cool_minutes: float = 0.0
    warmup_steps: int = 100
    pointing: float = 0.0


@dataclass(frozen=True)
class Config:
    """Everything that a training run needs to be repeated."""

    vision: VisionShape = field(default_factory=VisionShape)
    language: LanguageShape = field(default_factory=LanguageShape)
    vision_schedule: Schedule = Schedule(batch=64, matrix_rate=0.02, rate=1.5e-3, minutes=30)
    language_schedule: Schedule = Schedule(batch=16, matrix_rate=0.02, rate=2e-3, minutes=180)
    together_schedule: Schedule = Schedule(
        batch=16, matrix_rate=0.006, rate=6e-4, minutes=60, warmup_steps=30
    )
    seed: int = 1
