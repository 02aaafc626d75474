"""Checks the exported pair against the training: the runtime must see and say the very same tokens.

Needs llama-cpp-python beside the training dependencies. How good the pair is, is measured elsewhere.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from assistant.core.events import DescribeRequest
from assistant.core.questions import BRIEF_PROMPT
from assistant.inference.chat_templates import MEDIA_MARKER, vicuna_v1
from assistant.inference.engine import Engine
from assistant.inference.gguf.mmproj import open_projector
from assistant.inference.llama import LanguageModel
from assistant.inference.options import EngineOptions
from assistant.inference.picture_encoder import PictureEncoder
from sparc_ggml.config import SparcConfig

from .checkpoint import averaged
from .config import Config
from .data import picture
from .export import LANGUAGE_FILE, VISION_FILE, newest_checkpoint
from .llama import Llama
from .sequences import IMAGE, turns_of
from .tokenizer import EOS, Tokenizer
from .vision import VisionTower
from .world import make_scene

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
_SPOKEN = 12


def check(config: Config, work: Path, out: Path) -> None:
    """Compare mtmd's tokens with the training's, and the engine's greedy answers with torch's.

    Raises:
        AssertionError: a token differs, or more than a quarter of the answers (rounding may turn a few).
    """
    options = EngineOptions(
        model_path=out / LANGUAGE_FILE, mmproj_path=out / VISION_FILE, template="vicuna_v1"
    )
    tokenizer = Tokenizer(work)
    _check_tokens(options, config, tokenizer)
    same = _same_answers(options, config, work, tokenizer)
    print(f"same answer as torch on {same} of {_SPOKEN} dev scenes")
    assert same >= 0.75 * _SPOKEN


def _check_tokens(options: EngineOptions, config: Config, tokenizer: Tokenizer) -> None:
    model = LanguageModel(options, None)
    projector = open_projector(options.mmproj_path, None, corrects=True)
    encoder = PictureEncoder(options, projector, model, lambda: False)
    side = config.vision.image_size
    blank = np.zeros((side, side, 3), np.uint8)
    turns = [turn for index in range(_SCENES) for turn in turns_of(make_scene("train", index))]
    questions = [turn.question for turn in turns] + list(STRANGE)
    for question in questions:
        seen: list[int] = []
        with encoder.tokenize(vicuna_v1(question), blank) as prompt:
            for chunk in prompt.chunks:
                if chunk.is_image:
                    seen += [IMAGE] * chunk.n_tokens
                else:
                    seen += chunk.tokens
        image = [IMAGE] * config.vision.patches
        trained = [*tokenizer.before_image, *image, *tokenizer.question(question)]
        assert seen == trained, (question, seen, trained)
    for turn in turns:
        with encoder.tokenize(MEDIA_MARKER + turn.answer, blank) as prompt:
            last = prompt.chunks[-1]
            assert not last.is_image
            assert [*last.tokens, EOS] == tokenizer.answer(turn.answer), turn.answer
    print(f"same tokens for {len(questions)} prompts and {len(turns)} answers")
    encoder.close()
    model.close()


@torch.no_grad()
def _same_answers(options: EngineOptions, config: Config, work: Path, tokenizer: Tokenizer) -> int:
    newest = newest_checkpoint(work)
    tower = VisionTower(config.vision, config.language.width)
    tower.load_state_dict(averaged(newest, "tower"))
    llama = Llama(config.language)
    llama.load_state_dict(averaged(newest, "llama"))
    asked = tokenizer.question(BRIEF_PROMPT)
    same = 0
    with Engine(options) as engine:
        for index in range(_SPOKEN):
            shown = picture(make_scene("dev", index), config.vision.image_size)
            image = tower(torch.from_numpy(shown[None]))
            ids = llama.generate(image, tokenizer.before_image, asked, EOS)[0]
            request = DescribeRequest(shown, BRIEF_PROMPT, sparc=SparcConfig(method="none"))
            said = engine.answer(request).text
            same += said.strip() == tokenizer.text(ids).strip()
    return same
