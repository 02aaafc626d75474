"""The vocabulary: SentencePiece BPE with byte fallback, as llama.cpp's SPM tokenizer reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import sentencepiece  # type: ignore[import-not-found,import-untyped,unused-ignore]

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

MODEL = "tokenizer.model"
BOS, EOS = 1, 2
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
    """Writes `tokenizer.model` under `work`.

    No normalisation and no trimming of spaces: llama.cpp does neither.
    """
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus()),
        model_prefix=str(work / MODEL.removesuffix(".model")),
        model_type="bpe",
        vocab_size=CPU.language.vocabulary,
        byte_fallback=True,
        character_coverage=1.0,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        add_dummy_prefix=True,
        unk_id=0,
        bos_id=BOS,
        eos_id=EOS,
        pad_id=-1,
        num_threads=1,
        minloglevel=1,
    )


class Tokenizer:
    """Token ids of prompts and answers, exactly as the runtime will feed them."""

    def __init__(self, work: Path) -> None:
        self.model = sentencepiece.SentencePieceProcessor(model_file=str(work / MODEL))
        self.before_image: list[int] = [BOS, *self.model.encode(BEFORE_IMAGE)]
        self._known: dict[str, list[int]] = {}

    def question(self, text: str) -> list[int]:
        """The chunk of text behind the image. mtmd tokenises it on its own: a space prefix."""
        if text not in self._known:
            self._known[text] = self.model.encode(after_image(text))
        return self._known[text]

    def answer(self, text: str) -> list[int]:
        """The assistant's words, with the end of the sequence."""
        return [*self.model.encode(text), EOS]

    def text(self, ids: list[int]) -> str:
        """Plain text of generated ids, up to the end of the sequence."""
        if EOS in ids:
            ids = ids[: ids.index(EOS)]
        return str(self.model.decode(ids))


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
