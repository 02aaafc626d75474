"""The vocabulary: SentencePiece BPE with byte fallback, as llama.cpp's SPM tokenizer reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scripts.train_scene_model.tokenizer import BOS as BOS
from scripts.train_scene_model.tokenizer import EOS as EOS
from scripts.train_scene_model.tokenizer import MODEL as MODEL
from scripts.train_scene_model.tokenizer import Tokenizer as Tokenizer
from scripts.train_scene_model.tokenizer import write_vocabulary

from .config import CPU
from .language import (
    BEFORE_IMAGE,
    BRIEF_REQUESTS,
    DETAILED_REQUESTS,
    after_image,
    brief,
    detailed,
)
from .questions import training_turns
from .world import make_scene, scene_rng

_SCENES = 12_000
DESCRIPTIONS = 2  # of the turns of a scene, the first ones describe; the others answer


def corpus() -> list[str]:
    """Texts of the training split, the prompts, and every printable ASCII character."""
    printable = " ".join(chr(code) for code in range(33, 127))
    texts = [printable] * 50
    for text in (BEFORE_IMAGE, *map(after_image, DETAILED_REQUESTS + BRIEF_REQUESTS)):
        texts += [text.replace("\n", " ")] * 300
    for index in range(_SCENES):
        scene = make_scene("train", index)
        texts += [detailed(scene), brief(scene)]
        for turn in training_turns(scene, np.random.default_rng(index)):
            texts += [f"{turn.question} ASSISTANT: {turn.answer}"]
    return texts


def train_tokenizer(work: Path) -> None:
    """Writes `tokenizer.model` under `work`."""
    write_vocabulary(corpus(), CPU.language.vocabulary, work)


def turns_of(index: int, epoch: int = 0) -> list[tuple[str, str]]:
    """The (question, answer) pairs that training shows with one scene.

    Both descriptions, a question with yes or no for an answer, and two of the other questions.
    """
    scene = make_scene("train", index)
    rng = scene_rng(scene.seed + 1_000_003 * epoch, 2)
    wordings = [
        requests[0 if rng.random() < 0.75 else int(rng.integers(1, len(requests)))]
        for requests in (DETAILED_REQUESTS, BRIEF_REQUESTS)
    ]
    pairs = [(wordings[0], detailed(scene)), (wordings[1], brief(scene))]
    turns = training_turns(scene, rng)
    asked = [turns[int(rng.integers(2))], *(turns[int(i)] for i in 2 + rng.permutation(3)[:2])]
    return pairs + [(turn.question, turn.answer) for turn in asked]
