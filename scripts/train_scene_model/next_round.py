"""Makes the end of stage 3 the start of another round through all stages.

Stage 1 is by far the quickest way to more sight: it sees eight pictures in the time in which the others see
one. So the tower goes back to it as stage 3 left it, to the heads that stage 1 had, and the Llama waits in
stage 2 for the better tower.
"""

from __future__ import annotations

from pathlib import Path

import torch

from .checkpoint import write_start
from .train_language import CHECKPOINT as LANGUAGE_CHECKPOINT
from .train_together import CHECKPOINT as TOGETHER_CHECKPOINT
from .train_vision import CHECKPOINT as VISION_CHECKPOINT

_KEPT = "together-before.pt"


def begin_next_round(work: Path) -> None:
    """Rewrites `vision.pt` and `language.pt` under `work` with the halves of `together.pt`, which gets another name.

    Steps go on, so that the round sees new scenes; minutes and optimizers begin anew.

    Raises:
        ValueError: a stage has not been run yet.
    """
    paths = [work / name for name in (VISION_CHECKPOINT, LANGUAGE_CHECKPOINT, TOGETHER_CHECKPOINT)]
    for path in paths:
        if not path.exists():
            raise ValueError(
                f"{path} is not there; a round begins where all three stages have been"
            )
    vision, language, together = (
        torch.load(p, weights_only=True, map_location="cpu") for p in paths
    )
    halves = together["average"]
    seeing = {"tower": halves["tower"], "heads": vision["average"]["heads"]}
    write_start(paths[0], seeing, vision["step"])
    write_start(paths[1], halves, language["step"])
    paths[2].replace(work / _KEPT)
    print(f"{VISION_CHECKPOINT} and {LANGUAGE_CHECKPOINT} have the halves of {TOGETHER_CHECKPOINT}")
