"""How well the averaged weights speak about dev scenes; printed while training goes on."""

from __future__ import annotations

import numpy as np
import torch

from assistant.core.questions import DETAILED_PROMPT

from .claims import Score, parse
from .config import Config
from .data import picture
from .llama import Llama
from .precision import precision
from .questions import presence, some_kind
from .tokenizer import EOS, Tokenizer
from .training import Average
from .vision import VisionTower
from .world import make_scene, scene_rng

_SCENES = 24
_QUESTIONS = 16


@torch.no_grad()
def dev_report(
    config: Config,
    tokenizer: Tokenizer,
    average: Average,
    scenes: int = _SCENES,
    questions: int = _QUESTIONS,
) -> str:
    """Scores greedy descriptions and yes/no answers on dev scenes, drawn large and scaled down."""
    tower = VisionTower(config.vision, config.language.width)
    llama = Llama(config.language)
    tower.load_state_dict(average.state["tower"])
    llama.load_state_dict(average.state["llama"])
    chosen = [make_scene("dev", index) for index in range(scenes)]
    pictures = np.stack([picture(scene, config.vision.image_size, 2) for scene in chosen])
    with precision():
        image = tower(torch.from_numpy(pictures))
        before = tokenizer.before_image
        asked = tokenizer.question(DETAILED_PROMPT)
        answers = llama.generate(image, before, asked, EOS)
        score, right = Score(), 0
        for scene, answer in zip(chosen, answers, strict=True):
            score.add(parse(tokenizer.text(answer)), scene)
        for number, scene in enumerate(chosen[:questions]):
            kind = some_kind(scene, scene_rng(scene.seed, 2), number % 2 == 0)
            turn = presence(scene, kind)
            asked = tokenizer.question(turn.question)
            said = llama.generate(image[number : number + 1], before, asked, EOS, limit=3)
            right += tokenizer.text(said[0]).lower().startswith(turn.truth)
    return (
        f"dev: F1 {score.f1:.3f} precision {score.precision:.3f} recall {score.recall:.3f} "
        f"place {score.place:.3f} size {score.size:.3f} colour {score.colour:.3f} "
        f"word {score.word:.3f} yes/no {right / max(questions, 1):.3f} | "
        f"{tokenizer.text(answers[0])}"
    )
