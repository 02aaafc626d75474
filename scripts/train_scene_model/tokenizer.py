"""The vocabulary: SentencePiece BPE with byte fallback, as llama.cpp's SPM tokenizer reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import sentencepiece  # type: ignore[import-not-found,import-untyped,unused-ignore]

from .config import Config
from .kinds import COLOUR_NAMES, KINDS, WORDS
from .language import brief, detailed
from .prompts import (
    BEFORE_IMAGE,
    BRIEF_REQUESTS,
    DETAILED_REQUESTS,
    after_image,
    without_image,
)
from .questions import NO_PICTURE, VOCABULARY_MIX, training_turns
from .world import make_scene

MODEL = "tokenizer.model"
BOS, EOS = 1, 2
_SCENES = 12_000
_NAMES = 200  # how often each kind's names are added, so that every one is a piece of its own


def corpus() -> list[str]:
    """Texts of the training split, the prompts, and every printable ASCII character."""
    printable = " ".join(chr(code) for code in range(33, 127))
    texts = [printable] * 50
    for text in (BEFORE_IMAGE, *map(after_image, DETAILED_REQUESTS + BRIEF_REQUESTS)):
        texts += [text.replace("\n", " ")] * 300
    texts += [without_image("Is there a dog?"), NO_PICTURE] * 300
    for kind in KINDS:
        texts += [f"a {kind.name}, the {kind.name} and the {kind.plural}."] * _NAMES
    for word in (*COLOUR_NAMES, *WORDS):
        texts += [f'a {word} thing that says "{word}"'] * _NAMES
    for index in range(_SCENES):
        scene = make_scene("train", index)
        texts += [detailed(scene, has_farthest=True), brief(scene)]
        for turn in training_turns(scene, np.random.default_rng(index), VOCABULARY_MIX):
            texts += [f"{turn.question} ASSISTANT: {turn.answer}"]
    return texts


def train_tokenizer(work: Path) -> None:
    """Write `tokenizer.model` under `work`."""
    write_vocabulary(corpus(), Config().language.vocabulary, work)


def write_vocabulary(texts: list[str], size: int, work: Path) -> None:
    """Learns `size` pieces from texts, and writes them to `tokenizer.model` under `work`.

    No normalisation and no trimming of spaces: llama.cpp does neither.
    """
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_prefix=str(work / MODEL.removesuffix(".model")),
        model_type="bpe",
        vocab_size=size,
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
        """Return the chunk of text behind the image. mtmd tokenises it on its own: a space prefix."""
        if text not in self._known:
            self._known[text] = self.model.encode(after_image(text))
        return self._known[text]

    def blind(self, text: str) -> list[int]:
        """Return the whole prompt of a question without a picture."""
        return [BOS, *self.model.encode(without_image(text))]

    def answer(self, text: str) -> list[int]:
        """Return the assistant's words, with the end of the sequence."""
        return [*self.model.encode(text), EOS]

    def text(self, ids: list[int]) -> str:
        """Plain text of generated ids, up to the end of the sequence."""
        if EOS in ids:
            ids = ids[: ids.index(EOS)]
        return str(self.model.decode(ids))

    def piece(self, word: str) -> int | None:
        """Return the token of a word with a space before it, if it is one token."""
        ids = self.model.encode(word)
        return int(ids[0]) if len(ids) == 1 else None
