"""Checks the exported pair against the training: the runtime must see the very same tokens.

Needs llama-cpp-python beside the training dependencies. What the pair can do is measured by
`scripts/bench_quality.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assistant.inference.llama import LanguageModel
from assistant.inference.mmproj import open_projector
from assistant.inference.options import EngineOptions
from assistant.inference.picture_encoder import ImageChunk, PictureEncoder
from assistant.inference.prompts import MEDIA_MARKER, vicuna_v1

from .config import Config
from .export import LANGUAGE_FILE, VISION_FILE
from .sequences import IMAGE
from .tokenizer import EOS, Tokenizer, turns_of

STRANGE = (
    "Is there a xylophone?",
    "Gibt es einen Hund, bitte sch\u00f6n?",
    "What is \U0001f415 here?",
    "two  spaces",
    "1234567890 + 0x1F",
    "\u6f22\u5b57 \u0627\u0644\u0639\u0631\u0628",
    "tab\there",
)
_SCENES = 60


def check(config: Config, work: Path, out: Path) -> None:
    """Compares mtmd's tokens with the training's, for prompts and for answers.

    Raises:
        AssertionError: one differs.
    """
    options = EngineOptions(model_path=out / LANGUAGE_FILE, mmproj_path=out / VISION_FILE)
    model = LanguageModel(options, None)
    projector = open_projector(options.mmproj_path, None, corrects=True)
    encoder = PictureEncoder(options, projector, model, lambda: False)
    tokenizer = Tokenizer(work)
    side = config.vision.image_size
    picture = np.zeros((side, side, 3), np.uint8)
    pairs = [pair for index in range(_SCENES) for pair in turns_of(index)]
    questions = [question for question, _ in pairs] + list(STRANGE)
    for question in questions:
        seen: list[int] = []
        with encoder.tokenize(vicuna_v1(question), picture) as prompt:
            for chunk in prompt.chunks:
                if isinstance(chunk, ImageChunk):
                    seen += [IMAGE] * chunk.n_tokens
                else:
                    seen += chunk.tokens
        trained = [
            *tokenizer.before_image,
            *[IMAGE] * config.vision.patches,
            *tokenizer.question(question),
        ]
        assert seen == trained, (question, seen, trained)
    for _, answer in pairs:
        with encoder.tokenize(MEDIA_MARKER + answer, picture) as prompt:
            last = prompt.chunks[-1]
            assert not isinstance(last, ImageChunk)
            assert [*last.tokens, EOS] == tokenizer.answer(answer), answer
    print(f"same tokens for {len(questions)} prompts and {len(pairs)} answers")
    encoder.close()
    model.close()
