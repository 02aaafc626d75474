"""Makes what the last stage left the start of another round.

Stage 1 is by far the quickest way to more sight: it sees six pictures in the time in which the others see
one. So the tower goes back to it, to the heads that stage 1 had, and the Llama waits in stage 2 for the
better tower.
"""

from __future__ import annotations

from pathlib import Path

import torch

from .checkpoint import write_start
from .export import newest_checkpoint
from .train_language import CHECKPOINT as LANGUAGE_CHECKPOINT
from .train_together import CHECKPOINT as TOGETHER_CHECKPOINT
from .train_vision import CHECKPOINT as VISION_CHECKPOINT

_KEPT = "together-before.pt"


def begin_next_round(work: Path) -> None:
    """Rewrites `vision.pt` and `language.pt` under `work`; `together.pt` gets another name.

    Steps go on, so that the round sees new scenes; minutes and optimizers start fresh.

    Raises:
        ValueError: stages 1 and 2 have not been run yet.
    """
    paths = [work / name for name in (VISION_CHECKPOINT, LANGUAGE_CHECKPOINT)]
    for path in paths:
        if not path.exists():
            raise ValueError(f"{path} is not there; a round begins where stages 1 and 2 have been")
    newest = newest_checkpoint(work)
    vision, language, last = (
        torch.load(path, weights_only=True, map_location="cpu") for path in (*paths, newest)
    )
    halves = last["average"]
    seeing = {"tower": halves["tower"], "heads": vision["average"]["heads"]}
    write_start(paths[0], seeing, vision["step"])
    write_start(paths[1], halves, language["step"])
    if newest.name == TOGETHER_CHECKPOINT:
        newest.replace(work / _KEPT)
    print(f"{VISION_CHECKPOINT} and {LANGUAGE_CHECKPOINT} have the halves of {newest.name}")
