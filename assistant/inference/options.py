"""How a model is loaded: the settings that hold from one answer to the next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sparc_ggml.config import LLAVA_1_5, SparcConfig

FlashAttn = Literal["auto", "on", "off"]
LookAhead = Literal["auto", "on", "off"]
KvType = Literal["auto", "f16", "q8_0", "f32", "bf16"]
Detail = Literal["auto", "low", "usual", "high"]


@dataclass(frozen=True)
class EngineOptions:
    """What the engine loads, and how.

    Attributes:
        preset: steering for requests that ask for none in particular.
        familiarity_path: what tells this model's own pictures from others; ``None`` where it knows all kinds.
        n_ctx: cells of the KV cache, at most what the model was trained on; ``None`` takes 2048, or fewer
            where memory is short.
        n_batch: tokens read at once while prefilling; smaller hears a cancel sooner, larger may read faster; ``None``
            chooses by the model's size.
        n_threads: ``None`` takes the physical cores that this process may use.
        flash_attn: "auto" is on: V rows are then contiguous, which is where steering is cheapest.
        kv_type: number type of the K and V caches; q8_0 needs flash attention, "auto" chooses by the cache's
            size and the free memory, and with an unknown one the model describes unsteered.
        detail: how many image tokens a picture may become; "auto" suits it to the machine.
        locks_memory: whether the weights are held in memory (``mlock``).
        checks_memory: whether a model that cannot fit into the free memory is refused.
        template: name of a chat template; ``None`` takes the GGUF's own.
        language: code of the language to ask for answers in; ``None`` asks for none.
        is_safe_mode: no weight repacking; set after a crash.
        corrects_pictures: false leaves llama.cpp's picture encoding as it is, for comparison.
        cache_dir: where corrected copies of projectors are kept; ``None`` means the user's cache folder.
        kept_pictures_mb: memory for the last few encoded pictures; one of LLaVA-1.5-7B takes 9 MB.
        look_ahead: whether pictures are read ahead of a question; "auto" does so unless on battery.
        uses_native: whether SPARC's compiled part is used where there is one.
        is_verbose: whether the worker's log, with llama.cpp's lines, goes to stderr.
    """

    model_path: Path
    mmproj_path: Path
    model_name: str = ""
    preset: SparcConfig = LLAVA_1_5
    familiarity_path: Path | None = None
    n_ctx: int | None = None
    n_batch: int | None = None
    n_threads: int | None = None
    flash_attn: FlashAttn = "auto"
    kv_type: KvType | str = "auto"
    detail: Detail = "auto"
    locks_memory: bool = False
    checks_memory: bool = True
    template: str | None = None
    language: str | None = None
    is_safe_mode: bool = False
    corrects_pictures: bool = True
    cache_dir: Path | None = None
    kept_pictures_mb: float = 64.0
    look_ahead: LookAhead = "auto"
    uses_native: bool = True
    is_verbose: bool = False
